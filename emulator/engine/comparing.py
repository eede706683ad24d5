"""Whether a resource differs from what stands, and whether that forces a replacement."""

from __future__ import annotations

from emulator.engine.context import Context, DeploymentError
from emulator.engine.provider_answers import Differs
from emulator.engine.provider_client import ProviderClient
from emulator.engine.resource_state import ResourceState
from emulator.engine.urn import is_provider_type, split_reference
from emulator.values import UNKNOWN, has_unknown, without_secrets


async def compare(
    context: Context, old: ResourceState, new: ResourceState, client: ProviderClient | None
) -> tuple[Differs, bool]:
    """Provider's verdict, and whether the replacement trigger has changed."""
    trigger = without_secrets(new.replacement_trigger)
    if trigger is UNKNOWN or has_unknown(trigger):
        if context.preview:
            return Differs(some=True), True
        context.error(f"the replacement trigger of {new.urn} holds an unknown", new.urn)
        context.stop()
        raise DeploymentError(new.urn)
    if trigger is not None and trigger != without_secrets(old.replacement_trigger):
        return Differs(some=True), True
    if new.urn in context.targets.replaces:
        return Differs(some=True, replaces=["id"]), False
    if any(urn in context.replaced for urn in new.replace_with):
        return Differs(some=True, replaces=["replaceWith"]), False
    if new.deleted_with in context.replaced:
        return Differs(some=True, replaces=["deletedWith"]), False
    if is_provider_type(new.type):
        registry = context.registry
        return await registry.diff(new.urn, new.type, old.inputs, new.inputs), False
    if await _provider_changed(context, old, new, client):
        return Differs(some=True, replaces=["provider"]), False
    if client is None:
        return Differs(some=old.inputs != new.inputs), False
    verdict = await client.diff(
        new.urn,
        new.type,
        old.id,
        old.inputs,
        old.outputs,
        new.inputs,
        new.ignore_changes,
    )
    return verdict, False


async def _provider_changed(
    context: Context, old: ResourceState, new: ResourceState, client: ProviderClient | None
) -> bool:
    """Whether another provider serves the resource, one that cannot take it over."""
    if old.provider == new.provider:
        return False
    if not old.provider or not new.provider or client is None:
        return True
    old_urn, _ = split_reference(old.provider)
    new_urn, _ = split_reference(new.provider)
    if context.ledger.renamed.get(new_urn) == old_urn:
        return False
    states = context.provider_states()
    old_state, new_state = states.get(old.provider), states.get(new.provider)
    if old_state is None or new_state is None:
        return True
    verdict = await client.diff_config(new_urn, old_state.inputs, new_state.inputs)
    return bool(verdict.replaces)
