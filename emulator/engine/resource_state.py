"""What a checkpoint knows about one resource, and about one operation that has not ended.

Field by field the deployment format, version 3:
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go (ResourceV3, OperationV2)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from emulator.values import Properties


@dataclass(slots=True, kw_only=True)
class ResourceState:
    """One resource as the engine last knew it. `inputs` and `outputs` hold decrypted values."""

    urn: str
    type: str
    custom: bool
    id: str = ""
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    external: bool = False
    delete: bool = False
    """Replaced already, but what it stands for is still to be deleted."""
    pending_replacement: bool = False
    """Deleted already, its replacement is still to be created."""
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    provider: str = ""
    """`<provider URN>::<provider id>`; empty for components and providers."""
    init_errors: list[str] = field(default_factory=list)
    additional_secret_outputs: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    """Seconds by operation: create, update, delete."""
    import_id: str = ""
    retain_on_delete: bool = False
    deleted_with: str = ""
    replace_with: list[str] = field(default_factory=list)
    created: str = ""
    modified: str = ""
    """RFC 3339, UTC."""
    source_position: str = ""
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    replacement_trigger: object = None


class OperationKind(StrEnum):
    """What was under way when a checkpoint was written."""

    CREATING = "creating"
    UPDATING = "updating"
    DELETING = "deleting"
    READING = "reading"
    IMPORTING = "importing"


@dataclass(slots=True)
class PendingOperation:
    """An operation that had begun and of which no end is recorded."""

    resource: ResourceState
    kind: OperationKind


@dataclass(slots=True)
class Snapshot:
    """A stack's resources in an order in which each stands after what it needs."""

    resources: list[ResourceState] = field(default_factory=list)
    pending_operations: list[PendingOperation] = field(default_factory=list)
