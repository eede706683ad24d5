"""Steps that touch a resource: each journals its beginning and its end, and is told."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass

from emulator.engine.context import Context, DeploymentError
from emulator.engine.events import Step, StepKind
from emulator.engine.ledger import now
from emulator.engine.provider_answers import Created, OperationFailedError
from emulator.engine.provider_client import ProviderClient
from emulator.engine.registry import provider_config
from emulator.engine.resource_state import OperationKind, ResourceState
from emulator.engine.secrecy import annotate, mark
from emulator.engine.urn import is_provider_type
from emulator.values import Properties


@dataclass(slots=True)
class Operations:
    """Executes steps for one deployment."""

    context: Context

    async def create(
        self, step: Step, new: ResourceState, client: ProviderClient | None, old_key: int | None
    ) -> None:
        """Create a resource; `old_key` is the state that it replaces, to be deleted later."""
        ledger = self.context.ledger
        async with self.context.slots:
            self._refuse_when_stopping(step)
            self.context.started(step)
            began = time.monotonic()
            new.created = now()  # what is settled after a cut asks for a creation since then
            operation = await ledger.begin(OperationKind.CREATING, new) if new.custom else None
            try:
                created = await self._created(new, client)
            except OperationFailedError as error:
                self._keep_partial(operation, new, error, *self._outlived(old_key, step))
                self._fail(step, f"creating {new.urn}: {error}")
            new.id, new.outputs = created.id, mark(created.outputs, new.additional_secret_outputs)
            new.created = new.modified = now()
            change, drop = self._outlived(old_key, step)
            ledger.end(operation, put=new, change=change, drop=drop)
        self._learn(new)
        await ledger.durable()
        self.context.ended(step, time.monotonic() - began)

    async def update(
        self,
        step: Step,
        old: ResourceState,
        old_key: int,
        new: ResourceState,
        client: ProviderClient | None,
    ) -> None:
        """Update a resource in place; `old_key` is that of its old state."""
        ledger = self.context.ledger
        new.id, new.created = old.id, old.created
        async with self.context.slots:
            self._refuse_when_stopping(step)
            self.context.started(step)
            began = time.monotonic()
            operation = await ledger.begin(OperationKind.UPDATING, new) if new.custom else None
            try:
                outputs = await self._updated(old, new, client)
            except OperationFailedError as error:
                if error.partial is not None:
                    # What was asked for is not what stands: the next run must see the difference.
                    new.inputs = old.inputs
                    new.outputs, new.init_errors = error.partial.outputs, error.partial.reasons
                    new.modified = now()
                    ledger.end(operation, put=new, drop=[old_key])
                elif not error.outcome_unknown:
                    ledger.end(operation)
                self._fail(step, f"updating {new.urn}: {error}")
            new.outputs = mark(outputs, new.additional_secret_outputs)
            new.modified = now()
            ledger.end(operation, put=new, drop=[old_key])
        self._learn(new)
        await ledger.durable()
        self.context.ended(step, time.monotonic() - began)

    async def same(self, step: Step, old: ResourceState, old_key: int, new: ResourceState) -> None:
        """Carry a resource over unchanged; options that only state knows may differ."""
        ledger = self.context.ledger
        outputs = annotate(old.outputs, new.inputs)  # an input may have become secret
        new.id, new.outputs = old.id, mark(outputs, new.additional_secret_outputs)
        new.created, new.modified = old.created, old.modified
        self.context.started(step)
        if is_provider_type(new.type):
            await self.context.registry.stand(new.urn, old.id, old.inputs)
            new.inputs = old.inputs
        ledger.end(None, put=new, drop=[old_key])
        self._learn(new)
        self.context.ended(step)

    async def delete(
        self, step: Step, key: int, state: ResourceState, *, awaits_replacement: bool = False
    ) -> None:
        """Delete what a state stands for; the state stays where its replacement is to come."""
        context, ledger = self.context, self.context.ledger
        async with context.slots:
            self._refuse_when_stopping(step)
            context.started(step)
            began = time.monotonic()
            touches = state.custom and not state.external and not context.preview
            operation = await ledger.begin(OperationKind.DELETING, state) if touches else None
            try:
                if touches and not self._left_alone(state):
                    client = await context.registry.ensure(state.provider, context.provider_states)
                    timeout = state.custom_timeouts.get("delete", 0.0)
                    await client.delete(
                        state.urn, state.type, state.id, state.inputs, state.outputs, timeout
                    )
            except OperationFailedError as error:
                if not error.outcome_unknown:
                    ledger.end(operation)
                self._fail(step, f"deleting {state.urn}: {error}")
            if awaits_replacement:
                waiting = copy.copy(state)
                waiting.pending_replacement = True
                ledger.end(operation, change=[(key, waiting)])
            else:
                ledger.end(operation, drop=[key])
        await ledger.durable()
        context.ended(step, time.monotonic() - began)

    async def forget(self, step: Step, key: int) -> None:
        """Drop a state whose resource is gone or no longer of interest."""
        self.context.started(step)
        self.context.ledger.end(None, drop=[key])
        self.context.ended(step)

    async def _created(self, new: ResourceState, client: ProviderClient | None) -> Created:
        if is_provider_type(new.type):
            id_ = await self.context.registry.stand(new.urn, "", new.inputs)
            return Created(id=id_, outputs=provider_config(new.inputs))
        if client is None:
            return Created(id="", outputs={})
        timeout = new.custom_timeouts.get("create", 0.0)
        created = await client.create(
            new.urn, new.type, new.inputs, timeout, preview=self.context.preview
        )
        if not created.id and not self.context.preview:
            msg = "the provider answered without an id"
            raise OperationFailedError(msg)
        return created

    async def _updated(
        self, old: ResourceState, new: ResourceState, client: ProviderClient | None
    ) -> Properties:
        if is_provider_type(new.type):
            await self.context.registry.stand(new.urn, old.id, new.inputs)
            return provider_config(new.inputs)
        if client is None:
            return old.outputs
        return await client.update(
            new.urn,
            new.type,
            old.id,
            old.inputs,
            old.outputs,
            new.inputs,
            new.custom_timeouts.get("update", 0.0),
            new.ignore_changes,
            preview=self.context.preview,
        )

    def _left_alone(self, state: ResourceState) -> bool:
        """Whether deleting needs no call: kept on purpose, or gone with another resource."""
        return (
            is_provider_type(state.type)
            or state.retain_on_delete
            or (bool(state.deleted_with) and state.deleted_with in self.context.deleted)
        )

    def _outlived(
        self, old_key: int | None, step: Step
    ) -> tuple[list[tuple[int, ResourceState]], list[int]]:
        """What becomes of a replaced state: marked for the deletion at the end, or dropped."""
        if old_key is None:
            return [], []
        if step.deletes_first or old_key not in self.context.ledger.base:
            return [], [old_key]
        outlived = copy.copy(self.context.ledger.base[old_key])
        outlived.delete = True
        return [(old_key, outlived)], []

    def _keep_partial(
        self,
        operation: int | None,
        new: ResourceState,
        error: OperationFailedError,
        change: list[tuple[int, ResourceState]],
        drop: list[int],
    ) -> None:
        if error.outcome_unknown:
            return  # the next deployment settles it
        if error.partial is None or not error.partial.id:
            self.context.ledger.end(operation)
            return
        new.id, new.outputs = error.partial.id, error.partial.outputs
        new.init_errors = error.partial.reasons
        new.created = new.modified = now()
        self.context.ledger.end(operation, put=new, change=change, drop=drop)

    def _refuse_when_stopping(self, step: Step) -> None:
        if self.context.stopping.is_set():
            raise DeploymentError(step.urn)

    def _fail(self, step: Step, message: str) -> None:
        self.context.lost(step, message)
        raise DeploymentError(message)

    def _learn(self, state: ResourceState) -> None:
        self.context.masker.learn(state.inputs)
        self.context.masker.learn(state.outputs)


def step_for(
    kind: StepKind, state: ResourceState, old: ResourceState | None, new: ResourceState | None
) -> Step:
    """Plain step about one resource."""
    return Step(
        kind=kind, urn=state.urn, type=state.type, provider=state.provider, old=old, new=new
    )
