"""Decides what a registration means: create, update, replace or nothing; and has it done.

The decisions follow Pulumi's step generator:
https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
"""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass, field
from typing import NoReturn

from emulator.engine.aliases import former_urns
from emulator.engine.checking import analyze, check_inputs
from emulator.engine.comparing import compare
from emulator.engine.context import Context, DeploymentError
from emulator.engine.differences import apply_replace_on_changes
from emulator.engine.events import Severity, StepKind
from emulator.engine.goal import Goal
from emulator.engine.importing import import_resource, is_import
from emulator.engine.operations import Operations, step_for
from emulator.engine.provider_answers import Differs, OperationFailedError
from emulator.engine.provider_client import ProviderClient
from emulator.engine.replacing import Replacer, difference_step
from emulator.engine.resource_state import ResourceState
from emulator.engine.untargeted import leave_out, refuse_carried, refuse_needing_skipped
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
    replacer: Replacer = field(init=False)

    def __post_init__(self) -> None:
        self.operations = Operations(self.context)
        self.replacer = Replacer(self.context, self.operations)

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
        landed = context.landed[urn] = asyncio.get_running_loop().create_future()
        try:
            return await self._bring_about(goal, urn)
        finally:
            landed.set_result(None)

    async def _bring_about(self, goal: Goal, urn: str) -> ResourceState:
        context = self.context
        context.goals[urn] = goal
        context.masker.learn(goal.properties)
        old = self._find_old(urn, goal)
        try:
            client, reference = await self._provider(goal)
            new = self._new_state(urn, goal, reference)
            return await self._proceed(goal, old, new, client)
        except OperationFailedError as error:
            if context.stopping.is_set():
                raise DeploymentError(urn) from None
            context.error(str(error), urn)
            context.stop()
            raise DeploymentError(urn) from None

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
            import_id=goal.import_id,
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
    ) -> ResourceState:
        if not self.context.targets.admits(new):
            return await leave_out(self.context, old, new)
        refuse_needing_skipped(self.context, new)
        refuse_carried(self.context, new)
        condemned = old.urn if old is not None else new.urn
        keys = self.context.condemned.pop(condemned, None)
        old_key = self.context.ledger.old_keys[old.urn] if old is not None else None
        imports = is_import(goal, old)
        if imports:
            old = await import_resource(
                self.context, copy.copy(new), client, old_key, recreating=keys is not None
            )
            old_key, keys = self.context.ledger.registered[new.urn], None
        carries = old is not None and keys is None and not old.external
        fresh = not carries or new.urn in self.context.targets.replaces
        accepted = await check_inputs(self.context, goal, None if fresh else old, new, client)
        await analyze(self.context, new, accepted=accepted)
        if old is None or old_key is None:
            step = step_for(StepKind.CREATE, new, None, new)
            await self.operations.create(step, new, client, None)
        elif not carries:
            differs = Differs(some=True, replaces=keys or [], changed=keys or [])
            await self.replacer.create(
                old, old_key, new, client, differs, deletes_first=not old.external
            )
        else:
            return await self._compare(goal, old, old_key, new, client, imported=imports)
        return new

    async def _compare(
        self,
        goal: Goal,
        old: ResourceState,
        old_key: int,
        new: ResourceState,
        client: ProviderClient | None,
        *,
        imported: bool,
    ) -> ResourceState:
        """Update, replace or carry over, as the provider and the options say."""
        differs, triggered = await compare(self.context, old, new, client)
        if differs.unavailable:
            self.context.say(Severity.WARNING, differs.unavailable, new.urn)
        differs = apply_replace_on_changes(differs, goal.replace_on_changes)
        if differs.replaces or triggered or old.pending_replacement:
            await self.replacer.replace(goal, old, old_key, new, client, differs)
        elif differs.some or old.init_errors:
            step = difference_step(StepKind.UPDATE, old, new, differs)
            await self.operations.update(step, old, old_key, new, client)
        elif imported:
            return old
        else:
            step = step_for(StepKind.SAME, new, old, new)
            await self.operations.same(step, old, old_key, new)
        return new
