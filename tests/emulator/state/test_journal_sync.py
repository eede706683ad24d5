"""What waits for the journal to be on disk shares the syncs, and never goes on before one."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from emulator.engine.journal import JournalEntry
from emulator.errors import UserError
from emulator.home import Home
from emulator.state.journal_file import JournalFile
from emulator.state.secrets_provider import SecretsProvider

FSYNC = "emulator.state.journal_file.os.fsync"


@pytest.fixture
def journal(tmp_path: Path) -> JournalFile:
    secrets = SecretsProvider(Home(tmp_path), "", str(tmp_path))
    return JournalFile(tmp_path / "journal", stack="s", base=b"", command="up", secrets=secrets)


def test_operations_that_begin_together_wait_for_one_sync_that_came_after_all_of_them(
    journal: JournalFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(FSYNC, lambda number: sizes.append(os.fstat(number).st_size))
    synced_at: list[int] = []

    async def begin(key: int) -> None:
        journal.record(JournalEntry(drop=[key]))
        written = (tmp_path / "journal").stat().st_size
        await journal.durable()
        assert max(sizes) >= written, "an operation began before its entry was on disk"
        synced_at.append(len(sizes))

    async def begin_all() -> None:
        await asyncio.gather(*(begin(key) for key in range(20)))

    asyncio.run(begin_all())
    assert len(synced_at) == 20
    assert len(sizes) <= 2


def test_what_is_recorded_during_a_sync_waits_for_the_next_one(
    journal: JournalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, release, count = threading.Event(), threading.Event(), [0]

    def slow(_: int) -> None:
        count[0] += 1
        begun.set()
        assert release.wait(10)

    monkeypatch.setattr(FSYNC, slow)

    async def overlap() -> None:
        journal.record(JournalEntry(drop=[1]))
        first = asyncio.create_task(journal.durable())
        await asyncio.to_thread(begun.wait, 10)
        journal.record(JournalEntry(drop=[2]))
        second = asyncio.create_task(journal.durable())
        release.set()
        await asyncio.gather(first, second)

    asyncio.run(overlap())
    assert count == [2]


def test_a_disk_that_refuses_to_sync_lets_no_operation_begin(
    journal: JournalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(FSYNC, refuse)
    journal.record(JournalEntry(drop=[1]))
    with pytest.raises(UserError, match="cannot be written: Input/output error"):
        asyncio.run(journal.durable())


def test_a_disk_that_refused_once_is_not_believed_when_it_takes_the_next_sync(
    journal: JournalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linux reports lost pages once: the sync after that succeeds without them."""
    answers = iter([OSError(5, "Input/output error")])

    def refuse_once(_: int) -> None:
        for error in answers:
            raise error

    monkeypatch.setattr(FSYNC, refuse_once)

    async def begin(key: int) -> None:
        journal.record(JournalEntry(drop=[key]))
        await journal.durable()

    async def begin_three() -> list[BaseException | None]:
        shared = await asyncio.gather(begin(1), begin(2), return_exceptions=True)
        return [*shared, *await asyncio.gather(begin(3), return_exceptions=True)]

    assert [type(outcome) for outcome in asyncio.run(begin_three())] == [UserError] * 3
    with pytest.raises(UserError, match="cannot be written"):
        journal.mark_folded(b"{}")
