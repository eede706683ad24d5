"""The figures as a picture: a line for each phase, from p50 over p95 and p99 to the maximum."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from benchmarks.flood.figures import Figure, Figures
from benchmarks.plot import STYLE, Scale

WIDTH: Final = 880
LEFT: Final = 230
RIGHT: Final = 150
TOP: Final = 48
ROW: Final = 34
COLOURS: Final = {"": "#999999", "cpu": "#1f6f5c", "io": "#8a3ffc"}


def write_plot(figures: Figures, file: Path) -> None:
    """Write the picture as SVG."""
    rows = figures.figures
    every = [value for figure in rows for value in _marks(figure) if value == value]  # no nan
    scale = Scale.over(every, LEFT, WIDTH - RIGHT)
    height = TOP + ROW * len(rows) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}">',
        f"<style>{STYLE}</style>",
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text class="title" x="{LEFT}" y="20">a transaction of preprod while test floods: ms, '
        "p50, p95, p99 and maximum</text>",
    ]
    bottom = TOP + ROW * len(rows)
    for tick in scale.ticks:
        x = scale.place(tick)
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP - 12}" y2="{bottom}"/>')
        parts.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{tick:,g}</text>')
    for number, figure in enumerate(rows):
        parts += _row(figure, scale, TOP + ROW * number + ROW // 2)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8")


def _marks(figure: Figure) -> list[float]:
    latency = figure.latency("transaction")
    return [latency.p50_ms, latency.p95_ms, latency.p99_ms, latency.max_ms]


def _row(figure: Figure, scale: Scale, y: int) -> list[str]:
    colour = COLOURS[figure.phase.kind]
    sessions = max((sum(roles.values()) for roles in figure.tenant_sessions), default=0)
    name = figure.phase.name + (f" ({sessions})" if sessions else "")
    parts = [f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">{name}</text>']
    places = [scale.place(value) for value in _marks(figure) if value == value]
    if places:
        ends = f'x1="{places[0]}" x2="{places[-1]}" y1="{y}" y2="{y}"'
        parts.append(f'<line {ends} stroke="{colour}" stroke-width="2"/>')
    for x, radius in zip(places, (6, 4, 4, 2), strict=False):
        parts.append(f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"/>')
    transactions, connections = figure.latency("transaction"), figure.latency("connection")
    if failed := max(transactions.failed_percent, connections.failed_percent):
        x = WIDTH - RIGHT + 12
        parts.append(f'<text class="small" x="{x}" y="{y + 4}">{failed:.0f} % refused</text>')
    return parts
