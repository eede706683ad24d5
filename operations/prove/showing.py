"""The proof on a terminal, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from operations.prove.cells import Cell, Owned, Verdict
from operations.prove.matrix import (
    Matrix,
    Row,
    count,
    crossings,
    in_words,
    last_line,
    legend,
    matrices,
    wrong,
)

STYLES: Final = {
    Verdict.LEAK: "bold white on red",
    Verdict.DOOR_SHUT: "bold black on yellow",
    Verdict.UNTRIED: "bold magenta",
}
OWN: Final = "green"
ACROSS: Final = "cyan"


def show(console: Console, cells: Sequence[Cell], stages: Sequence[str]) -> None:
    """Print the matrix, what crosses from stage to stage, what is wrong, and the sum."""
    for matrix in matrices(cells, stages):
        if matrix.rows:
            console.print(_table(matrix))
    _show_legend(console, cells)
    console.print("\nOpen from stage to stage, each with its reason:", style="bold")
    for whence, why, listed in crossings(cells):
        console.print(Text.assemble((f"  {whence}", ACROSS), f": {why}"))
        for line in in_words(listed):
            console.print(f"      {line}", style="dim")
    for cell in wrong(cells):
        said = f": {cell.detail}" if cell.detail else ""
        console.print(Text.assemble((cell.verdict.value, STYLES[cell.verdict]), f"  {cell}{said}"))
    untried = count(cells)[Verdict.UNTRIED]
    if untried:
        console.print(f"{untried} cells could not be tried", style=STYLES[Verdict.UNTRIED])
    console.print(last_line(list(cells)))


def _table(matrix: Matrix) -> Table:
    table = Table(title=matrix.title, title_justify="left", title_style="bold")
    table.add_column("")
    for column in matrix.columns:
        table.add_column(column, no_wrap=True)
    for row in matrix.rows:
        table.add_row(row.title, *(_field(row, column) for column in matrix.columns))
    return table


def _field(row: Row, column: str) -> Text:
    marks = row.fields.get(column)
    if marks is None:
        return Text("")
    if not marks:
        return Text("·", style="dim")
    pieces = [
        (mark.letter, STYLES.get(mark.verdict) or (ACROSS if mark.crosses else OWN))
        for mark in marks
    ]
    return Text.assemble(*pieces)


def _show_legend(console: Console, cells: Sequence[Cell]) -> None:
    words = ", ".join(f"{letter} {text}" for letter, text in legend(cells))
    console.print(f"\n{words}; · nothing opened", style="dim")
    console.print(
        Text.assemble(
            ("own stage", OWN),
            "  ",
            ("another stage, with a reason", ACROSS),
            "  ",
            *(
                (verdict.value, style) if piece else "  "
                for verdict, style in STYLES.items()
                for piece in (True, False)
            ),
        )
    )


def as_json(cells: Sequence[Cell]) -> str:
    """All cells, as one document."""
    counted = count(cells)
    document = {
        "cells": len(cells),
        "leaks": counted[Verdict.LEAK],
        "doors_shut": counted[Verdict.DOOR_SHUT],
        "not_tried": counted[Verdict.UNTRIED],
        "tried": [
            {
                "principal": _owned(cell.principal),
                "target": _owned(cell.target),
                "operation": cell.operation.value,
                "expected": cell.expectation.rule.value,
                "reason": cell.expectation.reason,
                "found": cell.outcome.value,
                "said": cell.detail,
                "verdict": cell.verdict.value,
            }
            for cell in cells
        ],
    }
    return json.dumps(document, indent=2)


def _owned(owned: Owned) -> dict[str, Any]:
    return {"kind": owned.kind, "stage": owned.stage, "name": owned.name, "place": owned.place}
