"""Decides what a registration means: create, update, replace or nothing; and has it done.

The decisions follow Pulumi's step generator:
https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import NoReturn

from emulator.engine.aliases import former_urns
from emulator.engine.checking import analyze, check_inputs
from emulator.engine.comparing import compare
from emulator.engine.context import Context, DeploymentError
from emulator.engine.differences import apply_replace_on_changes, detailed
from emulator.engine.events import Severity, Step, StepKind
from emulator.engine.goal import Goal
from emulator.engine.operations import Operations, step_for
from emulator.engine.provider_client import Differs, OperationFailedError, ProviderClient
from emulator.engine.replacement import dependents_to_replace
from emulator.engine.resource_state import ResourceState
from emulator.engine.urn import (
    is_provider_type,
    make_urn,
    package_of,
)


@dataclass(slots=True)
class Registrar:
    """Turns goals into resource states."""

    context: Context
    operations: Operations = field(init=False)

    def __post_init__(self) -> None:
        self.operations = Operations(self.context)

    async def register(self, goal: Goal) -> ResourceState:
        """Bring one resource about; its state.

        Raises DeploymentError when it failed (reported already) or nothing new may begin.
        """
        context = self.context
        if context.stopping.is_set():
            raise DeploymentError(goal.name)
        urn = make_urn(
            context.request.stack, context.request.project, goal.parent, goal.type, goal.name
        )
        self._claim(urn)
        context.goals[urn] = goal
        context.masker.learn(goal.properties)
        old = self._find_old(urn, goal)
        try:
            client, reference = await self._provider(goal)
            new = self._new_state(urn, goal, reference)
            await self._proceed(goal, old, new, client)
        except OperationFailedError as error:
            if context.stopping.is_set():
                raise DeploymentError(urn) from None
            context.error(str(error), urn)
            context.stop()
            raise DeploymentError(urn) from None
        return new

    def _claim(self, urn: str) -> None:
        if urn in self.context.seen:
            self._refuse(
                f"Duplicate resource URN '{urn}'; try giving it a unique name: two resources of "
                "one type under one parent cannot share it",
                urn,
            )
        self.context.seen.add(urn)

    def _find_old(self, urn: str, goal: Goal) -> ResourceState | None:
        """State of the last checkpoint, under this URN or a former one."""
        context = self.context
        renamed = context.ledger.renamed
        if urn in renamed.values():
            self._refuse(
                f"Duplicate resource URN '{urn}': another resource of this program has it as an "
                "alias already",
                urn,
            )
        if old := context.ledger.old(urn):
            return old
        request = context.request
        for former in former_urns(goal, request.stack, request.project, renamed):
            if former not in context.ledger.old_keys:
                continue
            if former in context.seen or former in renamed.values():
                self._refuse(
                    f"Duplicate resource alias '{former}' applied to resource with URN '{urn}': "
                    "another resource of this program has that name already",
                    urn,
                )
            renamed[urn] = former
            return context.ledger.old(former)
        return None

    def _refuse(self, message: str, urn: str) -> NoReturn:
        self.context.error(message, urn)
        self.context.stop()
        raise DeploymentError(message)

    async def _provider(self, goal: Goal) -> tuple[ProviderClient | None, str]:
        """Provider that serves the resource, and its reference; none for components."""
        if not goal.custom or is_provider_type(goal.type):
            return None, ""
        registry = self.context.registry
        package = package_of(goal.type)
        reference = goal.provider or await registry.default(package, goal.version)
        return await registry.ensure(reference, self.context.provider_states), reference

    def _new_state(self, urn: str, goal: Goal, reference: str) -> ResourceState:
        parent = self.context.ledger.current(goal.parent)
        protect = goal.protect
        if protect is None:
            protect = bool(parent and parent.protect)
        return ResourceState(
            urn=urn,
            type=goal.type,
            custom=goal.custom,
            inputs=goal.properties,
            parent=goal.parent,
            protect=protect,
            dependencies=goal.dependencies,
            property_dependencies=goal.property_dependencies,
            provider=reference,
            additional_secret_outputs=goal.additional_secret_outputs,
            custom_timeouts=goal.custom_timeouts,
            retain_on_delete=bool(goal.retain_on_delete),
            deleted_with=goal.deleted_with,
            replace_with=goal.replace_with,
            source_position=goal.source_position,
            ignore_changes=goal.ignore_changes,
            replace_on_changes=goal.replace_on_changes,
            replacement_trigger=goal.replacement_trigger,
        )

    async def _proceed(
        self,
        goal: Goal,
        old: ResourceState | None,
        new: ResourceState,
        client: ProviderClient | None,
    ) -> None:
        condemned = old.urn if old is not None else new.urn
        recreating = condemned in self.context.condemned
        carries = old is not None and not recreating and not old.external
        await check_inputs(self.context, goal, old if carries else None, new, client)
        await analyze(self.context, new)
        old_key = self.context.ledger.old_keys[old.urn] if old is not None else None
        if old is None:
            await self.operations.create(
                step_for(StepKind.CREATE, new, None, new), new, client, None
            )
        elif recreating:
            keys = self.context.condemned.pop(condemned)
            differs = Differs(some=True, replaces=keys, changed=keys)
            await self._replace(old, new, client, differs, deletes_first=True, gone=True)
        elif old.external:
            await self._create_replacement(
                self._step(StepKind.CREATE_REPLACEMENT, old, new, Differs(some=True)),
                new,
                client,
                old_key,
            )
        else:
            await self._compare(goal, old, new, client)

    async def _compare(
        self, goal: Goal, old: ResourceState, new: ResourceState, client: ProviderClient | None
    ) -> None:
        """Update, replace or carry over, as the provider and the options say."""
        differs, triggered = await compare(self.context, old, new, client)
        if differs.unavailable:
            self.context.say(Severity.WARNING, differs.unavailable, new.urn)
        differs = apply_replace_on_changes(differs, goal.replace_on_changes)
        must_replace = bool(differs.replaces) or triggered or old.pending_replacement
        if must_replace:
            self._refuse_protected(old, new)
            self.context.replaced.add(new.urn)
            await check_inputs(self.context, goal, None, new, client)
            first = differs.delete_before_replace
            if goal.delete_before_replace is not None:
                first = goal.delete_before_replace
            await self._replace(
                old,
                new,
                client,
                differs,
                deletes_first=first or old.pending_replacement,
                gone=old.pending_replacement,
            )
        elif differs.some or old.init_errors:
            step = self._step(StepKind.UPDATE, old, new, differs)
            await self.operations.update(step, old, new, client)
        else:
            step = step_for(StepKind.SAME, new, old, new)
            await self.operations.same(step, old, new)

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

    async def _replace(
        self,
        old: ResourceState,
        new: ResourceState,
        client: ProviderClient | None,
        differs: Differs,
        *,
        deletes_first: bool,
        gone: bool,
    ) -> None:
        """Replace a resource, deleting it (and what cannot live without it) first or at the end."""
        context = self.context
        old_key = context.ledger.old_keys[old.urn]
        if deletes_first and not gone:
            context.deleted.add(old.urn)
            for state, keys in reversed(await dependents_to_replace(context, old)):
                await self._delete_dependent(old, state, keys)
            step = self._step(StepKind.DELETE_REPLACED, old, new, differs, deletes_first=True)
            step.urn, step.new = old.urn, None
            await self.operations.delete(step, old_key, old, awaits_replacement=True)
        step = self._step(
            StepKind.CREATE_REPLACEMENT, old, new, differs, deletes_first=deletes_first
        )
        await self._create_replacement(step, new, client, old_key)

    async def _create_replacement(
        self, step: Step, new: ResourceState, client: ProviderClient | None, old_key: int | None
    ) -> None:
        self.context.replaced.add(new.urn)
        if step.deletes_first:
            self._tell_replaced(step)
        await self.operations.create(step, new, client, old_key)
        if not step.deletes_first:
            self._tell_replaced(step)

    def _tell_replaced(self, step: Step) -> None:
        replaced = copy.copy(step)
        replaced.kind = StepKind.REPLACE
        self.context.started(replaced)
        self.context.ended(replaced)

    async def _delete_dependent(
        self, root: ResourceState, state: ResourceState, keys: list[str]
    ) -> None:
        context = self.context
        if state.urn in context.condemned:
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

    def _step(
        self,
        kind: StepKind,
        old: ResourceState,
        new: ResourceState,
        differs: Differs,
        *,
        deletes_first: bool = False,
    ) -> Step:
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
