"""The figures as a table."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from benchmarks.flood.figures import Figure, Figures

WIDTH = 140


def print_table(figures: Figures) -> None:
    """Print what the neighbour saw, a phase a row."""
    title = f"{figures.rate:g} transactions a second next door, {figures.rounds} rounds of "
    table = Table(title=f"{title}{figures.seconds:g} s", title_justify="left")
    table.add_column("test floods")
    for name in ("its sessions", "temp MB", "p50 ms", "p95 ms", "p99 ms", "max ms", "p99 / alone"):
        table.add_column(name, justify="right")
    table.add_column("failed %", justify="right")
    table.add_column("connect p99 ms", justify="right")
    table.add_column("connect failed %", justify="right")
    alone = figures.figures[0].latency("transaction").p99_ms
    for figure in figures.figures:
        table.add_row(*_cells(figure, alone))
    console = Console()
    (console if console.is_terminal else Console(width=WIDTH)).print(table)
    for figure in figures.figures:
        for refusal in sorted(figure.refusals):
            console.print(f"{figure.phase.name}: test was told: {refusal}", style="dim")
        for error, count in figure.latency("transaction").failures.items():
            console.print(f"{figure.phase.name}: {count} transactions: {error}", style="dim")
        for error, count in figure.latency("connection").failures.items():
            console.print(f"{figure.phase.name}: {count} connections: {error}", style="dim")


def _cells(figure: Figure, alone: float) -> list[str]:
    transactions, connections = figure.latency("transaction"), figure.latency("connection")
    sessions = [sum(by_role.values()) for by_role in figure.tenant_sessions] or [0]
    return [
        figure.phase.name,
        f"{max(sessions)}",
        f"{figure.temporary_mb:,.0f}",
        f"{transactions.p50_ms:,.1f}",
        f"{transactions.p95_ms:,.1f}",
        f"{transactions.p99_ms:,.1f}",
        f"{transactions.max_ms:,.0f}",
        f"{transactions.p99_ms / alone:,.1f} x",
        f"{transactions.failed_percent:.1f}",
        f"{connections.p99_ms:,.0f}",
        f"{connections.failed_percent:.1f}",
    ]
