"""One resource as a checkpoint's JSON holds it: field by field ResourceV3, in its order.

Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go
"""

from __future__ import annotations

from typing import Any, Final

from emulator.engine.resource_state import OperationKind, PendingOperation, ResourceState
from emulator.state.property_json import (
    Decrypt,
    Encrypt,
    MalformedValueError,
    decode,
    decode_properties,
    encode,
    encode_properties,
)

UNSUPPORTED: Final = (
    "taint",
    "refreshBeforeUpdate",
    "viewOf",
    "resourceHooks",
    "extensionRef",
    "snippetID",
)
"""Fields that change what an engine does and that the emulator does not know."""


class MalformedResourceError(Exception):
    """A resource that no engine can use; the text says which and why."""


def encode_resource(state: ResourceState, encrypt: Encrypt) -> dict[str, Any]:
    """JSON object of a resource; empty fields are left out, as the CLI does."""
    urn = state.urn
    encoded: dict[str, Any] = {"urn": urn, "custom": state.custom}
    trigger = state.replacement_trigger
    optional = (
        ("delete", state.delete),
        ("id", state.id),
        ("type", state.type),
        ("inputs", encode_properties(state.inputs, encrypt, (urn, "inputs"))),
        ("outputs", encode_properties(state.outputs, encrypt, (urn, "outputs"))),
        ("parent", state.parent),
        ("protect", state.protect),
        ("external", state.external),
        ("dependencies", state.dependencies),
        ("initErrors", state.init_errors),
        ("provider", state.provider),
        ("propertyDependencies", _sorted(state.property_dependencies)),
        ("pendingReplacement", state.pending_replacement),
        ("additionalSecretOutputs", state.additional_secret_outputs),
        ("aliases", state.aliases),
        ("customTimeouts", _encode_timeouts(state.custom_timeouts)),
        ("importID", state.import_id),
        ("retainOnDelete", state.retain_on_delete),
        ("deletedWith", state.deleted_with),
        ("replaceWith", state.replace_with),
        ("created", state.created),
        ("modified", state.modified),
        ("sourcePosition", state.source_position),
        ("ignoreChanges", state.ignore_changes),
        ("replaceOnChanges", state.replace_on_changes),
    )
    encoded.update((key, value) for key, value in optional if value)
    if trigger is not None:
        encoded["replacementTrigger"] = encode(
            trigger, encrypt, (urn, "replacementTrigger"), in_secret=False
        )
    return encoded


def decode_resource(encoded: Any, decrypt: Decrypt) -> ResourceState:
    """Resource of a JSON object. Raises MalformedResourceError."""
    if not isinstance(encoded, dict):
        msg = f"a resource must be an object, got {type(encoded).__name__}"
        raise MalformedResourceError(msg)
    urn = encoded.get("urn")
    if not isinstance(urn, str) or not urn:
        msg = "a resource has no `urn`"
        raise MalformedResourceError(msg)
    unsupported = [field for field in UNSUPPORTED if encoded.get(field)]
    if unsupported:
        msg = f"{urn}: the emulator does not support {', '.join(unsupported)}"
        raise MalformedResourceError(msg)
    if not encoded.get("type"):
        msg = f"{urn}: the resource has no `type`"
        raise MalformedResourceError(msg)
    wrong = [
        f"{key} must be {kind.__name__}, got {type(encoded[key]).__name__}"
        for key, kind in _KINDS.items()
        if encoded.get(key) is not None and not isinstance(encoded[key], kind)
    ]
    if wrong:
        msg = f"{urn}: {'; '.join(wrong)}"
        raise MalformedResourceError(msg)
    try:
        return _decode_fields(urn, encoded, decrypt)
    except MalformedValueError as error:
        msg = f"{urn}: {error}"
        raise MalformedResourceError(msg) from error


def _decode_fields(urn: str, encoded: dict[str, Any], decrypt: Decrypt) -> ResourceState:
    get = encoded.get
    trigger = get("replacementTrigger")
    return ResourceState(
        urn=urn,
        type=encoded["type"],
        custom=get("custom") or False,
        id=get("id") or "",
        inputs=decode_properties(get("inputs") or {}, decrypt, (urn, "inputs")),
        outputs=decode_properties(get("outputs") or {}, decrypt, (urn, "outputs")),
        parent=get("parent") or "",
        protect=get("protect") or False,
        external=get("external") or False,
        delete=get("delete") or False,
        pending_replacement=get("pendingReplacement") or False,
        dependencies=get("dependencies") or [],
        property_dependencies=get("propertyDependencies") or {},
        provider=get("provider") or "",
        init_errors=get("initErrors") or [],
        additional_secret_outputs=get("additionalSecretOutputs") or [],
        aliases=get("aliases") or [],
        custom_timeouts=_decode_timeouts(get("customTimeouts") or {}),
        import_id=get("importID") or "",
        retain_on_delete=get("retainOnDelete") or False,
        deleted_with=get("deletedWith") or "",
        replace_with=get("replaceWith") or [],
        created=get("created") or "",
        modified=get("modified") or "",
        source_position=get("sourcePosition") or "",
        ignore_changes=get("ignoreChanges") or [],
        replace_on_changes=get("replaceOnChanges") or [],
        replacement_trigger=None
        if trigger is None
        else decode(trigger, decrypt, (urn, "replacementTrigger"), in_secret=False),
    )


def encode_operation(operation: PendingOperation, encrypt: Encrypt) -> dict[str, Any]:
    """JSON object of an operation that has not ended."""
    return {
        "resource": encode_resource(operation.resource, encrypt),
        "type": operation.kind.value,
    }


def decode_operation(encoded: Any, decrypt: Decrypt) -> PendingOperation:
    """Operation of a JSON object. Raises MalformedResourceError."""
    try:
        kind = OperationKind(encoded["type"])
        resource = encoded["resource"]
    except (TypeError, KeyError, ValueError) as error:
        msg = f"a pending operation is malformed: {error}"
        raise MalformedResourceError(msg) from error
    return PendingOperation(decode_resource(resource, decrypt), kind)


def _sorted(dependencies: dict[str, list[str]]) -> dict[str, list[str]]:
    return {key: dependencies[key] for key in sorted(dependencies)}


def _encode_timeouts(seconds: dict[str, float]) -> dict[str, float]:
    """Seconds of every operation that has a timeout, in the CLI's order."""
    return {
        operation: int(value) if (value := seconds[operation]).is_integer() else value
        for operation in ("create", "update", "delete")
        if seconds.get(operation)
    }


def _decode_timeouts(seconds: dict[str, Any]) -> dict[str, float]:
    return {
        operation: float(value)
        for operation, value in seconds.items()
        if isinstance(value, int | float) and value
    }


_KINDS: Final[dict[str, type]] = {
    "type": str,
    "custom": bool,
    "id": str,
    "inputs": dict,
    "outputs": dict,
    "parent": str,
    "protect": bool,
    "external": bool,
    "delete": bool,
    "pendingReplacement": bool,
    "dependencies": list,
    "propertyDependencies": dict,
    "provider": str,
    "initErrors": list,
    "additionalSecretOutputs": list,
    "aliases": list,
    "customTimeouts": dict,
    "importID": str,
    "retainOnDelete": bool,
    "deletedWith": str,
    "replaceWith": list,
    "created": str,
    "modified": str,
    "sourcePosition": str,
    "ignoreChanges": list,
    "replaceOnChanges": list,
}
