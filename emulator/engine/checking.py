"""Inputs on their way in: ignored changes put back, checked by the provider, seen by policies."""

from __future__ import annotations

import copy
import secrets
from typing import Final, NoReturn

from emulator.engine.analyzers import gather_violations
from emulator.engine.context import Context, DeploymentError
from emulator.engine.events import Severity
from emulator.engine.goal import Goal
from emulator.engine.property_path import parse_path, reset
from emulator.engine.provider_client import ProviderClient
from emulator.engine.resource_state import ResourceState
from emulator.engine.urn import is_provider_type
from emulator.values import Properties

RANDOM_SEED_BYTES: Final = 32


async def check_inputs(
    context: Context,
    goal: Goal,
    old: ResourceState | None,
    new: ResourceState,
    client: ProviderClient | None,
) -> bool:
    """Have the provider check the inputs; what it makes of them becomes the new inputs.

    False where it refuses them. As on the CLI, policies still see them then:
    https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
    """
    inputs = goal.properties
    if old is not None and goal.ignore_changes:
        inputs = _ignoring(context, goal, old.inputs, new.urn)
    if is_provider_type(new.type):
        inputs, failures = await context.registry.check(new.urn, new.type, _versioned(goal, inputs))
    elif client is not None:
        inputs, failures = await client.check(
            new.urn,
            new.type,
            goal.name,
            old.inputs if old is not None else {},
            inputs,
            secrets.token_bytes(RANDOM_SEED_BYTES),
        )
    else:
        failures = []
    new.inputs = inputs
    for failure in failures:
        context.error(f"{new.type} resource {goal.name!r}: {failure}", new.urn)
    return not failures


async def analyze(context: Context, new: ResourceState, *, accepted: bool) -> None:
    """Have every policy pack see the inputs, whether the provider `accepted` them or not.

    Raises DeploymentError where it did not, and in an update for a mandatory violation.
    """
    for analyzer in context.analyzers:
        remediated, violations = await analyzer.remediate(context.subject(new))
        context.report(violations)
        if remediated is not None:
            new.inputs = remediated
    calls = [analyzer.analyze(context.subject(new)) for analyzer in context.analyzers]
    mandatory = context.report(await gather_violations([*calls]))
    if not accepted or (mandatory and not context.preview):
        refuse(context, new.urn)


def refuse(context: Context, urn: str) -> NoReturn:
    """End the deployment at a resource whose inputs do not stand. Raises DeploymentError."""
    context.stop()
    raise DeploymentError(urn)


def _versioned(goal: Goal, inputs: Properties) -> Properties:
    """Inputs of a provider resource with the version that its SDK asks for."""
    return {"version": goal.version} | inputs if goal.version else inputs


def _ignoring(context: Context, goal: Goal, old_inputs: Properties, urn: str) -> Properties:
    inputs: Properties = copy.deepcopy(goal.properties)
    invalid = [
        selector
        for selector in goal.ignore_changes
        if not reset(parse_path(selector), old_inputs, inputs)
    ]
    if invalid:
        paths = ", ".join(invalid)
        message = f"cannot ignore changes in added or removed elements of the path: {paths}"
        context.say(Severity.INFO, message, urn)
    return inputs
