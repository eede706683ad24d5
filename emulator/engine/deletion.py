"""Deletes what the program no longer asks for, what was replaced, or (in a destroy) everything.

What depends on a resource goes before it; what is independent goes at the same time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from emulator.engine.context import Context, DeploymentError, finish_all
from emulator.engine.events import Step, StepFailed, StepKind
from emulator.engine.operations import Operations, step_for
from emulator.engine.references import needed_urns
from emulator.engine.resource_state import ResourceState


async def delete_leftovers(context: Context) -> None:
    """Delete every state of the last checkpoint that is still there and not wanted any more."""
    leftovers = {
        key: state for key, state in context.ledger.base.items() if _is_leftover(context, state)
    }
    await delete_states(context, leftovers)


def _is_leftover(context: Context, state: ResourceState) -> bool:
    return state.delete or state.pending_replacement or state.urn not in context.seen


async def delete_states(context: Context, states: dict[int, ResourceState]) -> None:
    """Delete those of the states that may be deleted, by key, dependents first.

    Refuses all where one of them is protected, or goes with a target and is none.
    """
    states = _targeted(context, states)
    protected = [state for state in states.values() if state.protect and not state.delete]
    for state in protected:
        # A step that fails, as with the CLI: whoever reads a preview finds the deletion.
        step = _deletion_step(state)
        context.started(step)
        message = (
            f'resource "{state.urn}" cannot be deleted\nbecause it is protected. To unprotect the '
            "resource, either remove the `protect` flag from the resource in your Pulumi program "
            "and run `pulumi up`, or use the command:\n"
            f"`pulumi state unprotect '{state.urn}'`"
        )
        context.error(message, state.urn)
        context.emit(StepFailed(step=step))
    if protected:
        if not context.preview:
            context.stop()
            raise DeploymentError(states)
        states = {key: state for key, state in states.items() if not state.protect}
    context.deleted.update(state.urn for state in states.values())
    waits = _dependents(states, {former: urn for urn, former in context.ledger.renamed.items()})
    done = {key: asyncio.get_running_loop().create_future() for key in states}
    await finish_all(
        _delete_in_turn(context, key, state, waits[key], done) for key, state in states.items()
    )


def _targeted(context: Context, states: dict[int, ResourceState]) -> dict[int, ResourceState]:
    chosen = context.targets.to_delete(states, context.request.base.resources)
    unspecified = context.targets.unspecified(chosen.values())
    for urn in unspecified:
        message = f"Resource '{urn}' will be destroyed but was not specified in --target list."
        context.error(message, urn)
    if unspecified and not context.preview:
        context.stop()
        raise DeploymentError(unspecified)
    for key, state in states.items():
        if key not in chosen and not state.delete and state.urn not in context.seen:
            step = step_for(StepKind.SAME, state, state, state)
            context.started(step)
            context.ended(step)
    return chosen


def _dependents(
    states: dict[int, ResourceState], new_urns: Mapping[str, str]
) -> dict[int, set[int]]:
    """Keys of the states that must go before each state.

    Those that were renamed bear their former URN, and others name them by the new one.
    """
    by_urn: dict[str, list[int]] = {}
    for key, state in states.items():
        by_urn.setdefault(new_urns.get(state.urn, state.urn), []).append(key)
    waits: dict[int, set[int]] = {key: set() for key in states}
    for key, state in states.items():
        for urn in needed_urns(state):
            for other in by_urn.get(urn, ()):
                if other != key:
                    waits[other].add(key)
    return waits


async def _delete_in_turn(
    context: Context,
    key: int,
    state: ResourceState,
    waits_for: set[int],
    done: dict[int, asyncio.Future[bool]],
) -> None:
    try:
        earlier = [await done[other] for other in waits_for]
        if not all(earlier):
            raise DeploymentError(state.urn)
        await _delete(context, key, state)
    except BaseException:
        done[key].set_result(False)
        raise
    done[key].set_result(True)


async def _delete(context: Context, key: int, state: ResourceState) -> None:
    operations = Operations(context)
    if state.pending_replacement:
        step = step_for(StepKind.REMOVE_PENDING_REPLACE, state, state, None)
        await operations.forget(step, key)
        return
    await operations.delete(_deletion_step(state), key, state)


def _deletion_step(state: ResourceState) -> Step:
    if state.external:
        kind = StepKind.DISCARD_REPLACED if state.delete else StepKind.DISCARD
    else:
        kind = StepKind.DELETE_REPLACED if state.delete else StepKind.DELETE
    return step_for(kind, state, state, None)
