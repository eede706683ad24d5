"""Ctrl-C, a closed pipe, and runs that were killed: nothing is lost and the next run settles."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import pytest

from emulator.engine.events import Diagnostic, Event, StepOutputs, StepStarted
from emulator.engine.journal import JournalEntry
from emulator.engine.resource_state import OperationKind, PendingOperation, Snapshot
from emulator.engine.urn import name_of
from emulator.errors import UserError
from tests.emulator.engine.harness import Engine
from tests.emulator.engine.memory_provider import Gate

SLOW = """
slow = Thing('slow', gate='slow')
Thing('later', value=slow.computed)
"""


def test_an_interrupt_finishes_what_is_under_way_and_begins_nothing_new(engine: Engine) -> None:
    gate = engine.memory.gates["slow"] = Gate()
    outcome = engine.deploy(SLOW, on_event=_interrupting(gate, times=1))
    assert outcome.result.interrupted
    assert not outcome.succeeded
    assert outcome.steps == [("create", "slow")]
    assert not outcome.snapshot.pending_operations
    assert "interrupted" in outcome.text
    again = engine.deploy(SLOW, outcome.snapshot)
    assert again.steps == [("same", "slow"), ("create", "later")]


def test_a_second_interrupt_stops_at_once_and_leaves_the_operation_pending(engine: Engine) -> None:
    gate = engine.memory.gates["slow"] = Gate()
    outcome = engine.deploy(SLOW, on_event=_interrupting(gate, times=2))
    assert outcome.result.interrupted
    (pending,) = outcome.snapshot.pending_operations
    assert pending.kind is OperationKind.CREATING
    assert name_of(pending.resource.urn) == "slow"
    gate.opened.set()
    again = engine.deploy(SLOW, outcome.snapshot)
    assert again.succeeded, again.text
    assert "was cut off: it had been created as slow-1 and is taken over" in again.text
    assert again.steps == [("same", "slow"), ("create", "later")]
    assert len(engine.memory.resources) == 2


def test_a_creation_that_came_about_half_unseen_is_taken_over_and_mended(engine: Engine) -> None:
    gate = engine.memory.gates["slow"] = Gate()
    program = SLOW.replace("gate=", "fail='half', value=1, gate=")
    outcome = engine.deploy(program, on_event=_interrupting(gate, times=2))
    assert [item.kind for item in outcome.snapshot.pending_operations] == [OperationKind.CREATING]
    gate.opened.set()
    again = engine.deploy(program, outcome.snapshot)
    assert "taken over; it came about half: slow came about half (1)" in again.text
    assert again.failed_steps == [("update", "slow")], "nothing differs, and yet it is not whole"
    mended = engine.deploy(program.replace("'half'", "''"), again.snapshot)
    assert mended.steps == [("update", "slow"), ("create", "later")]
    assert mended.state("slow").init_errors == []


def test_a_replacement_that_has_the_id_of_what_was_deleted_for_it_is_found(engine: Engine) -> None:
    base = engine.stand("Thing('slow', replace=1, deletesFirst=True)")
    engine.memory.last_id = 0  # the next one is named as the first
    gate = engine.memory.gates["slow"] = Gate()
    program = SLOW.replace("gate=", "replace=2, deletesFirst=True, gate=")
    outcome = engine.deploy(
        program, base, on_event=_interrupting(gate, times=2, kind="create-replacement")
    )
    assert [item.kind for item in outcome.snapshot.pending_operations] == [OperationKind.CREATING]
    gate.opened.set()
    again = engine.deploy(program, outcome.snapshot)
    assert again.succeeded, again.text
    assert "was cut off: it had been created as slow-1 and is taken over" in again.text
    assert again.steps == [("same", "slow"), ("create", "later")]


def test_a_creation_whose_provider_goes_away_stays_pending_and_is_found(engine: Engine) -> None:
    gate = engine.memory.gates["slow"] = Gate()

    def stop() -> None:
        gate.arrived.acquire(timeout=20)
        engine.server.stop(None)

    stopper = threading.Thread(target=stop)
    stopper.start()
    outcome = engine.deploy(SLOW)
    stopper.join()
    assert not outcome.succeeded
    assert "the provider is gone" in outcome.text
    assert [item.kind for item in outcome.snapshot.pending_operations] == [OperationKind.CREATING]
    gate.opened.set()
    engine.start()
    again = engine.deploy(SLOW, outcome.snapshot)
    assert again.succeeded, again.text
    assert again.steps == [("same", "slow"), ("create", "later")]


def test_an_interrupted_destroy_keeps_what_it_did_not_come_to(engine: Engine) -> None:
    gate = engine.memory.gates["slow"] = Gate()
    base = engine.stand("a = Thing('a')\nThing('b', deleteGate='slow', value=a.computed)")
    outcome = engine.destroy(base, on_event=_interrupting(gate, times=1))
    assert outcome.result.interrupted
    assert outcome.has("a")
    assert not outcome.has("b")
    assert engine.destroy(outcome.snapshot).snapshot.resources == []


def test_a_closed_pipe_stops_the_deployment_and_keeps_what_was_done(engine: Engine) -> None:
    def close(event: Event) -> None:
        if isinstance(event, StepOutputs) and name_of(event.step.urn) == "first":
            raise BrokenPipeError

    program = "first = Thing('first')\nThing('second', value=first.computed)"
    outcome = engine.deploy(program, on_event=close)
    assert not outcome.succeeded
    assert outcome.has("first")
    assert not outcome.has("second")


def test_operations_overlap_and_the_limit_limits_them(engine: Engine) -> None:
    gate = engine.memory.gates["meet"] = Gate()
    program = "for n in range(4): Thing(f'thing-{n}', gate='meet')"
    opener = threading.Thread(target=_open_after, args=(gate, 4))
    opener.start()
    outcome = engine.deploy(program)
    opener.join()
    assert outcome.succeeded, outcome.text
    assert gate.most_waiting == 4
    gate = engine.memory.gates["meet"] = Gate()
    opener = threading.Thread(target=_open_after, args=(gate, 2))
    opener.start()
    limited = engine.deploy(program, parallel=2)
    opener.join()
    assert limited.succeeded, limited.text
    assert gate.most_waiting == 2


BEFORE = """
first = Thing('first', replace=1, deletesFirst=True)
Thing('second', replace=first.computed)
Thing('third', replace=1)
Thing('fourth', value=1)
Thing('fifth', options=Options(parent=Group('group')))
Thing('sixth')
"""
AFTER = """
first = Thing('first', replace=2, deletesFirst=True)
Thing('second', replace=first.computed)
Thing('third', replace=2)
Thing('fourth', value=2)
group = Group('renamed', Options(aliases=[pulumi.Alias(name='group')]))
Thing('fifth', options=Options(parent=group))
Thing('seventh')
"""


@pytest.mark.parametrize("moment", ["create", "edit", "destroy"])
def test_a_run_whose_disk_fills_at_any_entry_is_made_up_for_by_the_next(
    moment: str, make_engine: Callable[[], Engine]
) -> None:
    """A kill -9 leaves the same behind: operations done of which the journal knows nothing."""
    engine = make_engine()
    base = Snapshot()
    if moment != "create":
        base = engine.stand(BEFORE)
    target = {"create": BEFORE, "edit": AFTER, "destroy": ""}[moment]
    for at in (2, 6, 11, 99):
        outcome = engine.deploy(target, base, before_record=_fills_at(at))
        base = outcome.snapshot
        if outcome.succeeded:
            break
        assert "the disk is full" in outcome.text
    else:
        pytest.fail("no run came to its end")
    known = {state.id for state in base.resources if state.type == "memory:index:Thing"}
    assert known == set(engine.memory.resources)
    assert engine.preview(target, base).changes == []


def test_pending_operations_are_settled_by_looking(engine: Engine) -> None:
    names = ("created-not", "updated", "deleted-not", "deleted")
    program = "".join(f"Thing('{name}', value=1)\n" for name in names)
    base = engine.stand(program)
    states = {name_of(state.urn): state for state in base.resources}
    for name in ("created-not", "deleted"):
        del engine.memory.resources[states[name].id]
    base.resources.remove(states["created-not"])
    kinds = (OperationKind.CREATING, OperationKind.UPDATING, *[OperationKind.DELETING] * 2)
    base.pending_operations += [
        PendingOperation(states[name], kind) for name, kind in zip(names, kinds, strict=True)
    ]
    preview = engine.preview(program, base)
    assert preview.text.count("the next update settles it") == 4
    outcome = engine.deploy(program, base)
    assert outcome.succeeded, outcome.text
    assert [text.rsplit(": ", 1)[1] for text in outcome.warnings] == [
        "it had not been created",
        "it stands and is compared anew",
        "it stands and is compared anew",
        "it is gone",
    ]
    assert sorted(outcome.steps) == [
        ("create", "created-not"),
        ("create", "deleted"),
        ("same", "deleted-not"),
        ("same", "updated"),
    ]
    assert len(engine.memory.resources) == 4


def test_a_creation_of_which_nobody_can_tell_now_stays_pending(engine: Engine) -> None:
    base = engine.stand("Thing('a')")
    state = base.resources.pop()
    base.pending_operations.append(PendingOperation(state, OperationKind.CREATING))
    engine.stop()
    outcome = engine.deploy("Thing('a')", base)
    assert not outcome.succeeded
    assert "the provider is gone" in outcome.text
    assert [item.resource.urn for item in outcome.snapshot.pending_operations] == [state.urn]


def _interrupting(gate: Gate, times: int, *, kind: str = "") -> Callable[[Event], None]:
    """Interrupts when a gated operation begins; opens the gate unless it interrupts again."""
    interrupts = 0

    def watch(event: Event) -> None:
        nonlocal interrupts
        begins = (
            isinstance(event, StepStarted)
            and name_of(event.step.urn) in ("slow", "b")
            and kind in ("", event.step.kind.value)
        )
        told = isinstance(event, Diagnostic) and event.message.startswith("interrupted")
        if (begins and interrupts == 0) or (told and interrupts < times):
            if told:
                gate.arrived.acquire(timeout=20)
            interrupts += 1
            os.kill(os.getpid(), signal.SIGINT)
        elif told:
            gate.opened.set()

    return watch


def _fills_at(entries: int) -> Callable[[JournalEntry], None]:
    """A disk that takes so many entries and no more."""
    written = 0

    def write(entry: JournalEntry) -> None:
        nonlocal written
        written += 1
        if written >= entries:
            msg = "the disk is full"
            raise UserError(msg)

    return write


def _open_after(gate: Gate, arrivals: int) -> None:
    for _ in range(arrivals):
        gate.arrived.acquire(timeout=20)
    gate.opened.set()
