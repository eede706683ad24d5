"""The figures as tables, one for each workload."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure, Figures
from benchmarks.workloads import Action, Engine

NUMBERS: Final = (
    "runs",
    "wall s",
    "ms/resource",
    "own share s",
    "engine CPU s",
    "program CPU s",
    "engine MB",
    "pulumi: wall",
    "own share",
)
WIDTH: Final = 140
"""What the widest row takes, where no terminal says how wide it is."""


def print_tables(figures: Figures) -> None:
    """Print floors and figures."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    for workload in dict.fromkeys(figure.workload for figure in figures.figures):
        console.print(_table(figures, workload))
    console.print(
        "Medians. Own share: the wall clock minus the program alone. Engine: the command's own "
        "process; program: what it starts. The last two columns: how many times as much the CLI "
        "takes."
    )


def _table(figures: Figures, workload: str) -> Table:
    rows = [figure for figure in figures.figures if figure.workload == workload]
    table = Table(title=f"{workload}: {rows[0].resources:,} resources", title_justify="left")
    table.add_column("")
    table.add_column("")
    for name in NUMBERS:
        table.add_column(name, justify="right")
    for action in Action:
        table.add_section()
        _add_floor(table, figures, workload, action)
        for figure in rows:
            if figure.action is action:
                table.add_row(*_cells(figures, figure))
    return table


def _add_floor(table: Table, figures: Figures, workload: str, action: Action) -> None:
    for floor in figures.floors:
        if (floor.workload, floor.action) != (workload, action):
            continue
        for what, cost in (
            ("importing the SDK alone", floor.importing_sdk),
            ("the program alone", floor.program_alone),
        ):
            cpu = cost.engine_cpu_seconds + cost.program_cpu_seconds
            cells = [str(cost.runs), f"{cost.wall_seconds:.2f}", "", "", "", f"{cpu:.2f}"]
            table.add_row(action.value, what, *cells, style="dim")


def _cells(figures: Figures, figure: Figure) -> list[str]:
    cost = figure.cost
    share = figures.share_seconds(figure)
    beyond = "> " if cost.over_limit else ""
    return [
        figure.action.value + (", policies" if figure.policies else ""),
        figure.engine.value,
        str(cost.runs),
        f"{beyond}{cost.wall_seconds:.2f}",
        f"{beyond}{1000 * cost.wall_seconds / figure.resources:.2f}",
        "" if share is None else f"{beyond}{share:.2f}",
        f"{cost.engine_cpu_seconds:.2f}",
        f"{cost.program_cpu_seconds:.2f}",
        f"{cost.engine_peak_bytes / 1e6:.0f}",
        *_ratios(figures, figure),
    ]


def _ratios(figures: Figures, figure: Figure) -> tuple[str, str]:
    other = figures.other(figure)
    if other is None or figure.engine is Engine.PULUMI:
        return "", ""
    beyond = "> " if other.cost.over_limit else ""
    wall = f"{beyond}{other.cost.wall_seconds / figure.cost.wall_seconds:.1f} x"
    share, other_share = figures.share_seconds(figure), figures.share_seconds(other)
    if share is None or other_share is None or share <= 0:
        return wall, ""
    return wall, f"{beyond}{other_share / share:.1f} x"
