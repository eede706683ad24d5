"""A checkpoint file, version 3 (or 4, where a feature asks for it), read and written.

Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go
(VersionedCheckpoint, CheckpointV3, DeploymentV3)
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from emulator.engine.resource_state import Snapshot
from emulator.state.integrity import integrity_problems
from emulator.state.resource_json import (
    MalformedResourceError,
    decode_operation,
    decode_resource,
    encode_operation,
    encode_resource,
)
from emulator.state.secrets_provider import SecretsProvider

VERSIONS: Final = (3, 4)
FEATURES: Final = frozenset({"replaceWith"})
"""Features of version 4 that the emulator supports."""
WRITER_VERSION: Final = "v3.0.0-emulator"
"""Stands where the CLI writes its own version."""
PASSPHRASE: Final = "passphrase"  # noqa: S105 - the name of a secrets provider
SHOWN_PROBLEMS: Final = 10


class CheckpointError(Exception):
    """A checkpoint that cannot be used; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class RawCheckpoint:
    """A checkpoint whose envelope was checked, its resources not looked at yet."""

    stack: str
    version: int
    deployment: dict[str, Any]
    salt: str
    """State of the passphrase provider, empty where there is none."""
    features: tuple[str, ...] = ()

    @property
    def resource_count(self) -> int:
        """Number of resources, components and providers included."""
        return len(self.deployment.get("resources") or [])

    @property
    def time(self) -> str:
        """When it was written, RFC 3339; empty where it never was."""
        manifest = self.deployment.get("manifest") or {}
        time: str = manifest.get("time") or ""
        return "" if time.startswith("0001-") else time


def parse_checkpoint(content: bytes) -> RawCheckpoint:
    """Check the envelope of a checkpoint file's content. Raises CheckpointError."""
    try:
        document = json.loads(content)
    except ValueError as error:
        msg = f"it is not valid JSON ({error}): cut short, or edited"
        raise CheckpointError(msg) from error
    checkpoint = document.get("checkpoint") if isinstance(document, dict) else None
    version = document.get("version") if isinstance(document, dict) else None
    if not isinstance(version, int) or not isinstance(checkpoint, dict):
        msg = "it is no checkpoint: `version` and `checkpoint` are missing"
        raise CheckpointError(msg)
    if version not in VERSIONS:
        age = "newer" if version > max(VERSIONS) else "older"
        msg = (
            f"it is of version {version}, {age} than what the emulator reads "
            f"({' and '.join(map(str, VERSIONS))})"
        )
        raise CheckpointError(msg)
    features = document.get("features") or []
    unsupported = sorted(set(features) - FEATURES)
    if version == max(VERSIONS) and unsupported:
        msg = f"it uses features that the emulator does not support: {', '.join(unsupported)}"
        raise CheckpointError(msg)
    deployment = checkpoint.get("latest") or {}
    if not isinstance(deployment, dict):
        msg = "`latest` must be an object"
        raise CheckpointError(msg)
    stack = checkpoint.get("stack")
    return RawCheckpoint(str(stack or ""), version, deployment, _salt(deployment), tuple(features))


def _salt(deployment: dict[str, Any]) -> str:
    provider = deployment.get("secrets_providers") or {}
    kind = provider.get("type") or ""
    if kind == PASSPHRASE:
        salt: str = (provider.get("state") or {}).get("salt") or ""
        return salt
    if kind:
        msg = (
            f"its secrets are encrypted by provider {kind!r}, which the emulator does not have: "
            "it uses a passphrase. Change it with `pulumi stack change-secrets-provider passphrase`"
        )
        raise CheckpointError(msg)
    return ""


def decode_snapshot(raw: RawCheckpoint, secrets: SecretsProvider) -> Snapshot:
    """Snapshot of a checkpoint. Raises CheckpointError with all that is wrong with it."""
    resources = raw.deployment.get("resources") or []
    operations = raw.deployment.get("pending_operations") or []
    manifest = raw.deployment.get("manifest") or {}
    if raw.deployment.get("snippets") or raw.deployment.get("extensions"):
        msg = "it holds snippets or extensions, which the emulator does not support"
        raise CheckpointError(msg)
    if manifest.get("version") and manifest.get("magic") != magic(manifest["version"]):
        msg = "its manifest's magic does not match its version: edited, or damaged"
        raise CheckpointError(msg)
    if not isinstance(resources, list) or not isinstance(operations, list):
        msg = "`resources` and `pending_operations` must be lists"
        raise CheckpointError(msg)
    try:
        snapshot = Snapshot(
            [decode_resource(item, secrets.decrypt) for item in resources],
            [decode_operation(item, secrets.decrypt) for item in operations],
        )
    except MalformedResourceError as error:
        raise CheckpointError(str(error)) from error
    refuse_broken(snapshot)
    return snapshot


def refuse_broken(snapshot: Snapshot) -> None:
    """Raise CheckpointError with everything that is wrong with the snapshot."""
    problems = integrity_problems(snapshot)
    if problems:
        shown = problems[:SHOWN_PROBLEMS]
        if len(problems) > SHOWN_PROBLEMS:
            shown.append(f"and {len(problems) - SHOWN_PROBLEMS} more")
        raise CheckpointError("\n  ".join(["it contradicts itself:", *shown]))


def encode_checkpoint(stack: str, snapshot: Snapshot, secrets: SecretsProvider) -> bytes:
    """Content of the checkpoint file of a stack (full name), as the CLI writes it."""
    deployment: dict[str, Any] = {
        "manifest": {
            "time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "magic": magic(WRITER_VERSION),
            "version": WRITER_VERSION,
        },
        "secrets_providers": {"type": PASSPHRASE, "state": {"salt": secrets.state}},
    }
    if snapshot.resources:
        deployment["resources"] = [
            encode_resource(state, secrets.encrypt) for state in snapshot.resources
        ]
    if snapshot.pending_operations:
        deployment["pending_operations"] = [
            encode_operation(operation, secrets.encrypt)
            for operation in snapshot.pending_operations
        ]
    deployment["metadata"] = {}
    document: dict[str, Any] = {"version": min(VERSIONS)}
    if any(state.replace_with for state in snapshot.resources):
        document = {"version": max(VERSIONS), "features": ["replaceWith"]}
    document["checkpoint"] = {"stack": stack, "latest": deployment}
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def magic(version: str) -> str:
    """What the CLI compares to find a damaged manifest."""
    return hashlib.sha256(version.encode()).hexdigest()
