"""What a deployment tells whoever watches it: the engine emits, a display renders.

The engine calls `EventSink.emit` in the order things happen. Displays never reach into the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from emulator.engine.resource_state import ResourceState
from emulator.values import Value


class StepKind(StrEnum):
    """Kinds of step, named as `pulumi preview --json` names them."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    CREATE_REPLACEMENT = "create-replacement"
    DELETE_REPLACED = "delete-replaced"
    READ = "read"
    READ_REPLACEMENT = "read-replacement"
    REFRESH = "refresh"
    DISCARD = "discard"
    DISCARD_REPLACED = "discard-replaced"
    REMOVE_PENDING_REPLACE = "remove-pending-replace"
    IMPORT = "import"
    IMPORT_REPLACEMENT = "import-replacement"


class DifferenceKind(StrEnum):
    """How one property path differs, as in `detailedDiff`."""

    ADD = "add"
    ADD_REPLACE = "add-replace"
    DELETE = "delete"
    DELETE_REPLACE = "delete-replace"
    UPDATE = "update"
    UPDATE_REPLACE = "update-replace"


@dataclass(slots=True, kw_only=True)
class PropertyDifference:
    """One changed property path (`tags.owner`, `routes[0].cidrBlock`)."""

    kind: DifferenceKind
    input_difference: bool
    before: Value = None
    after: Value = None


@dataclass(slots=True, kw_only=True)
class Step:
    """One step of a deployment, for the display and for `--json`."""

    kind: StepKind
    urn: str
    type: str
    provider: str = ""
    old: ResourceState | None = None
    new: ResourceState | None = None
    differences: dict[str, PropertyDifference] = field(default_factory=dict)
    changed_properties: list[str] = field(default_factory=list)
    """Top-level property names that differ."""
    replace_reasons: list[str] = field(default_factory=list)
    """Property names that force a replacement, empty where there is none."""
    deletes_first: bool = False


class Severity(StrEnum):
    """Severity of a diagnostic."""

    DEBUG = "debug"
    INFO = "info"
    INFO_ERROR = "info#err"
    WARNING = "warning"
    ERROR = "error"


@dataclass(slots=True, kw_only=True)
class StepStarted:
    """The step's operation begins (in a preview: is planned)."""

    step: Step


@dataclass(slots=True, kw_only=True)
class StepOutputs:
    """The step has ended well; `step.new` carries its outputs. Sent for SAME steps, too."""

    step: Step
    seconds: float = 0.0


@dataclass(slots=True, kw_only=True)
class StepFailed:
    """The step's operation has failed; the reason came as a diagnostic before."""

    step: Step


@dataclass(slots=True, kw_only=True)
class Diagnostic:
    """A line for the person, of a resource where `urn` is set. Secrets are masked by the engine."""

    severity: Severity
    message: str
    urn: str = ""
    ephemeral: bool = False


@dataclass(slots=True, kw_only=True)
class PolicyViolation:
    """What a policy found."""

    policy_pack: str
    policy_pack_version: str
    policy_name: str
    enforcement_level: str
    """`advisory`, `mandatory` or `remediate`."""
    message: str
    urn: str = ""
    severity: str = ""
    description: str = ""


@dataclass(slots=True, kw_only=True)
class PolicyPackLoaded:
    """A policy pack runs with this deployment."""

    name: str
    version: str
    path: str


Event = StepStarted | StepOutputs | StepFailed | Diagnostic | PolicyViolation | PolicyPackLoaded


class EventSink(Protocol):
    """Whoever watches a deployment."""

    def emit(self, event: Event) -> None:
        """Take one event; called on the engine's thread, must not block for long."""
