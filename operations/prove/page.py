"""The proof as a page of the documentation: the same text for the same outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from operations.prove.cells import Cell
from operations.prove.matrix import (
    Matrix,
    crossings,
    in_words,
    last_line,
    legend,
    matrices,
    wrong,
)

HEAD = """\
# Isolation, tried

`make prove` makes these trials. Every principal tries every door; what opened is compared with one
sentence: **a principal reaches what is of its own stage, with its role's kind of right, and the
doors**, which are what `reader_arns` and `reads` open in the stack files and the open cells of
[policies/open_cells.yaml](../policies/open_cells.yaml). Each trial is real: SQL over verified TLS
by IAM tokens, in transactions that are rolled back, and calls of AWS's interface under the
principal's own credentials.

A letter stands where something opened, a dot where nothing did. The columns are the stages that
own what was tried.
"""


def page(cells: Sequence[Cell], stages: Sequence[str]) -> str:
    """The whole page."""
    return "\n".join(_lines(cells, stages)) + "\n"


def _lines(cells: Sequence[Cell], stages: Sequence[str]) -> Iterator[str]:
    yield HEAD
    for matrix in matrices(cells, stages):
        yield from _table(matrix)
    yield "## Letters"
    yield ""
    yield "| | |"
    yield "|---|---|"
    for letter, text in legend(cells):
        yield f"| `{letter}` | {text} |"
    yield ""
    yield "## Open from stage to stage"
    yield ""
    for whence, why, listed in crossings(cells):
        yield f"- **{whence}**: {why}"
        for line in in_words(listed):
            yield f"  - {line}"
    yield ""
    yield "## Sum"
    yield ""
    for cell in wrong(cells):
        yield f"- {cell.verdict.value}: {cell}"
    yield last_line(list(cells))


def _table(matrix: Matrix) -> Iterator[str]:
    yield f"## {matrix.title}"
    yield ""
    yield "| | " + " | ".join(matrix.columns) + " |"
    yield "|---" * (len(matrix.columns) + 1) + "|"
    for row in matrix.rows:
        fields = []
        for column in matrix.columns:
            marks = row.fields.get(column)
            letters = "".join(mark.letter for mark in marks or ())
            fields.append(f"`{letters}`" if letters else "" if marks is None else "·")
        yield f"| {row.title} | " + " | ".join(fields) + " |"
    yield ""
