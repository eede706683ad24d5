"""Which other resources a delete-before-replace takes with it."""

from __future__ import annotations

from emulator.engine.context import Context
from emulator.engine.differences import apply_replace_on_changes
from emulator.engine.resource_state import ResourceState
from emulator.engine.urn import is_provider_type, split_reference
from emulator.values import UNKNOWN


async def dependents_to_replace(
    context: Context, root: ResourceState
) -> list[tuple[ResourceState, list[str]]]:
    """Resources that cannot outlive `root`, in dependency order, each with the reasons.

    As in Pulumi's engine: a dependent must be replaced where its provider says so once the inputs
    that come from what is replaced are unknown. Those registered in this run cannot depend on it.
    """
    condemned = {root.urn}
    found: list[tuple[ResourceState, list[str]]] = []
    for state in list(context.ledger.base.values()):
        if state.urn in condemned or not state.custom or state.external or state.delete:
            continue
        if state.urn in context.seen or state.urn in context.condemned:
            continue
        keys = await _reasons(context, state, condemned)
        if keys is not None:
            condemned.add(state.urn)
            found.append((state, keys))
    return found


async def _reasons(context: Context, state: ResourceState, condemned: set[str]) -> list[str] | None:
    """Properties that force the replacement, None where there is none."""
    if state.provider and split_reference(state.provider)[0] in condemned:
        return []
    if state.deleted_with in condemned:
        return []
    inputs = dict(state.inputs)
    touched = [
        key
        for key, urns in state.property_dependencies.items()
        if key in inputs and condemned.intersection(urns)
    ]
    if not touched:
        return None
    for key in touched:
        inputs[key] = UNKNOWN
    if is_provider_type(state.type):
        verdict = await context.registry.diff(state.urn, state.type, state.inputs, inputs)
    else:
        client = await context.registry.ensure(state.provider, context.provider_states)
        verdict = await client.diff(
            state.urn,
            state.type,
            state.id,
            state.inputs,
            state.outputs,
            inputs,
            state.ignore_changes,
        )
    verdict = apply_replace_on_changes(verdict, state.replace_on_changes)
    return verdict.replaces or None
