"""What a plan has to be, so that a database is made anew by it and nothing else is lost."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Final

from operations.database.errors import FailedError, RefusedError
from operations.plan import Plan, Step, name_of
from operations.plan_guard import judge
from operations.stateful import STATEFUL

DATABASE: Final = "postgresql:index/database:Database"
KEEPING: Final = frozenset({"same", "update", "read", "refresh", "import"})


def makes_anew(plan: Plan, database: str) -> bool:
    """Whether the plan makes `database`, its full name, anew.

    Where nobody has just asked for that, a run before did, and was cut short.
    """
    return any(step.operation not in KEEPING for step in _steps_of(plan, database))


def refuse_other_losses(plan: Plan, database: str) -> None:
    """Raise RefusedError where something else that holds data goes, or the plan's guard refuses.

    No waiver counts here: they are for plans that people look at one by one.
    """
    kept = {step.urn for step in _steps_of(plan, database)}
    lost = [
        f"{name_of(step.urn)} ({STATEFUL[step.type]})"
        for step in plan.steps
        if step.stands
        and step.type in STATEFUL
        and step.operation not in KEEPING
        and step.urn not in kept
    ]
    if lost:
        msg = (
            f"More than {database} would go: {', '.join(dict.fromkeys(lost))}; nothing was "
            "changed.\n  next: see what else in the stack file or the program is not `up` yet."
        )
        raise RefusedError(msg)
    today = datetime.datetime.now(datetime.UTC).date()
    findings = judge(plan, (), today).refused
    if findings:
        told = "; ".join(f"{finding.kind}: {finding.found}" for finding in findings)
        raise RefusedError(f"The guard over plans refuses it: {told}; nothing was changed.")


def refuse_a_stack_that_is_not_up(plan: Plan) -> None:
    """Raise FailedError where there is nothing to make anew."""
    if not any(step.stands for step in plan.steps):
        raise FailedError(f"Stack {plan.stack} is not up: there is no database to make anew.")


def changes(plan: Plan) -> list[str]:
    """What the plan does, a line for each resource that does not stay as it is."""
    lines = (
        f"{step.operation:<8} {step.type.rpartition(':')[2]:<18} {name_of(step.urn)}"
        for step in plan.steps
        if step.operation not in ("same", "read")
    )
    return list(dict.fromkeys(lines))


def _steps_of(plan: Plan, database: str) -> Iterator[Step]:
    for step in plan.steps:
        inputs = (step.new or step.old).get("inputs") or {}
        if step.type == DATABASE and inputs.get("name") == database:
            yield step
