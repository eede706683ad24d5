"""Property values as a checkpoint's JSON holds them.

Source: https://github.com/pulumi/pulumi/blob/master/pkg/resource/stack/deployment.go
(SerializePropertyValue, DeserializePropertyValue)
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from typing import Any, Final

from emulator.state.passphrase import Crypter
from emulator.state.secrets_provider import MASK
from emulator.values import (
    ARCHIVE_SIGNATURE,
    ASSET_SIGNATURE,
    RESOURCE_SIGNATURE,
    SECRET_SIGNATURE,
    SIGNATURE_KEY,
    UNKNOWN,
    UNKNOWN_STRING,
    Archive,
    Asset,
    Properties,
    ResourceReference,
    Secret,
    Value,
    from_signed,
)

FLOAT_SIGNATURE: Final = "8ad145fe-0d11-4827-bfd7-1abcbf086f5c"
_PLAIN_TYPES: Final = frozenset({bool, int, float, type(None)})

Encrypt = Callable[[str, object], str]
"""Ciphertext of a secret's JSON text that stands at a place."""
Decrypt = Callable[[str, object], str]
"""JSON text of a secret's ciphertext that stands at a place."""


class MalformedValueError(Exception):
    """A value that no checkpoint can hold; the text says why."""


def encode_properties(properties: Properties, encrypt: Encrypt, place: tuple[str, str]) -> Any:
    """JSON object of properties, its keys sorted as the CLI writes them."""
    return {
        key: encode(properties[key], encrypt, (*place, key), in_secret=False)
        for key in sorted(properties)
    }


def encode(value: Value, encrypt: Encrypt, place: object, *, in_secret: bool) -> Any:
    """JSON value of a property value. Inside a secret nothing is encrypted a second time."""
    if isinstance(value, float):
        return value if math.isfinite(value) else _encode_special_float(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, dict):
        return {
            key: encode(value[key], encrypt, place, in_secret=in_secret) for key in sorted(value)
        }
    if isinstance(value, list | tuple):
        return [encode(item, encrypt, place, in_secret=in_secret) for item in value]
    if isinstance(value, Secret):
        inner = encode(value.value, encrypt, place, in_secret=True)
        text = json.dumps(inner, separators=(",", ":"), ensure_ascii=False)
        sealed = text if in_secret else encrypt(text, place)
        return {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": sealed}
    if value is UNKNOWN:
        return UNKNOWN_STRING
    return _encode_marker(value, encrypt, place, in_secret)


def _encode_marker(value: Value, encrypt: Encrypt, place: object, in_secret: bool) -> Any:
    if isinstance(value, ResourceReference):
        encoded = {SIGNATURE_KEY: RESOURCE_SIGNATURE, "packageVersion": value.package_version}
        encoded["urn"] = value.urn
        return encoded | ({"id": value.id} if isinstance(value.id, str) and value.id else {})
    if isinstance(value, Asset):
        members = {"hash": value.sha256, "path": value.path, "text": value.text, "uri": value.uri}
        return {SIGNATURE_KEY: ASSET_SIGNATURE} | _present(members)
    if isinstance(value, Archive):
        assets = value.assets
        parts: Properties = {
            "assets": None
            if assets is None
            else {key: encode(item, encrypt, place, in_secret=in_secret) for key, item in assets},
            "hash": value.sha256,
            "path": value.path,
            "uri": value.uri,
        }
        return {SIGNATURE_KEY: ARCHIVE_SIGNATURE} | _present(parts)
    msg = f"a property value cannot be a {type(value).__name__}"
    raise TypeError(msg)


def _present(members: Properties) -> Properties:
    return {key: member for key, member in members.items() if member not in (None, "")}


def decode_properties(encoded: Properties, decrypt: Decrypt, place: tuple[str, str]) -> Properties:
    """Properties of a JSON object. Raises MalformedValueError."""
    return {
        key: value
        if type(value) in _PLAIN_TYPES
        else decode(value, decrypt, (*place, key), in_secret=False)
        for key, value in encoded.items()
    }


def decode(value: Any, decrypt: Decrypt, place: object, *, in_secret: bool) -> Value:
    """Property value of a JSON value. Raises MalformedValueError."""
    if isinstance(value, str):
        return UNKNOWN if value == UNKNOWN_STRING else value
    if isinstance(value, list):
        return [decode(item, decrypt, place, in_secret=in_secret) for item in value]
    if not isinstance(value, dict):
        return value
    signature = value.get(SIGNATURE_KEY)
    if signature == SECRET_SIGNATURE:
        return Secret(_decode_secret(value, decrypt, place, in_secret))
    plain = {key: decode(item, decrypt, place, in_secret=in_secret) for key, item in value.items()}
    if signature is None:
        return plain
    if signature == FLOAT_SIGNATURE:
        return _decode_special_float(plain.get("value"))
    try:
        return from_signed(plain)
    except (ValueError, KeyError) as error:
        msg = f"a value has signature {signature!r}, or lacks a member: {error}"
        raise MalformedValueError(msg) from error


def _decode_secret(value: Properties, decrypt: Decrypt, place: object, in_secret: bool) -> Value:
    ciphertext, plaintext = value.get("ciphertext"), value.get("plaintext")
    if isinstance(plaintext, str) and ciphertext is None:
        text = plaintext
    elif isinstance(ciphertext, str) and plaintext is None:
        text = ciphertext if in_secret else decrypt(ciphertext, place)
    else:
        msg = "a secret must have exactly one of ciphertext and plaintext"
        raise MalformedValueError(msg)
    try:
        inner = json.loads(text)
    except ValueError:
        msg = "a secret's content is not JSON"
        raise MalformedValueError(msg) from None  # the cause would carry the content
    return decode(inner, decrypt, place, in_secret=True)


def _encode_special_float(value: float) -> Properties:
    return {SIGNATURE_KEY: FLOAT_SIGNATURE, "value": struct.pack(">d", value).hex()}


def _decode_special_float(text: Any) -> float:
    try:
        number: float = struct.unpack(">d", bytes.fromhex(text))[0]
    except (TypeError, ValueError, struct.error) as error:
        msg = f"a special float must be 16 hexadecimal digits, got {text!r}"
        raise MalformedValueError(msg) from error
    return number


def masked(value: Value) -> Any:
    """JSON value for people and reports: secrets are `[secret]`, unknowns Pulumi's placeholder."""
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, dict):
        return {key: masked(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    if isinstance(value, Archive) and value.assets is not None:
        kept = tuple((key, masked(item)) for key, item in value.assets)
        return encode(
            Archive(value.sha256, kept, value.path, value.uri), _never, (), in_secret=True
        )
    return encode(value, _never, (), in_secret=True)


def _never(_text: str, _place: object) -> str:
    msg = "a masked value holds no secret"
    raise AssertionError(msg)


def opened_secrets(encoded: Any, crypter: Callable[[], Crypter]) -> Any:
    """A checkpoint's JSON with every ciphertext replaced by the JSON text that it hides.

    The crypter is only asked for where there is a secret.
    """
    if isinstance(encoded, list):
        return [opened_secrets(item, crypter) for item in encoded]
    if not isinstance(encoded, dict):
        return encoded
    if encoded.get(SIGNATURE_KEY) == SECRET_SIGNATURE and "ciphertext" in encoded:
        text = crypter().decrypt(encoded["ciphertext"])
        return {SIGNATURE_KEY: SECRET_SIGNATURE, "plaintext": text}
    return {key: opened_secrets(item, crypter) for key, item in encoded.items()}
