"""Property values as Pulumi's engine, providers and checkpoints exchange them.

A value is plain Python (None, bool, int, float, str, list, dict) or one of the classes below.
On the wire a marker is a struct with a signature key, as in the protocol's documentation:
https://github.com/pulumi/pulumi/blob/master/sdk/proto/go/provider.proto and
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf import struct_pb2

SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a protocol constant
ASSET_SIGNATURE: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE_SIGNATURE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
RESOURCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWN_STRINGS: Final = frozenset(
    {
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)

Value = Any
"""A property value: plain Python or one of this module's marker classes."""
Properties = dict[str, Any]
"""Property values by their camelCase names."""


class _Unknown:
    """A value that a preview cannot know yet; there is one instance, `UNKNOWN`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __reduce__(self) -> str:
        return "UNKNOWN"  # a copy is the same instance, as `is UNKNOWN` needs it


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is encrypted at rest and masked wherever it is shown."""

    value: Value

    def __repr__(self) -> str:
        return "Secret([secret])"


@dataclass(frozen=True, slots=True)
class ResourceReference:
    """A reference to a registered resource: its URN, and its id for custom resources."""

    urn: str
    id: Value = ""
    package_version: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, text or address that a program hands over; `sha256` in hex identifies the content."""

    sha256: str = ""
    text: str | None = None
    path: str | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder, file or set of assets that a program hands over as one archive."""

    sha256: str = ""
    assets: tuple[tuple[str, Value], ...] | None = None
    path: str | None = None
    uri: str | None = None


def from_struct(struct: struct_pb2.Struct, *, keep_secrets: bool = True) -> Properties:
    """Properties of a protobuf struct; `keep_secrets=False` brings secrets as plain values."""
    return {key: from_protobuf(value, keep_secrets) for key, value in struct.fields.items()}


def from_protobuf(value: struct_pb2.Value, keep_secrets: bool = True) -> Value:
    """Value of a protobuf value; integral numbers become int, as JSON writes them."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in UNKNOWN_STRINGS else text
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [from_protobuf(item, keep_secrets) for item in value.list_value.values]
    if kind == "struct_value":
        fields = value.struct_value.fields
        if SIGNATURE_KEY not in fields:
            return {key: from_protobuf(item, keep_secrets) for key, item in fields.items()}
        plain = {key: from_protobuf(item, keep_secrets) for key, item in fields.items()}
        return from_signed(plain, keep_secrets)
    return None


def from_signed(plain: Mapping[str, Any], keep_secrets: bool = True) -> Value:
    """Marker of an object that carries a signature key (its members already converted)."""
    signature = plain[SIGNATURE_KEY]
    if signature == SECRET_SIGNATURE:
        return secret(plain.get("value")) if keep_secrets else plain.get("value")
    if signature == OUTPUT_SIGNATURE:
        value = plain.get("value", UNKNOWN) if "value" in plain else UNKNOWN
        return secret(value) if plain.get("secret") and keep_secrets else value
    if signature == RESOURCE_SIGNATURE:
        return ResourceReference(
            plain["urn"], plain.get("id", ""), plain.get("packageVersion") or ""
        )
    if signature == ASSET_SIGNATURE:
        return Asset(
            plain.get("hash") or "", plain.get("text"), plain.get("path"), plain.get("uri")
        )
    if signature == ARCHIVE_SIGNATURE:
        assets = plain.get("assets")
        return Archive(
            plain.get("hash") or "",
            tuple(sorted(assets.items())) if assets is not None else None,
            plain.get("path"),
            plain.get("uri"),
        )
    msg = f"unknown signature {signature!r} in a property value"
    raise ValueError(msg)


def secret(value: Value) -> Secret:
    """The value as a secret; a secret in a secret is one secret."""
    return value if isinstance(value, Secret) else Secret(value)


def to_struct(properties: Mapping[str, Value], *, keep_secrets: bool = True) -> struct_pb2.Struct:
    """Protobuf struct of properties; `keep_secrets=False` sends secrets as plain values."""
    struct = struct_pb2.Struct()
    fields = struct.fields
    for key, value in properties.items():
        fill_protobuf(fields[key], value, keep_secrets)
    return struct


def fill_protobuf(target: struct_pb2.Value, value: Value, keep_secrets: bool) -> None:
    """Write a value into a protobuf value in place (no copies: stacks have thousands of these)."""
    if value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif isinstance(value, list | tuple):
        values = target.list_value.values
        target.list_value.SetInParent()
        for item in value:
            fill_protobuf(values.add(), item, keep_secrets)
    elif isinstance(value, dict):
        target.struct_value.SetInParent()
        fields = target.struct_value.fields
        for key, item in value.items():
            fill_protobuf(fields[key], item, keep_secrets)
    elif value is UNKNOWN:
        target.string_value = UNKNOWN_STRING
    elif isinstance(value, Secret) and not keep_secrets:
        fill_protobuf(target, value.value, keep_secrets)
    else:
        fill_protobuf(target, to_signed(value), keep_secrets)


def to_signed(value: Value) -> Properties:
    """Object with a signature key that stands for a marker on the wire and in a checkpoint."""
    if isinstance(value, Secret):
        return {SIGNATURE_KEY: SECRET_SIGNATURE, "value": value.value}
    if isinstance(value, ResourceReference):
        signed = {SIGNATURE_KEY: RESOURCE_SIGNATURE, "urn": value.urn, "id": value.id}
        return signed | ({"packageVersion": value.package_version} if value.package_version else {})
    if isinstance(value, Asset):
        members = {"hash": value.sha256, "text": value.text, "path": value.path, "uri": value.uri}
        return {SIGNATURE_KEY: ASSET_SIGNATURE} | {
            key: member for key, member in members.items() if member is not None
        }
    if isinstance(value, Archive):
        members = {"hash": value.sha256, "path": value.path, "uri": value.uri}
        signed = {SIGNATURE_KEY: ARCHIVE_SIGNATURE} | {
            key: member for key, member in members.items() if member is not None
        }
        return signed | ({"assets": dict(value.assets)} if value.assets is not None else {})
    msg = f"a property value cannot be a {type(value).__name__}"
    raise TypeError(msg)


def contains(value: Value, wanted: Callable[[Value], bool]) -> bool:
    """Whether `wanted` holds for the value or for anything inside it."""
    if wanted(value):
        return True
    if isinstance(value, Secret):
        return contains(value.value, wanted)
    if isinstance(value, dict):
        return any(contains(item, wanted) for item in value.values())
    if isinstance(value, list | tuple):
        return any(contains(item, wanted) for item in value)
    if isinstance(value, Archive) and value.assets is not None:
        return any(contains(item, wanted) for _, item in value.assets)
    return False


def has_unknown(value: Value) -> bool:
    """Whether anything in the value is unknown."""
    return contains(value, lambda item: item is UNKNOWN)


def has_secret(value: Value) -> bool:
    """Whether anything in the value is secret."""
    return contains(value, lambda item: isinstance(item, Secret))


def without_secrets(value: Value) -> Value:
    """The value with every secret replaced by what it hides."""
    if isinstance(value, Secret):
        return without_secrets(value.value)
    if isinstance(value, dict):
        return {key: without_secrets(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    return value


def without_references(value: Value) -> Value:
    """The value with every reference to a resource replaced by its id, or by its URN without one.

    Providers that take no references get them so.
    """
    if isinstance(value, ResourceReference):
        return value.id or value.urn
    if isinstance(value, Secret):
        return Secret(without_references(value.value))
    if isinstance(value, dict):
        return {key: without_references(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_references(item) for item in value]
    return value
