"""Resources that the program registers and the deployment may not touch.

What stands is carried over as it was, behind everything that it needs, although the program may
have dropped that. What does not stand is not created, and nothing that is touched may need it.
"""

from __future__ import annotations

import copy

from emulator.engine.context import Context, DeploymentError
from emulator.engine.events import StepKind
from emulator.engine.operations import step_for
from emulator.engine.references import needed_urns
from emulator.engine.resource_state import ResourceState
from emulator.engine.urn import is_provider_type
from emulator.errors import UserError


async def leave_out(
    context: Context, old: ResourceState | None, new: ResourceState
) -> ResourceState:
    """State that the program sees of an untouched resource."""
    if old is None:
        context.targets.skipped.add(new.urn)
        return new
    if context.ledger.renamed.get(new.urn) == old.urn:
        del context.ledger.renamed[new.urn]
    if old.provider and context.registry.get(old.provider) is None:
        urn = old.provider.rpartition("::")[0]
        msg = (
            f"provider {urn} for resource {old.urn} has not been registered yet, this is due to a "
            "change of providers mixed with --target. Change your program back to the original "
            "providers"
        )
        raise UserError(msg)
    context.seen.add(old.urn)
    return await _carry(context, old.urn)


def refuse_needing_skipped(context: Context, new: ResourceState) -> None:
    """Refuse to touch what needs a resource that is not created; a preview reports it."""
    needed = context.targets.skipped & needed_urns(new)
    for urn in sorted(needed):
        context.error(
            f"Resource '{new.urn}' depends on '{urn}' which was was not specified in --target "
            "list.",
            new.urn,
        )
    if needed and not context.preview:
        context.stop()
        raise DeploymentError(new.urn)


def refuse_carried(context: Context, new: ResourceState) -> None:
    """Refuse to touch what stands already behind a resource that needed it and was left alone."""
    if context.ledger.current(new.urn) is not None:
        msg = (
            f"{new.urn} must not change, since another resource that is not among the targets "
            "still needs it as it was; target that one, too"
        )
        raise UserError(msg)


async def _carry(context: Context, urn: str) -> ResourceState:
    ledger = context.ledger
    state = ledger.current(urn)
    if state is not None:
        return state
    key = ledger.old_keys[urn]
    for needed in sorted(needed_urns(ledger.base[key])):
        if needed in context.landed and needed != urn:
            await context.landed[needed]
        elif needed in ledger.old_keys and ledger.old_keys[needed] in ledger.base:
            await _carry(context, needed)
    if (already := ledger.current(urn)) is not None:
        return already
    carried = copy.copy(ledger.base[key])
    ledger.end(None, put=carried, drop=[key])
    if not is_provider_type(carried.type):
        step = step_for(StepKind.SAME, carried, carried, carried)
        context.started(step)
        context.ended(step)
    return carried
