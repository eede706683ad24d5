"""Random programs with random edits against a small model of what must exist and be touched.

The programs register straight with the engine: a process for each would cost more than all else.
More of them: `RANDOM_PROGRAMS=2000 python -m pytest tests/emulator/engine/test_random_programs.py`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.engine import deployment
from emulator.engine.context import DeploymentError
from emulator.engine.goal import Goal
from emulator.engine.resource_state import ResourceState, Snapshot
from emulator.engine.urn import ROOT_STACK_TYPE, name_of
from tests.emulator.engine.harness import ROOT_NAME, Engine

EXAMPLES: Final = int(os.environ.get("RANDOM_PROGRAMS", "50"))
THING: Final = "memory:index:Thing"
COUNT: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One Thing; `needs` and `parent` are numbers of earlier ones, none where those are absent."""

    value: int
    replace: int
    needs: int | None
    parent: int | None
    deletes_first: bool | None
    protect: bool
    ignores: bool
    retain: bool
    fails: bool


Program = dict[int, Node]
"""Nodes by number, which is also their name."""


def _nodes() -> st.SearchStrategy[Node]:
    number = st.one_of(st.none(), st.integers(0, COUNT - 1))
    rarely = st.sampled_from([False, False, True])
    return st.builds(
        Node,
        value=st.integers(1, 2),
        replace=st.integers(1, 2),
        needs=number,
        parent=st.one_of(st.none(), number),
        deletes_first=st.sampled_from([None, None, True, False]),
        protect=rarely,
        ignores=rarely,
        retain=rarely,
        fails=rarely,
    )


@st.composite
def _programs(draw: Any) -> tuple[Program, Program]:
    """A program and its edit."""
    nodes = st.dictionaries(st.integers(0, COUNT - 1), _nodes(), max_size=COUNT)
    before: Program = draw(nodes)
    after = {number: node for number, node in before.items() if draw(st.integers(0, 3))}
    for number, node in draw(nodes).items():
        if number not in after or draw(st.booleans()):
            after[number] = node
        else:  # an edit of one option, as people make them
            edited = draw(st.sampled_from([field.name for field in fields(Node)]))
            after[number] = replace(after[number], **{edited: getattr(node, edited)})
    return _tidy(before), _tidy(after)


def _tidy(program: Program) -> Program:
    def earlier(other: int | None, number: int) -> int | None:
        return other if other is not None and other < number and other in program else None

    return {
        number: replace(
            node, needs=earlier(node.needs, number), parent=earlier(node.parent, number)
        )
        for number, node in sorted(program.items())
    }


class Runner:
    """Registers a program's nodes, each once what it needs is there."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.program: Program = {}

    async def run(self, context: Any, monitor: Any, *_: Any) -> Any:
        """Stand in for the program's process."""
        register = monitor._registrar.register
        root: ResourceState = await register(
            Goal(type=ROOT_STACK_TYPE, name=ROOT_NAME, custom=False, parent="", properties={})
        )
        tasks: dict[int, asyncio.Task[ResourceState]] = {}
        for number, node in self.program.items():
            tasks[number] = asyncio.create_task(self._register(number, node, root, tasks, register))
        results = await asyncio.gather(*tasks.values(), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, DeploymentError):
                raise result
        return self

    async def wait(self) -> int:
        """End as a process does."""
        return 0

    async def _register(
        self,
        number: int,
        node: Node,
        root: ResourceState,
        tasks: dict[int, asyncio.Task[ResourceState]],
        register: Callable[[Goal], Any],
    ) -> ResourceState:
        parent = root if node.parent is None else await tasks[node.parent]
        needed = None if node.needs is None else await tasks[node.needs]
        properties: dict[str, Any] = {"value": node.value, "replace": node.replace}
        if needed is not None:
            properties["link"] = needed.outputs["computed"]
        if node.fails:
            properties["fail"] = "create"
        state: ResourceState = await register(
            Goal(
                type=THING,
                name=f"n{number}",
                custom=True,
                parent=parent.urn,
                properties=properties,
                protect=node.protect,
                dependencies=[needed.urn] if needed is not None else [],
                property_dependencies={"link": [needed.urn]} if needed is not None else {},
                delete_before_replace=node.deletes_first,
                # What a creation does must never count as a change by itself.
                ignore_changes=["fail", *(["value"] if node.ignores else [])],
                retain_on_delete=node.retain,
            )
        )
        return state


@pytest.fixture(scope="module")
def runner(make_engine: Callable[[], Engine]) -> Iterator[Runner]:
    made = Runner(make_engine())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deployment, "run_program", made.run)
        yield made


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="RANDOM_PROGRAMS" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(programs=_programs())
def test_edits_touch_what_they_must_and_end_as_the_program_says(
    runner: Runner, programs: tuple[Program, Program]
) -> None:
    before, after = (dict(program) for program in programs)
    before = {number: replace(node, fails=False) for number, node in before.items()}
    runner.engine.memory.resources.clear()
    gone = frozenset(
        f"n{number}"
        for program in (before, after)
        for number, node in program.items()
        if node.retain
    )

    def deploy(program: Program, base: Snapshot | None = None) -> Any:
        runner.program = program
        return runner.engine.deploy("", base, gone_on_purpose=gone)

    base = deploy(before).snapshot
    edited = deploy(after, base)
    expected = _expected(before, after)
    blocked = _blocked(before, after, expected)
    failing = any(
        after[number].fails for number, kind in expected.items() if kind in ("create", "replace")
    )
    assert edited.succeeded == (not blocked and not failing), edited.text
    if edited.succeeded:
        assert _touched(edited, after) == expected
        kept = {f"n{n}" for n in before if before[n].retain and expected.get(n) != "same"}
        kept -= {f"n{n}" for n in after if expected[n] == "update"}
        ids = {state.id for state in base.resources if name_of(state.urn) in kept}
        assert ids <= set(runner.engine.memory.resources), "one kept on purpose went"
    else:
        for state in edited.snapshot.resources:
            state.protect = False
    protected = {
        state.id
        for state in base.resources
        if state.type == THING and int(name_of(state.urn).removeprefix("n")) in blocked
    }
    assert protected <= set(runner.engine.memory.resources), "a protected one went"
    willing = {n: replace(node, fails=False, protect=False) for n, node in after.items()}
    mended = deploy(willing, edited.snapshot)
    assert mended.succeeded, mended.text
    names = sorted(name_of(state.urn) for state in mended.snapshot.resources if state.type == THING)
    assert names == sorted(f"n{number}" for number in after)
    known = {state.id for state in mended.snapshot.resources}
    assert {name_of(urn) for urn, id_ in _held(runner) if id_ not in known} <= gone
    assert known >= {id_ for urn, id_ in _held(runner) if name_of(urn) not in gone}
    assert runner.engine.preview("", mended.snapshot).changes == []


def _held(runner: Runner) -> list[tuple[str, str]]:
    return [(urn, id_) for id_, (urn, _) in runner.engine.memory.resources.items()]


def _lineage(program: Program, number: int | None) -> tuple[int, ...]:
    """Number of a node and those of its parents: the types in its URN count them."""
    found = []
    while number is not None:
        found.append(number)
        number = program[number].parent
    return tuple(found)


def _expected(before: Program, after: Program) -> dict[int, str]:
    """What the model says of each node of the edit: create, replace, update or same."""
    expected: dict[int, str] = {}
    for number, new in after.items():
        old = before.get(number)
        depth = len(_lineage(after, number))
        if old is None or len(_lineage(before, number)) != depth:
            expected[number] = "create"
        elif old.replace != new.replace:
            expected[number] = "replace"
        elif (
            (old.value != new.value and not new.ignores)
            or old.needs != new.needs
            or (new.needs is not None and expected[new.needs] in ("create", "replace"))
        ):
            expected[number] = "update"
        else:
            expected[number] = "same"
    return expected


def _blocked(before: Program, after: Program, expected: dict[int, str]) -> set[int]:
    """Protected nodes that the edit would delete or replace."""
    return {
        number
        for number, node in before.items()
        if node.protect
        and (
            number not in after
            or expected[number] == "create"
            or (expected[number] == "replace" and after[number].protect)
        )
    }


def _touched(outcome: Any, after: Program) -> dict[int, str]:
    found = {
        int(name.removeprefix("n")): kind
        for kind, name in outcome.steps
        if kind in ("create", "replace", "update", "same")
    }
    assert found.keys() == after.keys()
    return found
