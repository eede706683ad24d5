"""Settles operations that were under way when an earlier deployment was cut off.

A creation is settled by asking its provider what came of it: an emulated provider remembers what it
created last for a URN (`emulator:creation`). A provider that has no such function is taken to have
created nothing, which is reported. One that cannot answer now ends the deployment, and the creation
stays pending. Updates and deletions are settled by reading the resource.
"""

from __future__ import annotations

import copy
from typing import Final

from emulator.engine.context import Context, DeploymentError
from emulator.engine.events import Severity
from emulator.engine.ledger import now
from emulator.engine.provider_answers import Created, OperationFailedError
from emulator.engine.resource_state import OperationKind, PendingOperation, ResourceState
from emulator.engine.secrecy import annotate, mark
from emulator.engine.urn import is_provider_type
from emulator.values import without_secrets

CREATION_QUESTION: Final = "emulator:creation"


async def settle(context: Context, pending: list[PendingOperation]) -> None:
    """Report each pending operation, and bring state in line with what came of it.

    Raises DeploymentError where nobody can say whether something was created.
    """
    for number, operation in enumerate(pending):
        outcome = await _settle(context, number, operation)
        message = f"{operation.kind.value} {operation.resource.urn} was cut off: {outcome}"
        context.say(Severity.WARNING, message, operation.resource.urn)


async def _settle(context: Context, number: int, operation: PendingOperation) -> str:
    state = operation.resource
    if state.custom and not is_provider_type(state.type):
        if operation.kind is OperationKind.CREATING:
            return await _settle_creation(context, number, state)
        if operation.kind in (OperationKind.UPDATING, OperationKind.DELETING):
            return await _settle_standing(context, number, state)
    context.ledger.end(number)
    return "nothing had to be settled"


async def _settle_creation(context: Context, number: int, state: ResourceState) -> str:
    ledger = context.ledger
    try:
        read = await _read_creation(context, state)
    except OperationFailedError as error:
        if not error.unimplemented:
            context.error(f"creating {state.urn} was cut off, and what came of it: {error}")
            raise DeploymentError(state.urn) from None
        ledger.end(number)
        return "its provider cannot say whether it was created; it is created again"
    if read is None:
        ledger.end(number)
        return "it had not been created"
    made = copy.copy(state)
    made.id, made.outputs = read.id, mark(read.outputs, state.additional_secret_outputs)
    made.created = made.modified = now()
    # As after a creation that failed half way before everybody's eyes: the next step mends it.
    made.init_errors = read.reasons
    ledger.adopt(number, made)
    half = f"; it came about half: {'; '.join(read.reasons)}" if read.reasons else ""
    return f"it had been created as {made.id} and is taken over{half}"


async def _read_creation(context: Context, state: ResourceState) -> Created | None:
    """What the creation made, None where it made nothing or nothing that still stands."""
    client = await context.registry.ensure(state.provider, context.provider_states)
    question = {
        "urn": state.urn,
        "inputs": without_secrets(state.inputs),
        # An earlier one under this URN may have had the same inputs, and be gone since.
        "since": state.created or "",
    }
    answer, _ = await client.invoke(CREATION_QUESTION, question)
    id_ = str(answer.get("id", ""))
    known = {
        other.id
        for other in context.ledger.base.values()
        # What was deleted to make room may have had the id that its replacement has.
        if other.type == state.type and not other.pending_replacement
    }
    if not id_ or id_ in known:
        return None
    read = await client.read(state.urn, state.type, id_, state.inputs, answer["outputs"])
    if read is not None and answer.get("failure"):
        read.reasons = [str(answer["failure"])]
    return read


async def _settle_standing(context: Context, number: int, state: ResourceState) -> str:
    ledger = context.ledger
    key, standing = ledger.find(state.urn, state.id)
    if standing is None:
        ledger.end(number)
        return "the checkpoint does not hold it any more"
    try:
        client = await context.registry.ensure(standing.provider, context.provider_states)
        read = await client.read(
            standing.urn, standing.type, standing.id, standing.inputs, standing.outputs
        )
    except OperationFailedError as error:
        ledger.end(number)
        return f"its provider could not read it ({error}); it is compared anew"
    if read is None:
        ledger.remove(key, number)
        return "it is gone"
    found = copy.copy(standing)
    found.outputs = annotate(read.outputs, standing.outputs)
    ledger.end(number, change=[(key, found)])
    return "it stands and is compared anew"
