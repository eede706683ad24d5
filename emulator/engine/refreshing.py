"""Reads what stands and brings state in line: drift shows, what is gone is dropped."""

from __future__ import annotations

import asyncio
import copy
import time

from emulator.engine.context import Context, DeploymentError
from emulator.engine.events import DifferenceKind, PropertyDifference, Step, StepKind
from emulator.engine.ledger import now
from emulator.engine.operations import step_for
from emulator.engine.provider_client import Created, OperationFailedError
from emulator.engine.reading import read_stack_reference
from emulator.engine.resource_state import ResourceState
from emulator.engine.secrecy import annotate, mark
from emulator.engine.urn import STACK_REFERENCE_TYPE, is_provider_type
from emulator.errors import UserError
from emulator.values import Properties, without_secrets


async def refresh(context: Context) -> None:
    """Read every custom resource; the ledger's base then says what stands."""
    states = list(context.ledger.base.items())
    reads = [_refresh(context, key, state) for key, state in states]
    await asyncio.gather(*reads, return_exceptions=True)
    if context.failed or context.stopping.is_set():
        raise DeploymentError("refresh")


async def _refresh(context: Context, key: int, state: ResourceState) -> None:
    if not state.custom or is_provider_type(state.type) or state.pending_replacement:
        return
    step = step_for(StepKind.REFRESH, state, state, state)
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
            step.kind, step.new = StepKind.DELETE, None
            context.ledger.remove(key)
            context.ended(step, time.monotonic() - began)
            return
        _bring_in_line(context, step, key, state, read)
        context.ended(step, time.monotonic() - began)


async def _read(context: Context, state: ResourceState) -> Created | None:
    if state.type == STACK_REFERENCE_TYPE:
        return read_stack_reference(context.request.read_stack_outputs, state.inputs)
    client = await context.registry.ensure(state.provider, context.provider_states)
    return await client.read(state.urn, state.type, state.id, state.inputs, state.outputs)


def _bring_in_line(
    context: Context, step: Step, key: int, state: ResourceState, read: Created
) -> None:
    standing = copy.copy(context.ledger.base[key])
    standing.id = read.id
    standing.outputs = mark(annotate(read.outputs, state.outputs), state.additional_secret_outputs)
    if read.inputs is not None:
        standing.inputs = annotate(read.inputs, state.inputs)
    standing.init_errors = []
    changed = _changed(state.outputs, standing.outputs)
    if changed or state.init_errors or standing.inputs != state.inputs:
        standing.modified = now()
        context.ledger.end(None, change=[(key, standing)])
    step.new = standing
    if changed:
        step.kind = StepKind.UPDATE
        step.changed_properties = changed
        step.differences = {
            name: PropertyDifference(
                kind=_kind(name, state.outputs, standing.outputs),
                input_difference=False,
                before=state.outputs.get(name),
                after=standing.outputs.get(name),
            )
            for name in changed
        }


def _changed(old: Properties, new: Properties) -> list[str]:
    return sorted(
        key for key in old | new if without_secrets(old.get(key)) != without_secrets(new.get(key))
    )


def _kind(name: str, old: Properties, new: Properties) -> DifferenceKind:
    if name not in old:
        return DifferenceKind.ADD
    return DifferenceKind.UPDATE if name in new else DifferenceKind.DELETE
