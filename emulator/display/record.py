"""What has happened so far in a deployment, gathered from its events for whatever shows it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.engine.events import (
    Diagnostic,
    Event,
    PolicyPackLoaded,
    PolicyViolation,
    Severity,
    Step,
    StepFailed,
    StepKind,
    StepOutputs,
    StepStarted,
)
from emulator.engine.request import DeploymentKind, DeploymentResult
from emulator.values import Properties


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Which deployment is shown."""

    kind: DeploymentKind
    """What the deployment is about; a preview of an update has UPDATE here."""
    stack: str
    preview: bool
    config: Mapping[str, str] = field(default_factory=dict)
    """Configuration for people, secrets masked."""
    show_sames: bool = False
    show_replacement_steps: bool = False
    suppress_outputs: bool = False

    @property
    def title(self) -> str:
        """`Previewing update (preprod)`."""
        word = {
            DeploymentKind.UPDATE: "update",
            DeploymentKind.PREVIEW: "update",
            DeploymentKind.REFRESH: "refresh",
            DeploymentKind.DESTROY: "destroy",
        }[self.kind]
        doing = {"update": "Updating", "refresh": "Refreshing", "destroy": "Destroying"}[word]
        return f"{f'Previewing {word}' if self.preview else doing} ({self.stack})"


@dataclass(slots=True)
class Row:
    """One resource in the display."""

    step: Step
    began: float
    seconds: float | None = None
    """How long it took, None while it is under way."""
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a deployment ended."""

    result: DeploymentResult
    old_outputs: Properties | None
    """Outputs of the stack before, None where it had none."""
    new_outputs: Properties | None
    seconds: float


class Record:
    """Gathers events."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.rows: dict[tuple[str, StepKind], Row] = {}
        self.diagnostics: dict[str, list[Diagnostic]] = {}
        """By URN; those of the whole deployment under an empty one."""
        self.violations: list[PolicyViolation] = []
        self.packs: list[PolicyPackLoaded] = []

    def take(self, event: Event) -> None:
        """Add an event."""
        if isinstance(event, StepStarted):
            self.rows[event.step.urn, event.step.kind] = Row(event.step, time.monotonic())
        elif isinstance(event, StepOutputs):
            self._end(event.step, event.seconds, failed=False)
        elif isinstance(event, StepFailed):
            self._end(event.step, 0.0, failed=True)
        elif isinstance(event, Diagnostic):
            if not event.ephemeral and event.severity is not Severity.DEBUG:
                self.diagnostics.setdefault(event.urn, []).append(event)
        elif isinstance(event, PolicyViolation):
            self.violations.append(event)
        else:
            self.packs.append(event)

    def _end(self, step: Step, seconds: float, *, failed: bool) -> None:
        """A refresh ends as what it found (update, delete, same), under the row it began in."""
        key = (step.urn, step.kind)
        began = (step.urn, StepKind.REFRESH)
        if key not in self.rows and began in self.rows:
            self.rows[key] = self.rows.pop(began)
        row = self.rows.setdefault(key, Row(step, time.monotonic()))
        row.step, row.failed = step, failed
        row.seconds = seconds or time.monotonic() - row.began

    def errors(self) -> int:
        """Number of resources with an error."""
        return sum(
            any(item.severity is Severity.ERROR for item in items)
            for items in self.diagnostics.values()
        )
