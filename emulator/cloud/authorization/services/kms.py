"""KMS: keys by id, ARN or alias, and their use by way of other services.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.kms.models import kms_backends

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.conditions import Context
from emulator.cloud.authorization.needs import ANYTHING, Need

OF_NO_KEY: Final = frozenset(
    {
        "CreateKey",
        "GenerateRandom",
        "ListAliases",
        "ListKeys",
        "ListRetirableGrants",
        "CreateCustomKeyStore",
        "DescribeCustomKeyStores",
    }
)
OF_ALIASES: Final = frozenset({"CreateAlias", "DeleteAlias", "UpdateAlias"})
KEY_ID_LENGTH: Final = 36
ARN_PARTS: Final = ("arn", "partition", "service", "region", "account", "resource")


def find_key(key_id: str, account_id: str, region: str) -> Any | None:
    """Moto's key of an id, an ARN or an alias, seen from an account and region."""
    if key_id.startswith("arn:"):
        parts = key_id.split(":", 5)
        if len(parts) < len(ARN_PARTS):
            return None
        region, account_id, key_id = parts[3], parts[4], parts[5].removeprefix("key/")
    try:
        keys = kms_backends[account_id][region].keys
    except KeyError:  # no such region
        return None
    if key_id.startswith("alias/"):
        return next((key for key in list(keys.values()) if key_id in key.aliases), None)
    return keys.get(key_id)


def needs(call: Call) -> Iterable[Need]:
    """What a call of KMS needs."""
    action = f"kms:{call.operation}"
    if call.operation in OF_NO_KEY:
        yield Need(action=action, resource=ANYTHING)
        return
    if call.operation in OF_ALIASES:
        alias = call.text("AliasName")
        yield Need(action=action, resource=call.arn(alias))
        if call.operation != "CreateAlias":
            standing = find_key(alias, call.account_id, call.region)
            if standing is not None:
                yield _need(call, action, standing)
        if call.operation == "DeleteAlias":
            return
    if call.operation == "ReEncrypt":
        yield from _reencryption(call)
        return
    named = call.text("KeyId", "TargetKeyId") or _key_of_ciphertext(call, "CiphertextBlob")
    key = find_key(named, call.account_id, call.region) if named else None
    if key is not None:
        yield _need(call, action, key, named)
    else:
        yield Need(action=action, resource=_unknown(call, named))


def _reencryption(call: Call) -> Iterable[Need]:
    source = call.text("SourceKeyId") or _key_of_ciphertext(call, "CiphertextBlob")
    for action, name in (("ReEncryptFrom", source), ("ReEncryptTo", call.text("DestinationKeyId"))):
        key = find_key(name, call.account_id, call.region) if name else None
        resource = key.arn if key is not None else _unknown(call, name)
        context = key_context(key, call.account_id) if key is not None else {}
        yield Need(action=f"kms:{action}", resource=resource, context=context)


def _unknown(call: Call, named: str) -> str:
    if named.startswith("arn:"):
        return named
    return call.arn(named if named.startswith("alias/") else f"key/{named}") if named else ANYTHING


def _key_of_ciphertext(call: Call, parameter: str) -> str:
    """The key's id, with which moto's ciphertexts begin."""
    blob = call.parameters.get(parameter)
    if isinstance(blob, str):
        try:
            blob = base64.b64decode(blob)
        except ValueError:
            return ""
    head = bytes(blob or b"")[:KEY_ID_LENGTH]
    try:
        return head.decode()
    except UnicodeDecodeError:
        return ""


def _need(call: Call, action: str, key: Any, named: str = "") -> Need:
    context: dict[str, Any] = dict(key_context(key, call.account_id))
    if named.startswith("alias/") or ":alias/" in named:
        context["kms:requestalias"] = named.rpartition(":")[2]
    return Need(
        action=action,
        resource=key.arn,
        context=context | _encryption(call.parameters.get("EncryptionContext") or {}),
    )


def key_context(key: Any, caller_account_id: str) -> Context:
    """Condition keys that describe a key."""
    return {
        "kms:calleraccount": caller_account_id,
        "kms:resourcealiases": tuple(sorted(key.aliases)),
        "kms:keyspec": key.key_spec,
        "kms:keyusage": key.key_usage,
        "kms:keyorigin": key.origin,
        "kms:multiregion": str(bool(key.multi_region)).lower(),
    }


def _encryption(context: Mapping[str, str]) -> dict[str, Any]:
    if not context:
        return {}
    found: dict[str, Any] = {
        f"kms:encryptioncontext:{name.lower()}": str(value) for name, value in context.items()
    }
    return found | {"kms:encryptioncontextkeys": tuple(context)}


def key_need(
    call: Call,
    action: str,
    key_id: str,
    *,
    via: str,
    region: str,
    encryption: Mapping[str, str],
    account_id: str = "",
) -> Need | None:
    """What the caller needs so that a service uses a customer's key for it.

    `account_id` is the one in which a key without an ARN is looked for, the caller's by default.
    None for keys that AWS manages: their policies let in who may use the service.
    """
    if "alias/aws/" in key_id:
        return None
    owner = account_id or call.account_id
    key = find_key(key_id, owner, region)
    if key is None:
        kind = "" if key_id.startswith("alias/") else "key/"
        unknown = f"arn:aws:kms:{region}:{owner}:{kind}{key_id}"
        resource = key_id if key_id.startswith("arn:") else unknown
        return Need(action=f"kms:{action}", resource=resource, via=via)
    if any(alias.startswith("alias/aws/") for alias in key.aliases):
        return None
    return Need(
        action=f"kms:{action}",
        resource=key.arn,
        context={
            **key_context(key, call.account_id),
            **_encryption(encryption),
            "kms:viaservice": f"{via}.{region}.amazonaws.com",
        },
        via=via,
    )
