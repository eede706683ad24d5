"""The matrix: a row for each principal, a column for each stage, a letter for what opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from operations.prove.cells import LETTERS, Cell, Operation, Owned, Verdict

NOBODY: Final = "nobody's"
"""Column of what no stage owns: other roles of the accounts, the outsiders."""

_ORDER: Final = list(Operation)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One letter in a field of the matrix."""

    operation: Operation
    verdict: Verdict
    crosses: bool

    @property
    def letter(self) -> str:
        """As the legend has it."""
        return LETTERS[self.operation]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A principal, and what it reached of each stage."""

    principal: Owned
    title: str
    fields: dict[str, tuple[Mark, ...]]
    """By column; absent where nothing was tried, empty where nothing opened."""


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Rows of principals of one sort, and the columns that they have."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def matrices(cells: Iterable[Cell], stages: Iterable[str]) -> list[Matrix]:
    """One of the servers' users, one of the accounts' principals."""
    listed, names = list(cells), tuple(stages)
    users = [cell for cell in listed if cell.principal.place in names]
    others = [cell for cell in listed if cell.principal.place not in names]
    return [
        _matrix("Users of the database servers, signed in", users, names),
        _matrix("Principals of the AWS accounts, and nobody", others, names),
    ]


def _matrix(title: str, cells: list[Cell], stages: tuple[str, ...]) -> Matrix:
    by_principal: dict[Owned, dict[str, list[Cell]]] = {}
    for cell in cells:
        columns = by_principal.setdefault(cell.principal, {})
        columns.setdefault(cell.target.stage or NOBODY, []).append(cell)
    used = {column for columns in by_principal.values() for column in columns}
    rows = [
        Row(
            principal=principal,
            title=title_of(principal),
            fields={column: _marks(tried) for column, tried in columns.items()},
        )
        for principal, columns in by_principal.items()
    ]
    return Matrix(
        title=title,
        columns=tuple(column for column in (*stages, NOBODY) if column in used),
        rows=tuple(rows),
    )


def _marks(cells: list[Cell]) -> tuple[Mark, ...]:
    """A letter where anything opened or should have, the worst verdict of its cells with it."""
    worst: dict[Operation, Mark] = {}
    for cell in cells:
        shown = cell.is_open or cell.verdict is not Verdict.FINE
        mark = Mark(operation=cell.operation, verdict=cell.verdict, crosses=cell.crosses)
        known = worst.get(cell.operation)
        if shown and (known is None or known.verdict is Verdict.FINE):
            worst[cell.operation] = mark
    return tuple(worst[operation] for operation in _ORDER if operation in worst)


def title_of(owned: Owned) -> str:
    """A short name with the account, where there is one."""
    if not owned.name.startswith("arn:"):
        return owned.name
    kind, _, name = owned.name.split(":", 5)[5].partition("/")
    shown = name if kind == "role" else f"{kind} {name}".strip()
    if owned.kind == "operator":
        shown = "administrator"
    return f"{shown} of {owned.place}"


def legend(cells: Iterable[Cell]) -> list[tuple[str, str]]:
    """Letters of all that was tried, with their words."""
    tried = {cell.operation for cell in cells}
    return [(LETTERS[one], one.value) for one in _ORDER if one in tried]


def crossings(cells: Iterable[Cell]) -> list[tuple[str, str, list[Cell]]]:
    """What opens from stage to stage with a reason, as whence, why, and the cells."""
    found: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        if cell.is_open and cell.crosses and cell.verdict is Verdict.FINE:
            source = cell.principal.stage or title_of(cell.principal)
            key = (f"{source} → {cell.target.stage}", cell.expectation.reason)
            found.setdefault(key, []).append(cell)
    return [(whence, why, listed) for (whence, why), listed in sorted(found.items())]


def in_words(cells: Iterable[Cell]) -> list[str]:
    """Cells of the same principal and target in one line."""
    grouped: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        key = (title_of(cell.principal), title_of(cell.target))
        grouped.setdefault(key, []).append(cell)
    return [
        f"{principal} → {target}: {', '.join(cell.operation.value for cell in listed)}"
        for (principal, target), listed in grouped.items()
    ]


def count(cells: Iterable[Cell]) -> dict[Verdict, int]:
    """How many cells there are of each verdict."""
    listed = [cell.verdict for cell in cells]
    return {verdict: listed.count(verdict) for verdict in Verdict}


def last_line(cells: list[Cell]) -> str:
    """The sum of it all."""
    counted = count(cells)
    leaks, shut = counted[Verdict.LEAK], counted[Verdict.DOOR_SHUT]
    return f"{len(cells)} cells, {_many(leaks, 'leak')}, {_many(shut, 'door')} shut"


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def wrong(cells: Iterable[Cell]) -> list[Cell]:
    """Leaks, doors that are shut, and what could not be tried."""
    return [cell for cell in cells if cell.verdict is not Verdict.FINE]
