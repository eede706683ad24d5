"""What the parts of one deployment share."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

from emulator.engine.analyzers import Analyzer, Subject
from emulator.engine.events import (
    Diagnostic,
    Event,
    PolicyViolation,
    Severity,
    Step,
    StepFailed,
    StepKind,
    StepOutputs,
    StepStarted,
)
from emulator.engine.goal import Goal
from emulator.engine.ledger import Ledger
from emulator.engine.registry import ProviderRegistry
from emulator.engine.request import DeploymentRequest
from emulator.engine.resource_state import ResourceState
from emulator.engine.secrecy import Masker
from emulator.engine.targets import Targets
from emulator.engine.urn import (
    is_default_provider,
    is_provider_type,
    provider_reference,
    split_reference,
)


class DeploymentError(Exception):
    """The deployment cannot go on; the reason has been reported as a diagnostic."""


async def finish_all(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Let all work end; then raise what went wrong, a reason that nobody has reported first."""
    results = await asyncio.gather(*work, return_exceptions=True)
    errors = [result for result in results if isinstance(result, BaseException)]
    if errors:
        raise min(errors, key=lambda error: isinstance(error, DeploymentError))


@dataclass(slots=True, kw_only=True)
class Context:
    """State of a running deployment. One event loop touches it, so nothing is locked."""

    request: DeploymentRequest
    preview: bool
    ledger: Ledger
    masker: Masker
    slots: asyncio.Semaphore
    """Limits provider operations at once."""
    registry: ProviderRegistry = field(init=False)
    analyzers: list[Analyzer] = field(default_factory=list)
    goals: dict[str, Goal] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    """URNs registered or read in this run."""
    landed: dict[str, asyncio.Future[None]] = field(default_factory=dict)
    """For each URN registered in this run: done once its registration has ended."""
    targets: Targets = field(init=False)
    replaced: set[str] = field(default_factory=set)
    condemned: dict[str, list[str]] = field(default_factory=dict)
    """URNs deleted ahead of their own registration, with the properties that made it necessary."""
    deleted: set[str] = field(default_factory=set)
    changes: Counter[StepKind] = field(default_factory=Counter)
    under_way: set[asyncio.Task[object]] = field(default_factory=set)
    """Registrations and reads that have not ended."""
    failed: bool = False
    deaf: bool = False
    """Whoever watched has gone."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when no new operation may begin."""

    def __post_init__(self) -> None:
        self.targets = Targets(self.request.selection)

    def emit(self, event: Event) -> None:
        """Hand an event to whoever watches; when nobody can (a closed pipe), stop.

        Raising here would end the task that happened to speak, and leave the others waiting.
        """
        if self.deaf:
            return
        try:
            self.request.sink.emit(event)
        except OSError:
            self.deaf = self.failed = True
            self.stop()

    def say(self, severity: Severity, message: str, urn: str = "") -> None:
        """Emit a diagnostic, secrets masked."""
        self.emit(Diagnostic(severity=severity, message=self.masker.mask(message), urn=urn))

    def error(self, message: str, urn: str = "") -> None:
        """Report an error: the deployment will not succeed."""
        self.failed = True
        self.say(Severity.ERROR, message, urn)

    def stop(self) -> None:
        """Begin nothing new; what is under way goes on."""
        self.stopping.set()

    def started(self, step: Step) -> None:
        """A step begins."""
        self.emit(StepStarted(step=step))

    def ended(self, step: Step, seconds: float = 0.0) -> None:
        """A step has ended well; it is counted, unless it is about a default provider."""
        if not is_default_provider(step.urn):
            self.changes[step.kind] += 1
        self.emit(StepOutputs(step=step, seconds=seconds))

    def lost(self, step: Step, message: str) -> None:
        """A step has failed: nothing new begins after it."""
        self.error(message, step.urn)
        self.emit(StepFailed(step=step))
        self.stop()

    def report(self, violations: list[PolicyViolation]) -> bool:
        """Report violations; whether a mandatory one is among them."""
        mandatory = False
        for violation in violations:
            violation.message = self.masker.mask(violation.message)
            self.emit(violation)
            mandatory = mandatory or violation.enforcement_level == "mandatory"
        self.failed = self.failed or mandatory
        return mandatory

    def provider_states(self) -> dict[str, ResourceState]:
        """Provider resources by reference, as the checkpoint and this run know them."""
        states = [*self.ledger.base.values(), *self.ledger.fresh.values()]
        return {
            provider_reference(state.urn, state.id): state
            for state in states
            if is_provider_type(state.type)
        }

    def subject(self, state: ResourceState, *, outputs: bool = False) -> Subject:
        """A resource as policies see it: its inputs, or its outputs for the stack's policies."""
        provider = None
        if state.provider:
            urn = split_reference(state.provider)[0]
            provider = self.ledger.current(urn) or self.ledger.old(urn)
        goal = self.goals.get(state.urn)
        return Subject(
            state=state,
            properties=state.outputs if outputs else state.inputs,
            provider=provider,
            delete_before_replace=goal.delete_before_replace if goal else None,
        )
