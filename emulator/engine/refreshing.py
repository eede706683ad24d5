"""Reads what stands and brings state in line: drift shows, what is gone is dropped."""

from __future__ import annotations

import copy
import time
from dataclasses import replace
from typing import Final

from emulator.engine.context import Context, DeploymentError, finish_all
from emulator.engine.differences import detailed
from emulator.engine.events import DifferenceKind, Step, StepKind
from emulator.engine.ledger import now
from emulator.engine.operations import step_for
from emulator.engine.provider_answers import Created, OperationFailedError
from emulator.engine.reading import read_stack_reference
from emulator.engine.request import DeploymentKind
from emulator.engine.resource_state import ResourceState
from emulator.engine.secrecy import annotate, mark
from emulator.engine.urn import STACK_REFERENCE_TYPE, is_provider_type
from emulator.errors import UserError

INVERTED: Final = {
    DifferenceKind.ADD: DifferenceKind.DELETE,
    DifferenceKind.DELETE: DifferenceKind.ADD,
    DifferenceKind.UPDATE: DifferenceKind.UPDATE,
    DifferenceKind.ADD_REPLACE: DifferenceKind.DELETE,
    DifferenceKind.DELETE_REPLACE: DifferenceKind.ADD,
    DifferenceKind.UPDATE_REPLACE: DifferenceKind.UPDATE,
}
"""Kinds seen from the other side; a refresh replaces nothing."""


async def refresh(context: Context) -> None:
    """Read every custom resource; the ledger's base then says what stands."""
    states = context.targets.to_refresh(list(context.ledger.base.items()))
    await finish_all(_refresh(context, key, state) for key, state in states)
    if context.failed or context.stopping.is_set():
        raise DeploymentError("refresh")


async def _refresh(context: Context, key: int, state: ResourceState) -> None:
    step = step_for(StepKind.REFRESH, state, state, state)
    if not state.custom or is_provider_type(state.type) or state.pending_replacement:
        if context.request.kind is DeploymentKind.REFRESH:
            step.kind = StepKind.SAME
            context.started(step)
            context.ended(step)
        return
    async with context.slots:
        if context.stopping.is_set():
            raise DeploymentError(state.urn)
        context.started(step)
        began = time.monotonic()
        try:
            read = await _read(context, state)
        except (OperationFailedError, UserError) as error:
            context.lost(step, f"refreshing {state.urn}: {error}")
            return
        if read is None:
            found, step.new = StepKind.DELETE, None
            context.ledger.remove(key)
        else:
            drifted = await _bring_in_line(context, step, key, state, read)
            found = StepKind.UPDATE if drifted else StepKind.SAME
        if context.request.kind is DeploymentKind.REFRESH:
            step.kind = found  # ahead of an update the CLI says no more than `refresh`
        context.ended(step, time.monotonic() - began)


async def _read(context: Context, state: ResourceState) -> Created | None:
    if state.type == STACK_REFERENCE_TYPE:
        return read_stack_reference(context.request.read_stack_outputs, state.inputs)
    client = await context.registry.ensure(state.provider, context.provider_states)
    return await client.read(state.urn, state.type, state.id, state.inputs, state.outputs)


async def _bring_in_line(
    context: Context, step: Step, key: int, state: ResourceState, read: Created
) -> bool:
    """Put what was read into state; whether a program could have asked for the difference.

    As in Pulumi's engine the provider compares what stands with the inputs that were asked for: an
    output that lives its own life (a last-restorable time) is recorded, but is no drift.
    """
    standing = copy.copy(context.ledger.base[key])
    standing.id = read.id
    standing.outputs = mark(annotate(read.outputs, state.outputs), state.additional_secret_outputs)
    if read.inputs is not None:
        standing.inputs = annotate(read.inputs, state.inputs)
    standing.init_errors = []
    changed = standing.inputs != state.inputs or standing.outputs != state.outputs
    if changed or state.init_errors:
        standing.modified = now()
        context.ledger.end(None, change=[(key, standing)])
    step.new = standing
    if state.external:
        return changed
    return changed and await _tell_drift(context, step, state, standing)


async def _tell_drift(
    context: Context, step: Step, state: ResourceState, standing: ResourceState
) -> bool:
    client = await context.registry.ensure(state.provider, context.provider_states)
    verdict = await client.diff(
        state.urn,
        state.type,
        standing.id,
        standing.inputs,
        standing.outputs,
        state.inputs,
        state.ignore_changes,
    )
    if not verdict.some:
        return False
    step.changed_properties = verdict.changed
    step.differences = {
        path: replace(
            difference,
            kind=INVERTED[difference.kind],
            before=difference.after,
            after=difference.before,
        )
        for path, difference in detailed(
            verdict, standing.inputs, standing.outputs, state.inputs
        ).items()
    }
    return True
