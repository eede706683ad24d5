"""Deployments of some resources only, and what is refused of them."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from emulator.engine.request import DeploymentKind
from emulator.engine.targets import Selection
from tests.emulator.engine.harness import Engine, Outcome
from tests.emulator.engine.targeted_scenarios import (
    BEFORE,
    DRIFTS,
    TARGETED,
    Group,
    Targeted,
    groups,
)

THING = "urn:pulumi:dev::demo::memory:index:Thing::"


@pytest.fixture(scope="module")
def outcomes(make_engine: Callable[[], Engine]) -> dict[tuple[str, ...], Outcome]:
    """What each group of flags came to."""
    engine = make_engine()
    base = engine.stand(BEFORE)
    held = copy.deepcopy(engine.memory.resources)
    found = {}
    for group in groups():
        engine.memory.resources = copy.deepcopy(held)
        found[group.flags] = deploy(engine, group, base)
    return found


def deploy(engine: Engine, group: Group, base: object) -> Outcome:
    """Run a group's deployment on what stands."""
    drift(engine, group)
    outcome = engine.deploy(
        group.text,
        base,  # type: ignore[arg-type]
        group.kind,
        selection=group.selection,
    )
    assert outcome.succeeded, outcome.text
    return outcome


def drift(engine: Engine, group: Group) -> None:
    """Change what a refresh is to find."""
    if group.kind is DeploymentKind.REFRESH:
        for urn, outputs in engine.memory.resources.values():
            if urn.endswith(DRIFTS):
                outputs["value"] = 5


@pytest.mark.parametrize("item", TARGETED, ids=lambda item: item.prefix)
def test_a_selection_means_these_steps(
    item: Targeted, outcomes: dict[tuple[str, ...], Outcome]
) -> None:
    steps = [
        f"{kind} {name}"
        for kind, name in outcomes[item.flags].changes
        if name == item.prefix or name.startswith(f"{item.prefix}-")
    ]
    assert sorted(steps) == sorted(item.steps)


def test_bystanders_of_targets_are_not_touched(
    outcomes: dict[tuple[str, ...], Outcome],
) -> None:
    for flags, outcome in outcomes.items():
        if "target" in flags:
            expected = {step for item in TARGETED if item.flags == flags for step in item.steps}
            assert {f"{kind} {name}" for kind, name in outcome.changes} == expected


def test_what_needs_a_skipped_resource_is_refused(engine: Engine) -> None:
    program = "a = Thing('a')\nThing('b', options=Options(depends_on=[a]))"
    selection = Selection(targets=(f"{THING}b",))
    for deploy_it in (engine.preview, engine.deploy):
        outcome = deploy_it(program, selection=selection)
        assert not outcome.succeeded
        assert f"Resource '{THING}b' depends on '{THING}a' which" in outcome.text
    assert engine.memory.called("create") == []


def test_an_unknown_target_is_refused(engine: Engine) -> None:
    base = engine.stand("Thing('a')")
    unknown = Selection(targets=(f"{THING}nobody",))
    for outcome in (
        engine.preview("Thing('a')", base, selection=unknown),
        engine.destroy(base, selection=unknown),
        engine.refresh(base, selection=unknown),
        engine.preview("Thing('a')", base, selection=Selection(replaces=unknown.targets)),
    ):
        assert not outcome.succeeded
        assert f"Target '{THING}nobody' could not be found in the stack." in outcome.text
        assert outcome.has("a")


def test_a_target_is_not_destroyed_while_something_needs_it(engine: Engine) -> None:
    base = engine.stand("a = Thing('a')\nThing('b', value=a.computed)")
    outcome = engine.destroy(base, selection=Selection(targets=(f"{THING}a",)))
    assert not outcome.succeeded
    assert f"Resource '{THING}b' will be destroyed but was not specified" in outcome.text
    assert outcome.has("a")
    assert engine.memory.called("delete") == []
