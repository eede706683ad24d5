"""Runs `python -m emulator` and kills it, with SIGKILL, at the first boundary not met before.

    victim.py BOUNDARIES SIDES EVERY COMMAND...

A boundary is one side of one durable write: `before` it (nothing of it is on disk) or `after` it.
BOUNDARIES is a file with a line for each that an earlier run was killed at or passed over; SIDES is
`before`, `after` or `both`; EVERY says how many new boundaries there are from kill to kill. The
product knows nothing of this: its journal is wrapped here.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from emulator.cli.main import main
from emulator.engine.journal import JournalEntry
from emulator.state import atomic_file, journal_file, stack_store
from emulator.state.journal_file import JournalFile


class Reaper:
    """Knows which boundaries were met, and kills at a new one."""

    def __init__(self, file: Path, sides: str, every: int) -> None:
        self._file = file
        self._sides = ("before", "after") if sides == "both" else (sides,)
        self._every = every
        self._met = set(file.read_text().splitlines()) if file.exists() else set()
        self._passed = 0
        self._lock = threading.Lock()
        self._under_way: dict[int, str] = {}

    def around(self, what: str, write: Callable[[], None]) -> None:
        """Do a durable write, and die before or after it."""
        self._meet(f"before {what}")
        write()
        self._meet(f"after {what}")

    def name(self, entry: JournalEntry) -> str | None:
        """What an entry records, None where it only carries a resource over."""
        if entry.operation is None:
            if entry.put and entry.drop:
                return None
            urns = ", ".join(state.urn for _, state in entry.put)
            return f"record of {urns or entry.drop}"
        if entry.begins is not None:
            name = f"{entry.begins.kind.value} {entry.begins.resource.urn}"
            self._under_way[entry.operation] = name
            return f"begin of {name}"
        if name := self._under_way.get(entry.operation, ""):
            return f"end of {name}"
        urns = ", ".join(state.urn for _, state in entry.put)
        return f"settling of operation {entry.operation} {urns or 'that left nothing'}"

    def _meet(self, boundary: str) -> None:
        with self._lock:
            if boundary.split(" ", 1)[0] not in self._sides or boundary in self._met:
                return
            self._met.add(boundary)
            self._passed += 1
            kills = self._passed % self._every == 0
            with self._file.open("a") as file:
                file.write(boundary + "\n")
            if kills:
                with self._file.with_suffix(".kills").open("a") as file:
                    file.write(boundary + "\n")
                os.kill(os.getpid(), signal.SIGKILL)


def arm(reaper: Reaper) -> None:
    """Wrap every durable write of a deployment."""
    record, fold_own = JournalFile.record, JournalFile.mark_folded
    settle, remove = journal_file.mark_folded, journal_file.remove_journal
    write = atomic_file.write_atomically

    def armed_record(self: JournalFile, entry: JournalEntry) -> None:
        name = reaper.name(entry)
        if name is None:
            record(self, entry)
        else:
            reaper.around(name, lambda: record(self, entry))

    def armed_fold(self: JournalFile, content: bytes) -> None:
        reaper.around("the journal's end", lambda: fold_own(self, content))

    def armed_settle(path: Path, content: bytes) -> None:
        reaper.around("the end of a cut run's journal", lambda: settle(path, content))

    def armed_remove(path: Path) -> None:
        reaper.around("the journal's removal", lambda: remove(path))

    def armed_write(path: Path, content: bytes, *mode: Any) -> None:
        reaper.around("the checkpoint", lambda: write(path, content, *mode))

    for place, attribute, armed in (
        (JournalFile, "record", armed_record),
        (JournalFile, "mark_folded", armed_fold),
        (stack_store, "mark_folded", armed_settle),
        (stack_store, "remove_journal", armed_remove),
        (stack_store, "write_atomically", armed_write),
    ):
        setattr(place, attribute, armed)


if __name__ == "__main__":
    file, sides, every, *command = sys.argv[1:]
    arm(Reaper(Path(file), sides, int(every)))
    sys.exit(main(command))
