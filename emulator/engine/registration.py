"""Decides what a registration means: create, update, replace or nothing; and has it done.

The decisions follow Pulumi's step generator:
https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
"""

from __future__ import annotations

import copy
import secrets
from dataclasses import dataclass, field

from emulator.engine.aliases import former_urns
from emulator.engine.analyzers import gather_violations
from emulator.engine.context import Context, DeploymentError
from emulator.engine.differences import apply_replace_on_changes, detailed
from emulator.engine.events import Severity, Step, StepKind
from emulator.engine.goal import Goal
from emulator.engine.operations import Operations, step_for
from emulator.engine.property_path import parse_path, reset
from emulator.engine.provider_client import Differs, OperationFailedError, ProviderClient
from emulator.engine.renaming import rename_references
from emulator.engine.replacement import dependents_to_replace
from emulator.engine.resource_state import ResourceState
from emulator.engine.urn import (
    is_provider_type,
    make_urn,
    package_of,
    split_reference,
)
from emulator.values import UNKNOWN, Properties, has_unknown, without_secrets

RANDOM_SEED_BYTES = 32


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
            message = (
                f"Duplicate resource URN '{urn}'; try giving it a unique name: two resources of "
                "one type under one parent cannot share it"
            )
            self.context.error(message, urn)
            self.context.stop()
            raise DeploymentError(message)
        self.context.seen.add(urn)

    def _find_old(self, urn: str, goal: Goal) -> ResourceState | None:
        """State of the last checkpoint, under this URN or a former one."""
        context = self.context
        if old := context.ledger.old(urn):
            return old
        request = context.request
        for former in former_urns(goal, request.stack, request.project, context.renamed):
            old = context.ledger.old(former)
            if old is None:
                continue
            if former in context.seen or former in context.renamed.values():
                message = (
                    f"Duplicate resource alias '{former}' applied to resource with URN '{urn}': "
                    "another resource of this program has that name already"
                )
                context.error(message, urn)
                context.stop()
                raise DeploymentError(message)
            context.renamed[urn] = former
            rename_references(context.ledger, former, urn)
            return context.ledger.old(former)
        return None

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
        former = self.context.renamed.get(urn)
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
            aliases=[former] if former else [],
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
        await self._check(goal, old if carries else None, new, client)
        await self._analyze(new)
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

    async def _check(
        self,
        goal: Goal,
        old: ResourceState | None,
        new: ResourceState,
        client: ProviderClient | None,
    ) -> None:
        """Have the provider check the inputs; what it makes of them becomes the new inputs."""
        inputs = goal.properties
        if old is not None and goal.ignore_changes:
            inputs = self._ignoring(goal, old.inputs, new.urn)
        if is_provider_type(new.type):
            inputs, failures = await self.context.registry.check(
                new.urn, new.type, self._versioned(goal, inputs)
            )
        elif client is not None:
            inputs, failures = await client.check(
                new.urn,
                new.type,
                goal.name,
                old.inputs if old is not None else {},
                inputs,
                secrets.token_bytes(RANDOM_SEED_BYTES),
            )
        else:
            failures = []
        new.inputs = inputs
        if failures:
            for failure in failures:
                self.context.error(f"{new.type} resource {goal.name!r}: {failure}", new.urn)
            self.context.stop()
            raise DeploymentError(new.urn)

    def _versioned(self, goal: Goal, inputs: Properties) -> Properties:
        """Inputs of a provider resource with the version that its SDK asks for."""
        return {"version": goal.version} | inputs if goal.version else inputs

    def _ignoring(self, goal: Goal, old_inputs: Properties, urn: str) -> Properties:
        inputs: Properties = copy.deepcopy(goal.properties)
        invalid = [
            selector
            for selector in goal.ignore_changes
            if not reset(parse_path(selector), old_inputs, inputs)
        ]
        if invalid:
            paths = ", ".join(invalid)
            message = f"cannot ignore changes in added or removed elements of the path: {paths}"
            self.context.say(Severity.INFO, message, urn)
        return inputs

    async def _analyze(self, new: ResourceState) -> None:
        """Have every policy pack see the inputs; a mandatory violation ends an update."""
        context = self.context
        for analyzer in context.analyzers:
            remediated, violations = await analyzer.remediate(context.subject(new))
            context.report(violations)
            if remediated is not None:
                new.inputs = remediated
        calls = [analyzer.analyze(context.subject(new)) for analyzer in context.analyzers]
        mandatory = context.report(await gather_violations([*calls]))
        if mandatory and not context.preview:
            context.stop()
            raise DeploymentError(new.urn)

    async def _compare(
        self, goal: Goal, old: ResourceState, new: ResourceState, client: ProviderClient | None
    ) -> None:
        """Update, replace or carry over, as the provider and the options say."""
        differs, triggered = await self._differs(old, new, client)
        if differs.unavailable:
            self.context.say(Severity.WARNING, differs.unavailable, new.urn)
        differs = apply_replace_on_changes(differs, goal.replace_on_changes)
        must_replace = bool(differs.replaces) or triggered or old.pending_replacement
        if must_replace:
            self._refuse_protected(old, new)
            self.context.replaced.add(new.urn)
            await self._check(goal, None, new, client)
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

    async def _differs(
        self, old: ResourceState, new: ResourceState, client: ProviderClient | None
    ) -> tuple[Differs, bool]:
        """Provider's verdict, and whether the replacement trigger has changed."""
        context = self.context
        trigger = without_secrets(new.replacement_trigger)
        if trigger is UNKNOWN or has_unknown(trigger):
            if context.preview:
                return Differs(some=True), True
            context.error(f"the replacement trigger of {new.urn} holds an unknown", new.urn)
            context.stop()
            raise DeploymentError(new.urn)
        if trigger is not None and trigger != without_secrets(old.replacement_trigger):
            return Differs(some=True), True
        if any(urn in context.replaced for urn in new.replace_with):
            return Differs(some=True, replaces=["replaceWith"]), False
        if new.deleted_with in context.replaced:
            return Differs(some=True, replaces=["deletedWith"]), False
        if is_provider_type(new.type):
            registry = context.registry
            return await registry.diff(new.urn, new.type, old.inputs, new.inputs), False
        if await self._provider_changed(old, new, client):
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
        self, old: ResourceState, new: ResourceState, client: ProviderClient | None
    ) -> bool:
        """Whether another provider serves the resource, one that cannot take it over."""
        if old.provider == new.provider:
            return False
        if not old.provider or not new.provider or client is None:
            return True
        old_urn, _ = split_reference(old.provider)
        new_urn, _ = split_reference(new.provider)
        if self.context.renamed.get(new_urn) == old_urn:
            return False
        states = self.context.provider_states()
        old_state, new_state = states.get(old.provider), states.get(new.provider)
        if old_state is None or new_state is None:
            return True
        verdict = await client.diff_config(new_urn, old_state.inputs, new_state.inputs)
        return bool(verdict.replaces)

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
            await self.operations.delete(step, old_key, old, awaits_replacement=True)
        step = self._step(
            StepKind.CREATE_REPLACEMENT, old, new, differs, deletes_first=deletes_first
        )
        await self._create_replacement(step, new, client, old_key)

    async def _create_replacement(
        self, step: Step, new: ResourceState, client: ProviderClient | None, old_key: int | None
    ) -> None:
        context = self.context
        context.replaced.add(new.urn)
        await self.operations.create(step, new, client, old_key)
        replaced = copy.copy(step)
        replaced.kind = StepKind.REPLACE
        context.started(replaced)
        context.ended(replaced)

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
