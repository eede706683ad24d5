"""Cases for one property in all its states: right, wrong, absent, not known yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from tests.policies.cases import UNKNOWN, Case, Fixture, Outcome, passing, violating


def states(
    rule: str,
    fixture: Fixture,
    key: str,
    *,
    right: Iterable[Any],
    wrong: Iterable[Any],
    absent: Outcome,
    unknown: Outcome = Outcome.VIOLATES,
    **more: Any,
) -> Iterator[Case]:
    """What the rule says of `fixture` with each value of `key`, and without one."""
    before = more.pop("title", "")

    def title(state: str) -> str:
        return f"{before}, {key} {state}" if before else f"{key} {state}"

    for value in right:
        changed = with_props(fixture, {key: value})
        yield passing(rule, changed, title=title(f"is {value!r}"), **more)
    for value in wrong:
        changed = with_props(fixture, {key: value})
        yield violating(rule, changed, title=title(f"is {value!r}"), **more)
    without = dataclasses.replace(
        fixture, props={name: value for name, value in fixture.props.items() if name != key}
    )
    for state, changed, says in (
        ("absent", without, absent),
        ("unknown", with_props(fixture, {key: UNKNOWN}), unknown),
    ):
        yield Case(rule=rule, says=says, fixtures=(changed,), title=title(state), **more)


def with_props(fixture: Fixture, props: dict[str, Any]) -> Fixture:
    """`fixture` with these properties besides its own."""
    return dataclasses.replace(fixture, props={**fixture.props, **props})
