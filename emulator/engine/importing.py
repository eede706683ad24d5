"""Takes a resource that stands already into the stack, under the id that the program names.

https://www.pulumi.com/docs/iac/guides/migration/import/
"""

from __future__ import annotations

import copy
import time

from emulator.engine.context import Context, DeploymentError
from emulator.engine.events import StepKind
from emulator.engine.goal import Goal
from emulator.engine.ledger import now
from emulator.engine.operations import step_for
from emulator.engine.provider_answers import OperationFailedError
from emulator.engine.provider_client import ProviderClient
from emulator.engine.resource_state import OperationKind, ResourceState
from emulator.engine.secrecy import mark


def is_import(goal: Goal, old: ResourceState | None) -> bool:
    """Whether the program names an id under which the stack does not hold the resource yet."""
    if not (goal.custom and goal.import_id):
        return False
    return old is None or old.external or (old.import_id or old.id) != goal.import_id


async def import_resource(
    context: Context,
    new: ResourceState,
    client: ProviderClient | None,
    old_key: int | None,
    *,
    recreating: bool,
) -> ResourceState:
    """Read the resource and put it into state as it stands; `old_key` is what it replaces.

    Raises DeploymentError where it does not exist or cannot be read, which is reported.
    """
    ledger = context.ledger
    imported = copy.copy(new)
    replaces = old_key is not None and not recreating
    kind = StepKind.IMPORT_REPLACEMENT if replaces else StepKind.IMPORT
    step = step_for(kind, imported, None, imported)
    async with context.slots:
        if context.stopping.is_set():
            raise DeploymentError(new.urn)
        context.started(step)
        began = time.monotonic()
        operation = await ledger.begin(OperationKind.IMPORTING, imported)
        try:
            await _read(imported, client)
        except OperationFailedError as error:
            ledger.end(operation)
            context.lost(step, f"importing {new.urn}: {error}")
            raise DeploymentError(new.urn) from None
        imported.created = imported.modified = now()
        step.old = copy.copy(imported)
        if replaces and old_key is not None:
            outlived = copy.copy(ledger.base[old_key])
            outlived.delete = True
            ledger.end(operation, put=imported, change=[(old_key, outlived)])
        else:
            ledger.end(operation, put=imported, drop=[] if old_key is None else [old_key])
    context.masker.learn(imported.inputs)
    context.masker.learn(imported.outputs)
    context.ended(step, time.monotonic() - began)
    if replaces:
        replaced = step_for(StepKind.REPLACE, imported, None, imported)
        context.started(replaced)
        context.ended(replaced)
    return imported


async def _read(imported: ResourceState, client: ProviderClient | None) -> None:
    if client is None or not client.known:
        msg = "its provider's configuration is not known yet; import it in a later update"
        raise OperationFailedError(msg)
    read = await client.read(imported.urn, imported.type, imported.import_id, {}, {})
    if read is None:
        msg = f"resource '{imported.import_id}' does not exist"
        raise OperationFailedError(msg)
    if read.inputs is None:
        msg = f"the provider of {imported.type} does not support importing resources"
        raise OperationFailedError(msg)
    imported.id, imported.inputs = read.id, read.inputs
    imported.outputs = mark(read.outputs, imported.additional_secret_outputs)
