"""A deployment's view of state: what stood, what stands now, and the journal of the way between."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

from emulator.engine.journal import Journal, JournalEntry, fold
from emulator.engine.references import renamed_states, states_without
from emulator.engine.resource_state import (
    OperationKind,
    PendingOperation,
    ResourceState,
    Snapshot,
)


class Ledger:
    """Resource states by key, and by URN; every change goes through the journal first.

    In a preview nothing is journalled, the tables are kept all the same.
    """

    def __init__(self, base: Snapshot, journal: Journal, *, preview: bool) -> None:
        self._base = base
        self._journal = None if preview else journal
        self._entries: list[JournalEntry] = []
        self._next_key = len(base.resources)
        self._next_operation = len(base.pending_operations)
        self._next_adopted = -1
        self.base: dict[int, ResourceState] = dict(enumerate(base.resources))
        """States of the last checkpoint that still stand, by key."""
        self.old_keys: dict[str, int] = {
            state.urn: key
            for key, state in sorted(
                self.base.items(), key=lambda item: not item[1].pending_replacement
            )
            if not state.delete
        }
        """Base keys by URN, without those that only wait for deletion."""
        self.registered: dict[str, int] = {}
        """Keys of this run's states by URN."""
        self.fresh: dict[int, ResourceState] = {}
        """States that this run has put, by key."""
        self.renamed: dict[str, str] = {}
        """URNs of this run to the former URNs under which they were found."""

    def old(self, urn: str) -> ResourceState | None:
        """State of the last checkpoint under a URN."""
        key = self.old_keys.get(urn)
        return self.base.get(key) if key is not None else None

    def current(self, urn: str) -> ResourceState | None:
        """State that this run has put under a URN."""
        key = self.registered.get(urn)
        return self.fresh.get(key) if key is not None else None

    async def begin(self, kind: OperationKind, state: ResourceState) -> int:
        """Record that an operation begins; its number, once it may begin: the record is durable."""
        operation = self._next_operation
        self._next_operation += 1
        self._record(
            JournalEntry(operation=operation, begins=PendingOperation(copy.copy(state), kind))
        )
        await self.durable()
        return operation

    async def durable(self) -> None:
        """Return when all that was recorded before is on disk; others go on in the meantime."""
        if self._journal is not None:
            await self._journal.durable()

    def end(
        self,
        operation: int | None,
        *,
        put: ResourceState | None = None,
        change: list[tuple[int, ResourceState]] | None = None,
        drop: list[int] | None = None,
    ) -> None:
        """Record an operation's end, or a change that is none; `put` is registered by its URN.

        Where it was found under a former URN, what is left of the base follows in the same entry.
        """
        changed, dropped = dict(change or []), drop or []
        if put is not None:
            if former := self.renamed.get(put.urn):
                remaining = {k: v for k, v in (self.base | changed).items() if k not in dropped}
                changed |= renamed_states(remaining, former, put.urn)
            changed[self._next_key] = put
            self.registered[put.urn] = self._next_key
            self._next_key += 1
        self._record(JournalEntry(operation=operation, put=list(changed.items()), drop=dropped))
        for key, state in changed.items():
            (self.base if key in self.base or key < 0 else self.fresh)[key] = state
        for key in dropped:
            self.base.pop(key, None)
            self.fresh.pop(key, None)

    def find(self, urn: str, id_: str) -> tuple[int, ResourceState | None]:
        """Key and state of the last checkpoint's resource with this URN and id."""
        for key, state in self.base.items():
            if state.urn == urn and state.id == id_:
                return key, state
        return -1, None

    def adopt(self, operation: int, state: ResourceState) -> None:
        """Take a resource into the last checkpoint that an earlier deployment made unrecorded.

        Where the checkpoint holds another one under its URN, that one was being replaced by it: it
        gives up its place, for what depends on it comes after.
        """
        old_key = self.old_keys.get(state.urn, self._next_adopted)
        old = self.base.get(old_key)
        change = [(old_key, state)]
        if old is not None and not old.pending_replacement:
            outlived = copy.copy(old)
            outlived.delete = True
            change.append((self._next_adopted, outlived))
        self.end(operation, change=change)
        self.old_keys[state.urn] = old_key
        self._next_adopted -= 1

    def remove(self, key: int, operation: int | None = None) -> None:
        """Drop a state of the last checkpoint that turned out to be gone, and what names it."""
        state = self.base[key]
        if self.old_keys.get(state.urn) == key:
            del self.old_keys[state.urn]
        others = {k: v for k, v in self.base.items() if k != key}
        self.end(operation, change=list(states_without(others, state).items()), drop=[key])

    def snapshot(self) -> Snapshot:
        """State as it is now."""
        return fold(self._base, self._entries)

    def _record(self, entry: JournalEntry) -> None:
        if self._journal is not None:
            self._journal.record(entry)
        self._entries.append(entry)


def now() -> str:
    """Time of day as checkpoints write it: RFC 3339, UTC."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
