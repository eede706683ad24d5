"""A journal that takes no more entries: nothing begins unrecorded, and nothing goes twice."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from emulator.engine.journal import JournalEntry
from emulator.engine.resource_state import OperationKind
from emulator.engine.urn import name_of
from emulator.errors import UserError
from tests.emulator.engine.harness import CheckedJournal, Engine

CHAIN = """
first = Thing('first', replace={}, deletesFirst=True)
Thing('second', replace=first.computed)
"""


def test_a_replacement_cut_after_any_entry_deletes_nothing_twice(engine: Engine) -> None:
    """The one needs the other, so the entries come in one order: no luck is involved."""
    base = engine.stand(CHAIN.format(0))
    for replace, entries in enumerate(itertools.count(), start=1):
        program = CHAIN.format(replace)
        cut = engine.deploy(program, base, before_record=_fail_after(entries))
        if cut.succeeded:
            assert entries > 8, "two deletions and two creations have two entries each"
            return
        assert cut.text == "the disk is full"
        again = engine.deploy(program, cut.snapshot)
        assert again.succeeded, f"cut after entry {entries}: {again.text}"
        base = again.snapshot
        held = {state.id for state in base.resources if state.type == "memory:index:Thing"}
        assert held == set(engine.memory.resources)


def test_an_operation_whose_record_does_not_reach_the_disk_does_not_begin(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(journal: CheckedJournal) -> None:
        begun = [entry.begins.resource for entry in journal.entries if entry.begins is not None]
        if any(name_of(state.urn) == "thing" for state in begun):
            msg = "the disk is broken"
            raise UserError(msg)

    monkeypatch.setattr(CheckedJournal, "durable", refuse)
    outcome = engine.deploy("Thing('thing')", before_record=lambda _: None)
    assert "the disk is broken" in outcome.text
    assert not engine.memory.resources
    (pending,) = outcome.snapshot.pending_operations
    assert pending.kind is OperationKind.CREATING


GUEST = """
owner = Thing('owner', replace={0}, deletesFirst=True)
Thing('guest', value=1, options=Options(deleted_with=owner, replacement_trigger={0},
                                        delete_before_replace=True, depends_on=[owner]))
"""


def test_what_was_created_before_and_went_with_another_is_not_taken_for_its_replacement(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, guest = engine.deploy(GUEST.format(1)).snapshot, frozenset({"guest"})

    async def refuse(journal: CheckedJournal) -> None:
        begun = [entry.begins for entry in journal.entries if entry.begins is not None]
        if (OperationKind.CREATING, "guest") in [(b.kind, name_of(b.resource.urn)) for b in begun]:
            msg = "killed"
            raise UserError(msg)

    with monkeypatch.context() as patch:
        patch.setattr(CheckedJournal, "durable", refuse)
        cut = engine.deploy(
            GUEST.format(2), base, before_record=lambda _: None, gone_on_purpose=guest
        )
    assert [name_of(item.resource.urn) for item in cut.snapshot.pending_operations] == ["guest"]
    assert engine.memory.called("create").count(("create", "guest")) == 1

    assert engine.deploy(GUEST.format(2), cut.snapshot, gone_on_purpose=guest).succeeded
    assert engine.memory.called("create").count(("create", "guest")) == 2


def _fail_after(entries: int) -> Callable[[JournalEntry], None]:
    taken = itertools.count()

    def write(_: JournalEntry) -> None:
        if next(taken) >= entries:
            msg = "the disk is full"
            raise UserError(msg)

    return write
