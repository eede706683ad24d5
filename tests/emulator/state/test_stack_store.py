"""Nothing is lost: a run cut at any byte, a full disk, a damaged file, a change from outside."""

from __future__ import annotations

import copy
import errno
import os
from functools import partial
from pathlib import Path

import pytest

from emulator.engine.journal import JournalEntry, fold
from emulator.engine.resource_state import (
    OperationKind,
    PendingOperation,
    ResourceState,
    Snapshot,
)
from emulator.errors import UserError
from emulator.state.stack_store import LoadedStack, StackStore
from emulator.values import Secret
from tests.emulator.state.samples import BUCKET, PLANTED, ROOT


def _entries(snapshot: Snapshot) -> list[JournalEntry]:
    """A bucket is changed, a queue is made, and a topic is being made."""
    changed = copy.deepcopy(snapshot.resources[2])
    changed.outputs["arn"] = Secret(PLANTED)
    queue = ResourceState(
        urn="urn:queue", type="aws:sqs/queue:Queue", custom=True, parent=ROOT, id="q"
    )
    topic = ResourceState(urn="urn:topic", type="aws:sns/topic:Topic", custom=True, parent=ROOT)
    return [
        JournalEntry(put=[(3, snapshot.resources[0])], drop=[0]),
        JournalEntry(operation=0, begins=PendingOperation(changed, OperationKind.UPDATING)),
        JournalEntry(operation=0, put=[(2, changed)]),
        JournalEntry(operation=1, begins=PendingOperation(queue, OperationKind.CREATING)),
        JournalEntry(operation=1, put=[(4, queue)]),
        JournalEntry(operation=2, begins=PendingOperation(topic, OperationKind.CREATING)),
    ]


@pytest.fixture
def written(store: StackStore, snapshot: Snapshot) -> LoadedStack:
    store.initialise()
    loaded = store.load()
    store.write(loaded, snapshot)
    return store.load()


def test_a_new_stack_is_empty_and_reading_it_writes_nothing(store: StackStore) -> None:
    assert store.load().snapshot == Snapshot()
    assert not store.files.root.exists()


def test_the_state_before_a_write_is_kept(
    store: StackStore, written: LoadedStack, snapshot: Snapshot
) -> None:
    before = store.files.checkpoint.read_bytes()
    store.write(written, Snapshot())
    assert store.files.previous.read_bytes() == before
    assert store.load().snapshot == Snapshot()


def test_a_run_cut_at_any_byte_of_its_journal_keeps_what_was_recorded(
    store: StackStore, written: LoadedStack, snapshot: Snapshot
) -> None:
    entries = _entries(snapshot)
    journal = store.begin(written, "up")
    sizes = [store.files.journal.stat().st_size]
    for entry in entries:
        journal.record(entry)
        sizes.append(store.files.journal.stat().st_size)
    journal.close()
    content = store.files.journal.read_bytes()
    assert PLANTED.encode() not in content
    for cut in range(sizes[0], len(content) + 1):
        store.files.journal.write_bytes(content[:cut])
        recorded = sum(size <= cut for size in sizes[1:])
        assert store.load().snapshot == fold(snapshot, entries[:recorded])


def test_settling_writes_the_state_once_and_removes_the_journal(
    store: StackStore, written: LoadedStack, snapshot: Snapshot
) -> None:
    journal = store.begin(written, "up")
    for entry in _entries(snapshot):
        journal.record(entry)
    journal.close()
    with store.files.journal.open("ab") as file:
        file.write(b'{"operation":')
    loaded = store.load()
    assert loaded.recovered
    store.settle(loaded)
    assert not store.files.journal.exists()
    again = store.load()
    assert not again.recovered
    assert again.snapshot == fold(snapshot, _entries(snapshot))
    assert [item.resource.urn for item in again.snapshot.pending_operations] == ["urn:topic"]


@pytest.mark.parametrize("settling", [False, True], ids=["ending", "settling"])
def test_a_crash_between_the_state_and_the_end_of_its_journal_folds_nothing_twice(
    store: StackStore,
    written: LoadedStack,
    snapshot: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
    settling: bool,
) -> None:
    journal = store.begin(written, "up")
    for entry in _entries(snapshot):
        journal.record(entry)

    def crash(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("emulator.state.stack_store.remove_journal", crash)
    result = fold(snapshot, _entries(snapshot))
    cut = store.load()
    end = partial(store.settle, cut) if settling else partial(store.end, written, journal, result)
    with pytest.raises(KeyboardInterrupt):
        end()
    assert store.files.journal.exists()
    loaded = store.load()
    assert not loaded.recovered
    assert loaded.snapshot == result


def test_a_run_cut_before_it_settled_an_older_operation_still_has_it_pending(
    store: StackStore, written: LoadedStack, snapshot: Snapshot
) -> None:
    older = PendingOperation(
        ResourceState(urn="urn:old", type="a:b:C", custom=True), OperationKind.CREATING
    )
    snapshot.pending_operations.append(older)
    store.write(written, snapshot)
    loaded = store.load()
    journal = store.begin(loaded, "up")
    journal.record(JournalEntry(drop=[2]))
    journal.close()
    assert store.load().snapshot.pending_operations == [older]


def test_a_state_changed_from_outside_since_a_cut_run_is_refused(
    store: StackStore, written: LoadedStack, snapshot: Snapshot
) -> None:
    journal = store.begin(written, "python -m emulator up")
    journal.record(_entries(snapshot)[0])
    journal.close()
    checkpoint = store.files.checkpoint
    checkpoint.write_bytes(checkpoint.read_bytes() + b"\n")
    with pytest.raises(UserError, match="`python -m emulator up` was cut") as error:
        store.load()
    assert str(store.files.journal) in str(error.value)


def test_a_damaged_journal_is_refused(
    store: StackStore, written: LoadedStack, snapshot: Snapshot
) -> None:
    journal = store.begin(written, "up")
    journal.record(_entries(snapshot)[0])
    journal.close()
    path = store.files.journal
    path.write_bytes(path.read_bytes().replace(b'"put"', b'"pu'))
    with pytest.raises(UserError, match="damaged"):
        store.load()


def test_a_full_disk_stops_the_run_and_names_what_was_under_way(
    store: StackStore,
    written: LoadedStack,
    snapshot: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = _entries(snapshot)
    journal = store.begin(written, "up")
    journal.record(entries[0])
    journal.record(entries[1])
    real = os.write

    def full(descriptor: int, content: bytes) -> int:
        if len(content) < 20:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, content[: len(content) - 10])

    with monkeypatch.context() as disk:
        disk.setattr("emulator.state.journal_file.os.write", full)
        with pytest.raises(UserError, match="No space left") as error:
            journal.record(entries[2])
    assert BUCKET in str(error.value)
    assert PLANTED not in str(error.value)
    journal.record(entries[2])
    journal.close()
    assert store.load().snapshot == fold(snapshot, entries[:3])


def test_a_write_that_fails_leaves_the_old_state_and_no_litter(
    store: StackStore,
    written: LoadedStack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.write(written, written.snapshot)
    before = sorted(store.files.checkpoint.parent.iterdir())
    content = store.files.checkpoint.read_bytes()

    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("emulator.state.atomic_file.os.fsync", fail)
    with pytest.raises(UserError, match="No space left"):
        store.write(written, Snapshot())
    assert sorted(store.files.checkpoint.parent.iterdir()) == before
    assert store.files.checkpoint.read_bytes() == content
    monkeypatch.undo()
    store.write(written, Snapshot())
    assert sorted(store.files.checkpoint.parent.iterdir()) == before


def test_a_run_that_ended_before_it_did_anything_leaves_nothing_to_recover(
    store: StackStore, written: LoadedStack
) -> None:
    store.give_up(store.begin(written, "up"))
    assert not store.files.journal.exists()
    assert not store.load().recovered


def test_a_run_that_an_error_ended_keeps_what_was_recorded(
    store: StackStore, written: LoadedStack, snapshot: Snapshot
) -> None:
    journal = store.begin(written, "up")
    journal.record(_entries(snapshot)[0])
    store.give_up(journal)
    assert not store.files.journal.exists()
    assert store.load().snapshot == fold(snapshot, _entries(snapshot)[:1])


def test_a_checkpoint_cut_in_half_is_refused_and_the_backup_offered(
    store: StackStore, written: LoadedStack, snapshot: Snapshot
) -> None:
    store.write(written, snapshot)
    path = store.files.checkpoint
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UserError, match="not valid JSON") as error:
        store.load()
    assert f"cp {store.files.previous} {path}" in str(error.value)


def test_a_checkpoint_of_another_stack_is_refused(store: StackStore, written: LoadedStack) -> None:
    path = store.files.checkpoint
    path.write_bytes(path.read_bytes().replace(b"organization/demo/dev", b"organization/demo/prd"))
    with pytest.raises(UserError, match="'organization/demo/prd', not of 'organization/demo/dev'"):
        store.load()


def test_a_snapshot_that_contradicts_itself_is_written_and_then_refused(
    store: StackStore, written: LoadedStack, snapshot: Snapshot
) -> None:
    snapshot.resources[2].dependencies = ["urn:gone"]
    with pytest.raises(UserError, match="was written, but it contradicts itself"):
        store.write(written, snapshot)
    assert b"urn:gone" in store.files.checkpoint.read_bytes()


def test_a_state_set_aside_is_among_the_backups(store: StackStore, written: LoadedStack) -> None:
    content = store.files.checkpoint.read_bytes()
    backup = store.set_aside()
    assert backup.read_bytes() == content
    assert backup.parent == store.files.root / ".pulumi" / "backups" / "demo" / "dev"
    assert not store.exists


def test_an_export_shows_secrets_only_where_asked(store: StackStore, written: LoadedStack) -> None:
    assert PLANTED not in str(store.exported(show_secrets=False))
    assert PLANTED in str(store.exported(show_secrets=True))
