"""The table of edits, tried in one stack: previewed, brought about, and previewed again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from emulator.engine.urn import name_of
from tests.emulator.engine.harness import Engine, Outcome
from tests.emulator.engine.scenario import Scenario, program
from tests.emulator.engine.scenarios import SCENARIOS, standing


@dataclass(frozen=True, slots=True)
class Table:
    """The deployments of the whole table."""

    first: Outcome
    preview: Outcome
    update: Outcome
    second_preview: Outcome
    destroy: Outcome
    engine: Engine


@pytest.fixture(scope="module")
def table(make_engine: Callable[[], Engine]) -> Table:
    engine = make_engine()
    before = program([(item.prefix, item.before) for item in SCENARIOS])
    after = program([(item.prefix, item.after) for item in SCENARIOS])
    gone = frozenset(
        name.replace("$", item.prefix) for item in SCENARIOS for name in item.gone_on_purpose
    )
    engine.memory.resources.update(standing())
    first = engine.deploy(before)
    assert first.succeeded, first.text
    preview = engine.preview(after, first.snapshot)
    assert preview.succeeded, preview.text
    update = engine.deploy(after, first.snapshot, gone_on_purpose=gone)
    assert update.succeeded, update.text
    second = engine.preview(after, update.snapshot)
    assert second.succeeded, second.text
    unprotected = engine.refresh(update.snapshot, gone_on_purpose=gone).snapshot
    for state in unprotected.resources:
        state.protect = False
    destroy = engine.destroy(unprotected, gone_on_purpose=gone)
    return Table(first, preview, update, second, destroy, engine)


def test_every_scenario_has_a_name_of_its_own() -> None:
    prefixes = [item.prefix for item in SCENARIOS]
    assert len(set(prefixes)) == len(prefixes)
    assert not any(
        other.startswith(prefix) and other != prefix for prefix in prefixes for other in prefixes
    )


@pytest.mark.parametrize("item", SCENARIOS, ids=lambda item: item.prefix)
def test_an_edit_means_these_steps(item: Scenario, table: Table) -> None:
    done = _steps_of(item, table.update)
    assert (sorted(done) if item.any_order else done) == (
        sorted(item.steps) if item.any_order else item.steps
    )


@pytest.mark.parametrize("item", SCENARIOS, ids=lambda item: item.prefix)
def test_a_preview_foretells_the_steps(item: Scenario, table: Table) -> None:
    assert sorted(_steps_of(item, table.preview)) == sorted(item.steps)


def test_a_second_preview_has_nothing_to_do(table: Table) -> None:
    assert [step for step in table.second_preview.changes if step[0] != "read"] == []


def test_the_provider_holds_what_the_state_says(table: Table) -> None:
    held = set(table.update.journal.held[-1])
    known = {
        state.id
        for state in table.update.snapshot.resources
        if state.custom and not state.type.startswith("pulumi:")
    }
    kept = {
        id_
        for id_ in held - known
        if any(id_.startswith(item.prefix) for item in SCENARIOS if item.gone_on_purpose)
    }
    assert held - kept == known


def test_a_destroy_leaves_nothing(table: Table) -> None:
    assert table.destroy.succeeded, table.destroy.text
    assert table.destroy.snapshot.resources == []


def _steps_of(item: Scenario, outcome: Outcome) -> list[str]:
    return [
        f"{kind} {name}"
        for kind, name in outcome.changes
        if name == item.prefix or name.startswith(f"{item.prefix}-")
    ]


def test_names_are_told_apart_by_their_prefix(table: Table) -> None:
    names = {name_of(state.urn) for state in table.update.snapshot.resources}
    assert names
