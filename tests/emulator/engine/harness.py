"""Runs small programs through the engine's front door, and checks every moment of their journal."""

from __future__ import annotations

import asyncio
import copy
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import grpc

from emulator.cloud.client import Session
from emulator.engine.deployment import run
from emulator.engine.events import (
    Diagnostic,
    Event,
    PolicyViolation,
    Severity,
    Step,
    StepFailed,
    StepOutputs,
    StepStarted,
)
from emulator.engine.journal import JournalEntry, fold
from emulator.engine.request import DeploymentKind, DeploymentRequest, DeploymentResult
from emulator.engine.resource_state import OperationKind, ResourceState, Snapshot
from emulator.engine.urn import is_default_provider, name_of
from emulator.providers.server import ProviderServer, serve
from emulator.state.integrity import integrity_problems
from emulator.values import Properties
from tests.emulator.engine.memory_provider import PACKAGE, Memory
from tests.emulator.engine.programs import PRELUDE

PROJECT: Final = "demo"
STACK: Final = "dev"
ROOT_NAME: Final = f"{PROJECT}-{STACK}"


STOOD: Final[dict[str, tuple[Snapshot, dict[str, tuple[str, Properties]]]]] = {}
"""State and cloud of programs that were brought about in this session."""


@dataclass(slots=True)
class CheckedJournal:
    """Keeps copies of the entries, each with what the provider held when it was recorded."""

    memory: Memory
    entries: list[JournalEntry] = field(default_factory=list)
    held: list[dict[str, str]] = field(default_factory=list)
    before_record: Callable[[JournalEntry], None] = lambda _: None

    def record(self, entry: JournalEntry) -> None:
        self.before_record(entry)
        with self.memory.lock:
            held = {id_: urn for id_, (urn, _) in self.memory.resources.items()}
        self.entries.append(copy.deepcopy(entry))
        self.held.append(held)

    async def durable(self) -> None:
        """Let others go on in the meantime, as a sync of the disk does."""
        await asyncio.sleep(0)


@dataclass(slots=True)
class RecordingSink:
    """Keeps the events."""

    events: list[Event] = field(default_factory=list)
    on_event: Callable[[Event], None] = lambda _: None

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)


@dataclass(slots=True)
class Outcome:
    """A deployment that has ended."""

    result: DeploymentResult
    events: list[Event]
    journal: CheckedJournal

    @property
    def succeeded(self) -> bool:
        return self.result.succeeded

    @property
    def snapshot(self) -> Snapshot:
        return self.result.snapshot

    @property
    def all_steps(self) -> list[Step]:
        """Steps that ended well, in order."""
        return [event.step for event in self.events if isinstance(event, StepOutputs)]

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Kind and name of the steps that ended well, without the stack and default providers."""
        return [
            (step.kind.value, name_of(step.urn))
            for step in self.all_steps
            if name_of(step.urn) != ROOT_NAME and not is_default_provider(step.urn)
        ]

    @property
    def changes(self) -> list[tuple[str, str]]:
        """The steps that are no SAME."""
        return [step for step in self.steps if step[0] != "same"]

    @property
    def failed_steps(self) -> list[tuple[str, str]]:
        return [
            (event.step.kind.value, name_of(event.step.urn))
            for event in self.events
            if isinstance(event, StepFailed)
        ]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        return [
            event
            for event in self.events
            if isinstance(event, Diagnostic) and event.severity is not Severity.DEBUG
        ]

    @property
    def errors(self) -> list[str]:
        return [item.message for item in self.diagnostics if item.severity is Severity.ERROR]

    @property
    def warnings(self) -> list[str]:
        return [item.message for item in self.diagnostics if item.severity is Severity.WARNING]

    @property
    def text(self) -> str:
        """Everything that was said."""
        return "\n".join(item.message for item in self.diagnostics)

    @property
    def violations(self) -> list[PolicyViolation]:
        return [event for event in self.events if isinstance(event, PolicyViolation)]

    def step(self, kind: str, name: str) -> Step:
        """The only step of a kind about a name."""
        (found,) = [
            step for step in self.all_steps if step.kind == kind and name_of(step.urn) == name
        ]
        return found

    def state(self, name: str) -> ResourceState:
        """State of the only live resource with a name."""
        (found,) = [
            state
            for state in self.snapshot.resources
            if name_of(state.urn) == name and not state.delete
        ]
        return found

    def has(self, name: str) -> bool:
        return any(name_of(state.urn) == name for state in self.snapshot.resources)

    @property
    def outputs(self) -> Properties:
        """Outputs of the stack."""
        return self.state(ROOT_NAME).outputs


@dataclass(slots=True)
class Engine:
    """One project on a provider in memory; every deployment is checked before it is answered."""

    folder: Path
    memory: Memory
    servicer: ProviderServer
    stack_outputs: dict[str, Properties] = field(default_factory=dict)
    server: grpc.Server = field(init=False)
    port: int = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Serve the provider, on another port after a stop."""
        self.server, self.port = serve(self.servicer)

    def stop(self) -> None:
        """Have the provider go away, whatever it is at."""
        self.server.stop(None).wait()

    def deploy(
        self,
        program: str,
        base: Snapshot | None = None,
        kind: DeploymentKind = DeploymentKind.UPDATE,
        *,
        config: Mapping[str, str] | None = None,
        secret_keys: frozenset[str] = frozenset(),
        on_event: Callable[[Event], None] | None = None,
        before_record: Callable[[JournalEntry], None] | None = None,
        gone_on_purpose: frozenset[str] = frozenset(),
        **named: Any,
    ) -> Outcome:
        """Run a program; `named` are fields of DeploymentRequest."""
        entry = self.folder / "__main__.py"
        entry.write_text(PRELUDE + program, encoding="utf-8")
        base = base or Snapshot()
        untouched = copy.deepcopy(base)
        held = {id_: urn for id_, (urn, _) in self.memory.resources.items()}
        foreign = set(held) - _known(base, held)
        sink, journal = RecordingSink(), CheckedJournal(self.memory)
        if on_event is not None:
            sink.on_event = on_event
        if before_record is not None:
            journal.before_record = before_record
        result = run(
            DeploymentRequest(
                kind=kind,
                project=PROJECT,
                stack=STACK,
                organization="organization",
                project_folder=self.folder,
                program=self.folder,
                python=sys.executable,
                config=config or {},
                config_secret_keys=secret_keys,
                base=base,
                journal=journal,
                sink=sink,
                session=self.session(),
                read_stack_outputs=self.stack_outputs.__getitem__,
                **named,
            )
        )
        outcome = Outcome(result, sink.events, journal)
        assert base == untouched, "the engine changed the checkpoint that it was given"
        if kind is DeploymentKind.PREVIEW or named.get("preview_only"):
            assert not journal.entries
        else:
            check_journal(untouched, journal, gone_on_purpose, foreign)
            check_end(outcome, untouched, cut=before_record is not None)
        return outcome

    def stand(self, program: str) -> Snapshot:
        """State of a program that has been brought about; a copy where another test did so."""
        if program not in STOOD:
            outcome = self.deploy(program)
            assert outcome.succeeded, outcome.text
            STOOD[program] = copy.deepcopy((outcome.snapshot, self.memory.resources))
            self.memory.calls.clear()
            return outcome.snapshot
        snapshot, resources = copy.deepcopy(STOOD[program])
        self.memory.resources.update(resources)
        self.memory.last_id = len(resources)
        return snapshot

    def preview(self, program: str, base: Snapshot | None = None, **named: Any) -> Outcome:
        return self.deploy(program, base, DeploymentKind.PREVIEW, **named)

    def destroy(self, base: Snapshot, **named: Any) -> Outcome:
        return self.deploy("", base, DeploymentKind.DESTROY, **named)

    def refresh(self, base: Snapshot, **named: Any) -> Outcome:
        return self.deploy("", base, DeploymentKind.REFRESH, **named)

    def session(self) -> Session:
        return Session(
            account_id="123456789012",
            principal_arn="arn:aws:iam::123456789012:user/somebody",
            region="eu-west-1",
            provider_ports={PACKAGE: self.port},
            provider_versions={PACKAGE: "1.0.0"},
            environment={},
        )


def check_journal(
    base: Snapshot, journal: CheckedJournal, gone: frozenset[str], foreign: set[str]
) -> None:
    """What must hold if the engine were killed after any of its entries.

    The snapshot is sound, and whatever the provider holds is in it, or is being created. `gone`
    names resources that the provider holds and the state gave up on purpose, `foreign` has the ids
    of those that were never in it.
    """
    for length in range(1, len(journal.entries) + 1):
        snapshot = fold(base, journal.entries[:length])
        problems = integrity_problems(snapshot)
        assert not problems, f"after entry {length} ({journal.entries[length - 1]}): {problems}"
        held = journal.held[length - 1]
        lost = set(held) - _known(snapshot, held) - foreign
        lost = {id_ for id_ in lost if name_of(held[id_]) not in gone}
        assert not lost, f"after entry {length} nobody knows of {lost}"


def _known(snapshot: Snapshot, held: Mapping[str, str] | None = None) -> set[str]:
    """Ids in a snapshot, and those among the held ones whose creation is pending."""
    creating = {
        operation.resource.urn
        for operation in snapshot.pending_operations
        if operation.kind is OperationKind.CREATING
    }
    pending = {id_ for id_, urn in (held or {}).items() if urn in creating}
    return pending | {state.id for state in snapshot.resources}


def check_end(outcome: Outcome, base: Snapshot, *, cut: bool) -> None:
    """What must hold at the end of every deployment."""
    folded = fold(base, outcome.journal.entries)
    assert folded == outcome.snapshot, "the journal tells another story than the result"
    begun = [event.step for event in outcome.events if isinstance(event, StepStarted)]
    ended = [event.step for event in outcome.events if isinstance(event, StepOutputs | StepFailed)]
    if not (outcome.result.interrupted or cut):
        assert len(begun) == len(ended), "a step began and never ended"
