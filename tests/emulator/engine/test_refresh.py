"""Refresh: drift shows, what is gone is dropped, and what stood on it stays sound."""

from __future__ import annotations

from tests.emulator.engine.harness import Engine

PROGRAM = """
a = Thing('a', value=1)
b = Thing('b', value=a.computed)
Thing('child', options=Options(parent=a, depends_on=[b], deleted_with=a))
"""


def test_a_refresh_without_drift_changes_nothing(engine: Engine) -> None:
    base = engine.stand(PROGRAM)
    outcome = engine.refresh(base)
    assert outcome.succeeded, outcome.text
    assert {kind for kind, _ in outcome.steps} == {"same"}
    assert outcome.snapshot == base


def test_drift_comes_into_state_and_the_next_update_undoes_it(engine: Engine) -> None:
    base = engine.stand(PROGRAM)
    engine.memory.resources["a-1"][1]["value"] = 5
    outcome = engine.refresh(base)
    assert outcome.changes == [("update", "a")]
    assert outcome.step("update", "a").differences["value"].before == 1
    assert outcome.step("update", "a").differences["value"].after == 5
    assert outcome.state("a").inputs["value"] == 5
    undone = engine.deploy(PROGRAM, outcome.snapshot)
    assert undone.changes == [("update", "a")]
    assert engine.memory.named("a")["value"] == 1


def test_an_update_with_refresh_finds_drift_itself(engine: Engine) -> None:
    base = engine.stand(PROGRAM)
    engine.memory.resources["a-1"][1]["value"] = 5
    preview = engine.preview(PROGRAM, base, refresh=True)
    assert engine.memory.named("a")["value"] == 5
    update = engine.deploy(PROGRAM, base, refresh=True)
    for outcome in (preview, update):
        assert ("refresh", "a") in outcome.changes
        assert [change for change in outcome.changes if change[0] != "refresh"] == [("update", "a")]
    assert engine.memory.named("a")["value"] == 1


def test_an_output_that_lives_its_own_life_is_recorded_and_no_drift(engine: Engine) -> None:
    base = engine.stand("Thing('a')")
    engine.memory.resources["a-1"][1]["computed"] = "LATER"
    outcome = engine.refresh(base)
    assert outcome.changes == []
    assert outcome.state("a").outputs["computed"] == "LATER"


def test_what_is_gone_is_dropped_and_made_again(engine: Engine) -> None:
    base = engine.stand(PROGRAM)
    del engine.memory.resources["a-1"]
    outcome = engine.refresh(base)
    assert outcome.succeeded, outcome.text
    assert ("delete", "a") in outcome.changes
    assert not outcome.has("a")
    assert outcome.state("child").parent.endswith("::demo-dev")
    assert outcome.state("child").deleted_with == ""
    again = engine.deploy(PROGRAM, outcome.snapshot)
    assert again.succeeded, again.text
    assert ("create", "a") in again.steps


def test_a_preview_of_a_refresh_leaves_everything_as_it_was(engine: Engine) -> None:
    base = engine.stand(PROGRAM)
    engine.memory.resources["a-1"][1]["value"] = 5
    outcome = engine.refresh(base, preview_only=True)
    assert ("update", "a") in outcome.changes


def test_a_read_that_fails_fails_the_refresh_and_loses_nothing(engine: Engine) -> None:
    base = engine.stand("Thing('a', fail='read')\nThing('b')")
    outcome = engine.refresh(base)
    assert not outcome.succeeded
    assert "read of a was told to fail" in outcome.text
    assert outcome.has("a")
    assert outcome.has("b")
