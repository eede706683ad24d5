"""What a program asks of one resource: a registration, decoded and checked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from emulator.errors import UserError
from emulator.values import Properties, Value, from_protobuf, from_struct

_DURATION_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(slots=True, kw_only=True)
class Alias:
    """A former identity: a whole URN, or the parts that differ from today's."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False


@dataclass(slots=True, kw_only=True)
class Goal:
    """One registration."""

    type: str
    name: str
    custom: bool
    parent: str
    properties: Properties
    provider: str = ""
    providers: dict[str, str] = field(default_factory=dict)
    version: str = ""
    protect: bool | None = None
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    delete_before_replace: bool | None = None
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    replacement_trigger: Value = None
    additional_secret_outputs: list[str] = field(default_factory=list)
    aliases: list[Alias] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    retain_on_delete: bool | None = None
    deleted_with: str = ""
    replace_with: list[str] = field(default_factory=list)
    import_id: str = ""
    source_position: str = ""


def decode_goal(request: Any, folder: Path) -> Goal:
    """Goal of a RegisterResourceRequest of the program in `folder`.

    Raises UserError that names a resource option which the emulator does not support.
    """
    _refuse_unsupported(request)
    timeouts = request.customTimeouts
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        parent=request.parent,
        properties=from_struct(request.object),
        provider=request.provider,
        providers=dict(request.providers),
        version=request.version,
        protect=request.protect if request.HasField("protect") else None,
        dependencies=sorted(set(request.dependencies)),
        property_dependencies={
            key: sorted(set(value.urns)) for key, value in request.propertyDependencies.items()
        },
        delete_before_replace=(
            request.deleteBeforeReplace
            if request.deleteBeforeReplace or request.deleteBeforeReplaceDefined
            else None
        ),
        ignore_changes=list(request.ignoreChanges),
        replace_on_changes=list(request.replaceOnChanges),
        replacement_trigger=(
            from_protobuf(request.replacement_trigger)
            if request.HasField("replacement_trigger")
            else None
        ),
        additional_secret_outputs=list(request.additionalSecretOutputs),
        aliases=[Alias(urn=urn) for urn in request.aliasURNs]
        + [_decode_alias(alias) for alias in request.aliases],
        custom_timeouts={
            operation: parse_duration(text)
            for operation in ("create", "update", "delete")
            if (text := getattr(timeouts, operation))
        },
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        deleted_with=request.deletedWith,
        replace_with=list(request.replace_with),
        import_id=request.importId,
        source_position=_position(request.sourcePosition, folder),
    )


def parse_duration(text: str) -> float:
    """Seconds of a Go duration (`1h30m`, `90s`); raises UserError for anything else."""
    parts = _DURATION_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        msg = f"custom timeout {text!r} is not a duration such as 90s, 45m or 1h30m"
        raise UserError(msg)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def _refuse_unsupported(request: Any) -> None:
    unsupported = {
        "hooks": request.HasField("hooks") and bool(request.hooks.ListFields()),
        "hide_diffs": bool(request.hideDiffs),
        "env_var_mappings": bool(request.envVarMappings),
        "state_migrations": bool(request.state_migrations),
        "remote components": request.remote,
    }
    named = sorted(option for option, used in unsupported.items() if used)
    if named:
        msg = (
            f"resource {request.name!r} ({request.type}) uses {', '.join(named)}, "
            "which the emulator does not support; deploy it with the pulumi CLI"
        )
        raise UserError(msg)


def _decode_alias(alias: Any) -> Alias:
    if alias.WhichOneof("alias") == "urn":
        return Alias(urn=alias.urn)
    spec = alias.spec
    return Alias(
        name=spec.name,
        type=spec.type,
        stack=spec.stack,
        project=spec.project,
        parent=spec.parentUrn,
        no_parent=spec.noParent,
    )


def _position(position: Any, folder: Path) -> str:
    """Where the program registered the resource; relative, so that no machine's path gets about."""
    path = position.uri.removeprefix("file://")
    if not path:
        return ""
    uri = f"project:///{os.path.relpath(path, folder)}"
    return f"{uri}#{position.line}" if position.line else uri
