"""How a deployment reports what it does to state, so that nothing is lost at any moment.

Every resource state in play has an integer key: the base snapshot's resource `i` has key `i`, later
ones get keys from `len(base)` on, those that an earlier deployment made unrecorded get negative
ones. Operations are numbered likewise: the base's pending operation `i` has number `i`. The engine
records one entry before an operation and one after it, and waits after each until it is durable:
before the operation begins, and before its end is told. Folding the entries over the base gives the
snapshot: writing an entry costs the same in a stack of any size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from emulator.engine.resource_state import (
    PendingOperation,
    ResourceState,
    Snapshot,
)


@dataclass(slots=True, kw_only=True)
class JournalEntry:
    """One durable step of the record."""

    operation: int | None = None
    """Number of the operation that begins or ends, None for a change that is no operation."""
    begins: PendingOperation | None = None
    """Set where the operation begins: it counts as pending until an entry ends it."""
    put: list[tuple[int, ResourceState]] = field(default_factory=list)
    """States that stand from now on: a known key is changed in place, a new key is appended."""
    drop: list[int] = field(default_factory=list)
    """Keys of states that no longer stand."""


class Journal(Protocol):
    """Keeper of a deployment's entries."""

    def record(self, entry: JournalEntry) -> None:
        """Write the entry, which a crash of this process cannot take back any more."""

    async def durable(self) -> None:
        """Return when what was recorded before is on disk."""


def fold(base: Snapshot, entries: Iterable[JournalEntry]) -> Snapshot:
    """Snapshot that the entries make of the base.

    New states come first, in the order in which they were put, then what is left of the base: a
    state stands after everything it depends on. The base's pending operations stay pending until an
    entry ends them.
    """
    standing = dict(enumerate(base.resources))
    fresh: dict[int, ResourceState] = {}
    pending = dict(enumerate(base.pending_operations))
    for entry in entries:
        if entry.operation is not None:
            if entry.begins is not None:
                pending[entry.operation] = entry.begins
            else:
                pending.pop(entry.operation, None)
        for key, state in entry.put:
            (standing if key in standing or key < 0 else fresh)[key] = state
        for key in entry.drop:
            standing.pop(key, None)
            fresh.pop(key, None)
    return Snapshot([*fresh.values(), *standing.values()], list(pending.values()))
