"""Resources that a program reads but does not own, and references to other stacks."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from emulator.engine.context import Context, DeploymentError
from emulator.engine.events import StepKind
from emulator.engine.operations import step_for
from emulator.engine.provider_answers import Created, OperationFailedError
from emulator.engine.registry import BUILTIN_PACKAGE
from emulator.engine.resource_state import OperationKind, ResourceState
from emulator.engine.secrecy import mark
from emulator.engine.urn import STACK_REFERENCE_TYPE, make_urn, package_of
from emulator.errors import UserError
from emulator.values import UNKNOWN_STRINGS, Properties, Secret, from_struct, has_secret


async def read_resource(context: Context, request: Any) -> ResourceState:
    """Read one resource (a ReadResourceRequest); its state, external to this stack."""
    stack, project = context.request.stack, context.request.project
    urn = make_urn(stack, project, request.parent, request.type, request.name)
    if context.stopping.is_set():
        raise DeploymentError(urn)
    context.seen.add(urn)
    state = ResourceState(
        urn=urn,
        type=request.type,
        custom=True,
        id=request.id,
        external=True,
        inputs=from_struct(request.properties),
        parent=request.parent,
        dependencies=sorted(set(request.dependencies)),
        additional_secret_outputs=list(request.additionalSecretOutputs),
    )
    old = context.ledger.old(urn)
    replaces = old is not None and not old.external and old.id != state.id
    kind = StepKind.READ_REPLACEMENT if replaces else StepKind.READ
    step = step_for(kind, state, old, state)
    try:
        state.provider, read = await _read(context, request, state)
    except (OperationFailedError, UserError) as error:
        context.started(step)
        context.lost(step, f"reading {urn}: {error}")
        raise DeploymentError(urn) from None
    context.started(step)
    state.id, state.outputs = read.id, mark(read.outputs, state.additional_secret_outputs)
    context.masker.learn(state.outputs)
    _take_the_place_of(context, old, state, replaces=replaces)
    context.ended(step)
    if replaces:
        replaced = step_for(StepKind.REPLACE, state, old, state)
        context.started(replaced)
        context.ended(replaced)
    return state


def _take_the_place_of(
    context: Context, old: ResourceState | None, new: ResourceState, *, replaces: bool
) -> None:
    """Put what was read; one of another id that the stack owned is deleted at the end."""
    if old is None:
        context.ledger.end(None, put=new)
        return
    key = context.ledger.old_keys[old.urn]
    if replaces:
        outlived = copy.copy(old)
        outlived.delete = True
        context.ledger.end(None, put=new, change=[(key, outlived)])
    else:
        context.ledger.end(None, put=new, drop=[key])


async def _read(context: Context, request: Any, state: ResourceState) -> tuple[str, Created]:
    package = package_of(state.type)
    if package == BUILTIN_PACKAGE:
        if state.type != STACK_REFERENCE_TYPE:
            msg = f"the emulator has no built-in resource {state.type}"
            raise UserError(msg)
        reference = await context.registry.default(BUILTIN_PACKAGE, "")
        return reference, read_stack_reference(context.request.read_stack_outputs, state.inputs)
    reference = request.provider or await context.registry.default(package, request.version)
    client = await context.registry.ensure(reference, context.provider_states)
    if not client.known or state.id in UNKNOWN_STRINGS:
        return reference, Created(id=state.id, outputs={})
    async with context.slots:
        operation = await context.ledger.begin(OperationKind.READING, state)
        try:
            read = await client.read(state.urn, state.type, state.id, state.inputs, {})
        finally:
            context.ledger.end(operation)
    if read is None:
        msg = f"there is no {state.type} with id {state.id!r}"
        raise OperationFailedError(msg)
    return reference, read


def read_stack_reference(read_outputs: Callable[[str], Properties], inputs: Properties) -> Created:
    """A stack reference: another stack's outputs, and the names of those that are secret."""
    name = inputs.get("name")
    name = name.value if isinstance(name, Secret) else name
    outputs = read_outputs(str(name))
    secret_names = sorted(key for key, value in outputs.items() if has_secret(value))
    return Created(
        id=str(name),
        outputs={"name": name, "outputs": outputs, "secretOutputNames": secret_names},
    )
