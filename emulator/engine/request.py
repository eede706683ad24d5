"""What a deployment is asked to do, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from emulator.cloud.client import Session
from emulator.engine.events import EventSink, StepKind
from emulator.engine.journal import Journal
from emulator.engine.resource_state import Snapshot
from emulator.engine.targets import Selection
from emulator.values import Properties


class DeploymentKind(StrEnum):
    """What a deployment does to a stack."""

    UPDATE = "update"
    PREVIEW = "preview"
    REFRESH = "refresh"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPackRequest:
    """A policy pack to run: its folder, and its configuration by policy name."""

    path: Path
    version: str = ""
    """What its PulumiPolicy.yaml says, empty where that says nothing."""

    config: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRequest:
    """Everything a deployment needs; the engine reads nothing else."""

    kind: DeploymentKind
    project: str
    stack: str
    organization: str
    project_folder: Path
    """Folder that holds `Pulumi.yaml`; the program runs in it."""
    program: Path
    """The program's entry: a folder with `__main__.py`, or a file."""
    python: str
    """Interpreter that runs the program, its dynamic providers and its policy packs."""
    config: Mapping[str, str]
    """Decrypted configuration by full key (`aws:region`), objects as JSON text."""
    config_secret_keys: frozenset[str]
    base: Snapshot
    journal: Journal
    """Takes no entry in a preview."""
    sink: EventSink
    session: Session
    read_stack_outputs: Callable[[str], Properties]
    """Outputs of another stack by full name; raises UserError where there is none."""
    policy_packs: tuple[PolicyPackRequest, ...] = ()
    parallel: int = 16
    """Resource operations at once."""
    refresh: bool = False
    """Read what stands before the program runs."""
    selection: Selection = field(default_factory=Selection)
    """What may be touched; everything by default."""
    preview_only: bool = False
    """With REFRESH and DESTROY: say what would happen, do nothing."""


@dataclass(slots=True, kw_only=True)
class DeploymentResult:
    """How a deployment ended."""

    succeeded: bool
    changes: dict[StepKind, int] = field(default_factory=dict)
    """Steps by kind, SAME included."""
    snapshot: Snapshot
    """State after the deployment; after a preview, as it would be."""
    interrupted: bool = False
