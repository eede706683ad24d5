"""Settles operations that were under way when an earlier deployment was cut off.

A creation is settled by asking its provider what came of it: an emulated provider remembers what it
created last for a URN (`emulator:creation`), a provider that does not know the question is taken to
have created nothing, which is reported. Updates and deletions are settled by reading the resource.
"""

from __future__ import annotations

import copy

from emulator.engine.context import Context
from emulator.engine.events import Severity
from emulator.engine.ledger import now
from emulator.engine.provider_client import OperationFailedError
from emulator.engine.resource_state import OperationKind, PendingOperation, ResourceState
from emulator.engine.secrecy import annotate, mark
from emulator.engine.urn import is_provider_type
from emulator.values import without_secrets

CREATION_QUESTION = "emulator:creation"


async def settle(context: Context, pending: list[PendingOperation]) -> None:
    """Report each pending operation, and bring state in line with what came of it."""
    for operation in pending:
        outcome = await _settle(context, operation)
        message = f"{operation.kind.value} {operation.resource.urn} was cut off: {outcome}"
        context.say(Severity.WARNING, message, operation.resource.urn)


async def _settle(context: Context, operation: PendingOperation) -> str:
    state = operation.resource
    if not state.custom or is_provider_type(state.type):
        return "nothing had to be settled"
    try:
        if operation.kind in (OperationKind.CREATING, OperationKind.IMPORTING):
            return await _settle_creation(context, state)
        if operation.kind in (OperationKind.UPDATING, OperationKind.DELETING):
            return await _settle_standing(context, state)
    except OperationFailedError as error:
        return f"its provider could not say what came of it ({error})"
    return "reading changes nothing"


async def _settle_creation(context: Context, state: ResourceState) -> str:
    client = await context.registry.ensure(state.provider, context.provider_states)
    question = {"urn": state.urn, "inputs": without_secrets(state.inputs)}
    try:
        answer, _ = await client.invoke(CREATION_QUESTION, question)
    except OperationFailedError:
        return "its provider cannot say whether it was created; it is created again"
    known = {other.id for other in context.ledger.base.values() if other.type == state.type}
    if not answer.get("id") or answer["id"] in known:
        return "it had not been created"
    made = copy.copy(state)
    made.id = str(answer["id"])
    made.outputs = mark(annotate(answer["outputs"], state.inputs), state.additional_secret_outputs)
    made.created = made.modified = now()
    context.ledger.adopt(made)
    return f"it had been created as {made.id} and is taken over"


async def _settle_standing(context: Context, state: ResourceState) -> str:
    key, standing = context.ledger.find(state.urn, state.id)
    if standing is None:
        return "the checkpoint does not hold it any more"
    client = await context.registry.ensure(standing.provider, context.provider_states)
    read = await client.read(
        standing.urn, standing.type, standing.id, standing.inputs, standing.outputs
    )
    if read is None:
        context.ledger.remove(key)
        return "it is gone"
    found = copy.copy(standing)
    found.outputs = annotate(read.outputs, standing.outputs)
    context.ledger.end(None, change=[(key, found)])
    return "it stands and is compared anew"
