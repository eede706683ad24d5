"""Replaces a resource: the new one before the old one goes, or the old one first."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from emulator.engine.checking import check_inputs, refuse
from emulator.engine.context import Context, DeploymentError
from emulator.engine.differences import detailed
from emulator.engine.events import Severity, Step, StepKind
from emulator.engine.goal import Goal
from emulator.engine.operations import Operations, step_for
from emulator.engine.provider_answers import Differs
from emulator.engine.provider_client import ProviderClient
from emulator.engine.replacement import dependents_to_replace
from emulator.engine.resource_state import ResourceState
from emulator.values import Secret, Value


@dataclass(slots=True)
class Replacer:
    """Executes replacements for one deployment."""

    context: Context
    operations: Operations

    async def replace(
        self,
        goal: Goal,
        old: ResourceState,
        old_key: int,
        new: ResourceState,
        client: ProviderClient | None,
        differs: Differs,
    ) -> None:
        """Replace a resource that still stands, in the order that options and provider ask for."""
        self._refuse_protected(old, new)
        self._refuse_imported(goal, old, new, differs)
        self.context.replaced.add(new.urn)
        if not await check_inputs(self.context, goal, None, new, client):
            refuse(self.context, new.urn)
        first = differs.delete_before_replace
        if goal.delete_before_replace is not None:
            first = goal.delete_before_replace
        gone = old.pending_replacement
        if first and not gone:
            await self._delete_first(old, old_key, new, differs)
        await self.create(old, old_key, new, client, differs, deletes_first=first or gone)

    async def create(
        self,
        old: ResourceState,
        old_key: int,
        new: ResourceState,
        client: ProviderClient | None,
        differs: Differs,
        *,
        deletes_first: bool,
    ) -> None:
        """Create the replacement of a resource that is gone already, or goes at the end."""
        step = difference_step(
            StepKind.CREATE_REPLACEMENT, old, new, differs, deletes_first=deletes_first
        )
        self.context.replaced.add(new.urn)
        if deletes_first:
            self.tell_replaced(step)
        await self.operations.create(step, new, client, old_key)
        if not deletes_first:
            self.tell_replaced(step)

    def tell_replaced(self, step: Step) -> None:
        """Tell of the replacement as a whole, beside its parts."""
        replaced = copy.copy(step)
        replaced.kind = StepKind.REPLACE
        self.context.started(replaced)
        self.context.ended(replaced)

    async def _delete_first(
        self, old: ResourceState, old_key: int, new: ResourceState, differs: Differs
    ) -> None:
        context = self.context
        context.deleted.add(old.urn)
        for state, keys in reversed(await dependents_to_replace(context, old)):
            await self._delete_dependent(old, state, keys)
        step = difference_step(StepKind.DELETE_REPLACED, old, new, differs, deletes_first=True)
        step.urn, step.new = old.urn, None
        await self.operations.delete(step, old_key, old, awaits_replacement=True)

    async def _delete_dependent(
        self, root: ResourceState, state: ResourceState, keys: list[str]
    ) -> None:
        context = self.context
        if state.urn in context.condemned:
            return
        if state.pending_replacement:  # deleted by a run that was cut before it came to the root
            context.condemned[state.urn] = keys
            return
        if state.protect:
            message = (
                f'unable to replace resource "{state.urn}" as part of replacing "{root.urn}" as it '
                "is currently marked for protection. To unprotect the resource, remove the "
                "`protect` flag from the resource in your Pulumi program and run `pulumi up`, or "
                f"use the command:\n`pulumi state unprotect '{state.urn}'`"
            )
            context.error(message, root.urn)
            context.stop()
            raise DeploymentError(message)
        step = step_for(StepKind.DELETE_REPLACED, state, state, None)
        step.replace_reasons, step.deletes_first = keys, True
        key = context.ledger.old_keys[state.urn]
        await self.operations.delete(step, key, state, awaits_replacement=True)
        context.condemned[state.urn] = keys

    def _refuse_protected(self, old: ResourceState, new: ResourceState) -> None:
        if not (old.protect and new.protect):
            return
        message = (
            f'unable to replace resource "{new.urn}"\nas it is currently marked for protection. '
            "To unprotect the resource, remove the `protect` flag from the resource in your "
            "Pulumi program and run `pulumi up`"
        )
        self.context.error(message, new.urn)
        if not self.context.preview:
            self.context.stop()
            raise DeploymentError(message)

    def _refuse_imported(
        self, goal: Goal, old: ResourceState, new: ResourceState, differs: Differs
    ) -> None:
        """A replacement would have another id than the program names; a preview only warns."""
        if not goal.import_id:
            return
        changes = "\n".join(
            f"{key}: {_shown(old.inputs.get(key))} => {_shown(new.inputs.get(key))}"
            for key in differs.replaces
        )
        message = (
            "previously-imported resources that still specify an ID may not be replaced; please "
            f"remove the `import` declaration from your program;\n{changes}"
        )
        if self.context.preview:
            self.context.say(Severity.WARNING, message, new.urn)
            return
        self.context.error(message, new.urn)
        self.context.stop()
        raise DeploymentError(message)


def difference_step(
    kind: StepKind,
    old: ResourceState,
    new: ResourceState,
    differs: Differs,
    *,
    deletes_first: bool = False,
) -> Step:
    """Step about a resource that differs from what stands."""
    return Step(
        kind=kind,
        urn=new.urn,
        type=new.type,
        provider=new.provider,
        old=old,
        new=new,
        differences=detailed(differs, old.inputs, old.outputs, new.inputs),
        changed_properties=differs.changed,
        replace_reasons=differs.replaces,
        deletes_first=deletes_first,
    )


def _shown(value: Value) -> str:
    return "[secret]" if isinstance(value, Secret) else repr(value)
