"""The figures as a picture: four panels over the number of resources, both axes logarithmic.

Written by hand as SVG, so that the benchmark needs no plotting library.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.figures import Figure, Figures
from benchmarks.workloads import Action, Engine

WIDTH: Final = 440
HEIGHT: Final = 300
LEFT: Final = 56
RIGHT: Final = 112
TOP: Final = 40
BOTTOM: Final = 44
STYLE: Final = (
    "text{font:12px sans-serif;fill:#333}.title{font-weight:bold}.grid{stroke:#ddd}"
    ".line{fill:none;stroke-width:2}.small{font-size:11px}"
)
COLOURS: Final = {"emulator": "#1f6f5c", "pulumi": "#8a3ffc", "program alone": "#999999"}


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a panel; a point that is a lower bound (a run cut at its limit) is hollow."""

    name: str
    points: Sequence[tuple[float, float, bool]]


def write_plot(figures: Figures, file: Path) -> None:
    """Write the picture as SVG; nothing where only preprod was measured."""
    panels = [
        ("up from nothing: seconds", _engines(figures, Action.UP, _wall)),
        ("preview without changes: seconds", _engines(figures, Action.PREVIEW, _wall)),
        ("up from nothing: ms per resource", _engines(figures, Action.UP, _per_resource)),
        ("up from nothing: engine memory, MB", _engines(figures, Action.UP, _memory)),
    ]
    if not any(series.points for _, lines in panels for series in lines):
        return
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDTH}" height="{2 * HEIGHT}" '
        f'viewBox="0 0 {2 * WIDTH} {2 * HEIGHT}">',
        f"<style>{STYLE}</style>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for index, (title, lines) in enumerate(panels):
        parts.append(
            f'<g transform="translate({index % 2 * WIDTH},{index // 2 * HEIGHT})">'
            + _panel(title, lines)
            + "</g>"
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*parts, "</svg>"]) + "\n")


def _engines(figures: Figures, action: Action, value: Callable[[Figure], float]) -> list[Series]:
    lines = []
    for engine in Engine:
        found = figures.of(engine, action)
        points = [(f.resources, value(f), f.cost.over_limit) for f in found]
        lines.append(Series(engine.value, points))
    if value is _wall:
        floors = [(f, figures.floor(f)) for f in figures.of(Engine.EMULATOR, action)]
        alone = [(f.resources, o.program_alone.wall_seconds, False) for f, o in floors if o]
        lines.append(Series("program alone", alone))
    return [line for line in lines if line.points]


def _wall(figure: Figure) -> float:
    return figure.cost.wall_seconds


def _per_resource(figure: Figure) -> float:
    return 1000 * figure.cost.wall_seconds / figure.resources


def _memory(figure: Figure) -> float:
    return figure.cost.engine_peak_bytes / 1e6


def _panel(title: str, lines: Sequence[Series]) -> str:
    horizontal = Scale.over([x for line in lines for x, _, _ in line.points], LEFT, WIDTH - RIGHT)
    vertical = Scale.over([y for line in lines for _, y, _ in line.points], HEIGHT - BOTTOM, TOP)
    parts = [f'<text class="title" x="{LEFT}" y="20">{title}</text>']
    for tick in vertical.ticks:
        y = vertical.place(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{tick:,g}</text>')
    for tick in horizontal.ticks:
        x = horizontal.place(tick)
        parts.append(f'<line class="grid" y1="{TOP}" y2="{HEIGHT - BOTTOM}" x1="{x}" x2="{x}"/>')
        label = f'<text x="{x}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{tick:,g}</text>'
        parts.append(label)
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">resources</text>')
    labels: list[float] = []
    from_top = sorted(lines, key=lambda line: vertical.place(line.points[-1][1]))
    parts += [_line(line, horizontal, vertical, labels) for line in from_top]
    return "".join(parts)


def _line(line: Series, horizontal: Scale, vertical: Scale, labels: list[float]) -> str:
    colour = COLOURS[line.name]
    placed = [(horizontal.place(x), vertical.place(y), cut) for x, y, cut in line.points]
    path = " ".join(f"{x},{y}" for x, y, _ in placed)
    parts = [f'<polyline class="line" stroke="{colour}" points="{path}"/>']
    for x, y, cut in placed:
        fill = "white" if cut else colour
        parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{fill}" stroke="{colour}"/>')
    y = placed[-1][1] + 4
    if labels:
        y = max(y, labels[-1] + 14)  # labels of neighbours must not lie on each other
    labels.append(y)
    text = line.name + (" (cut)" if placed[-1][2] else "")
    parts.append(
        f'<text class="small" x="{placed[-1][0] + 8}" y="{y}" fill="{colour}">{text}</text>'
    )
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Scale:
    """A logarithmic axis over whole decades."""

    low: int
    high: int
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> Scale:
        """The axis that holds all values, from `start` to `end` in the picture."""
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        return cls(low, max(high, low + 1), start, end)

    @property
    def ticks(self) -> list[float]:
        """Its decades."""
        return [10.0**exponent for exponent in range(self.low, self.high + 1)]

    def place(self, value: float) -> float:
        """Where a value is in the picture."""
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)
