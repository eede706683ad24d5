"""A cell of the proof: who tried what on which thing, what was expected, what happened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Operation(StrEnum):
    """What is tried; the value says it in words."""

    # In a database.
    CONNECT = "connect"
    READ_OLD = "read what was there"
    READ_NEW = "read a table made just now"
    READ_VIEW = "read a view"
    WRITE_ROWS = "write rows"
    CREATE = "create tables"
    ALTER = "alter and drop a table"
    TEMPORARY = "make temporary tables"
    GRANT = "grant rights on a table"
    PROGRAM = "run a program on the server"
    DROP = "change or drop the database"
    # Against a database role, or the server.
    SIGN_IN = "sign in"
    WITHOUT_TLS = "sign in without TLS"
    BY_PASSWORD = "sign in by a password"  # noqa: S105 - words, no password
    JOIN = "become a member"
    LIMIT = "lift its limits"
    END = "end its sessions"
    MAKE_ROLES = "make roles"
    EXHAUST = "use more connections than settings allow"
    # By AWS's interface.
    LIST = "list"
    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    DECRYPT = "decrypt"
    ASSUME = "assume"
    START = "open a session"
    SHELL = "open a shell"
    PUBLISH = "publish"


LETTERS = {
    Operation.CONNECT: "c",
    Operation.READ_OLD: "o",
    Operation.READ_NEW: "n",
    Operation.READ_VIEW: "v",
    Operation.WRITE_ROWS: "w",
    Operation.CREATE: "C",
    Operation.ALTER: "A",
    Operation.TEMPORARY: "t",
    Operation.GRANT: "g",
    Operation.PROGRAM: "!",
    Operation.DROP: "D",
    Operation.SIGN_IN: "s",
    Operation.WITHOUT_TLS: "0",
    Operation.BY_PASSWORD: "P",
    Operation.JOIN: "j",
    Operation.LIMIT: "l",
    Operation.END: "e",
    Operation.MAKE_ROLES: "m",
    Operation.EXHAUST: "x",
    Operation.LIST: "L",
    Operation.READ: "R",
    Operation.WRITE: "W",
    Operation.DELETE: "X",
    Operation.DECRYPT: "d",
    Operation.ASSUME: "a",
    Operation.START: "S",
    Operation.SHELL: "$",
    Operation.PUBLISH: "p",
}
"""One letter for each, in the matrix."""


@dataclass(frozen=True, kw_only=True)
class Owned:
    """A principal or a target, and whose it is."""

    kind: str
    """As expected.py and policies/open_cells.yaml have it."""

    stage: str | None
    """The stage that owns it; None where none does."""

    name: str
    """Unique among the principals, or the targets, of one place."""

    place: str
    """The AWS account, or the host whose server it is on."""

    def __str__(self) -> str:
        return f"{self.name} ({self.place})"


class Outcome(StrEnum):
    """What a trial found."""

    OPEN = "open"
    PARTLY = "partly open"
    SHUT = "shut"
    UNTRIED = "not tried"


class Rule(StrEnum):
    """What is expected."""

    MUST = "must open"
    MAY = "may open"
    MUST_NOT = "must stay shut"


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What is expected of a cell, and why it is open where it crosses from stage to stage."""

    rule: Rule
    reason: str = ""


class Verdict(StrEnum):
    """How what was found compares with what was expected."""

    FINE = "as expected"
    LEAK = "leak"
    DOOR_SHUT = "door shut"
    UNTRIED = "not tried"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What happened, and in whose words."""

    operation: Operation
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One trial, judged."""

    principal: Owned
    target: Owned
    operation: Operation
    expectation: Expectation
    outcome: Outcome
    detail: str = ""

    @property
    def is_open(self) -> bool:
        """Whether anything opened."""
        return self.outcome in (Outcome.OPEN, Outcome.PARTLY)

    @property
    def crosses(self) -> bool:
        """Whether it leads from one stage, or from nowhere, to another."""
        return self.principal.stage != self.target.stage

    @property
    def verdict(self) -> Verdict:
        """The comparison."""
        if self.outcome is Outcome.UNTRIED:
            return Verdict.UNTRIED
        if self.expectation.rule is Rule.MUST and self.outcome is not Outcome.OPEN:
            return Verdict.DOOR_SHUT
        if self.expectation.rule is Rule.MUST_NOT and self.is_open:
            return Verdict.LEAK
        return Verdict.FINE

    def __str__(self) -> str:
        return f"{self.principal}: {self.operation.value}: {self.target}"
