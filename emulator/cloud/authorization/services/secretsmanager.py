"""Secrets Manager: secrets by name, whole or partial ARN, and the keys that encrypt them.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from moto.secretsmanager.models import secretsmanager_backends

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.needs import ANYTHING, Need
from emulator.cloud.authorization.services.kms import key_need

OF_NO_SECRET: Final = frozenset({"ListSecrets", "GetRandomPassword", "BatchGetSecretValue"})
UNKNOWN_SUFFIX: Final = "-??????"
"""Stands for the six characters that a secret's ARN gets when it is made."""
READS: Final = frozenset({"GetSecretValue"})
WRITES: Final = frozenset({"CreateSecret", "PutSecretValue", "UpdateSecret"})


def find_secret(secret_id: str, account_id: str, region: str) -> Any | None:
    """Moto's secret of a name or an ARN, seen from an account and region."""
    if secret_id.startswith("arn:"):
        parts = secret_id.split(":")
        if len(parts) < 7:
            return None
        region, account_id = parts[3], parts[4]
    try:
        return secretsmanager_backends[account_id][region].secrets.get(secret_id)
    except KeyError:  # no such region, or no such secret
        return None


def needs(call: Call) -> Iterable[Need]:
    """What a call of Secrets Manager needs."""
    action = f"secretsmanager:{call.operation}"
    if call.operation in OF_NO_SECRET:
        yield Need(action=action, resource=ANYTHING)
        for secret_id in call.parameters.get("SecretIdList") or []:
            yield from _on_secret(call, "secretsmanager:GetSecretValue", str(secret_id))
        return
    yield from _on_secret(call, action, call.text("SecretId", "Name"))


def _on_secret(call: Call, action: str, secret_id: str) -> Iterable[Need]:
    secret = find_secret(secret_id, call.account_id, call.region)
    if secret is None:
        arn = (
            secret_id
            if secret_id.startswith("arn:")
            else call.arn(f"secret:{secret_id}{UNKNOWN_SUFFIX}")
        )
        yield Need(action=action, resource=arn, context=_context(call))
        key_id = call.text("KmsKeyId")
    else:
        tags = {tag["Key"]: tag["Value"] for tag in secret.tags or []}
        resource_tags = {
            f"{prefix}{key.lower()}": value
            for prefix in ("aws:resourcetag/", "secretsmanager:resourcetag/")
            for key, value in tags.items()
        }
        yield Need(
            action=action,
            resource=secret.arn,
            context={"secretsmanager:secretid": secret.arn, **_context(call), **resource_tags},
        )
        key_id = secret.kms_key_id or ""
    if not key_id:
        return
    used = ["Decrypt"] if action.endswith(tuple(READS)) else []
    used = ["GenerateDataKey", "Decrypt"] if call.operation in WRITES else used
    arn = secret.arn if secret is not None else call.arn(f"secret:{secret_id}")
    for use in used:
        need = key_need(
            call,
            use,
            str(key_id),
            via="secretsmanager",
            region=call.region,
            encryption={"SecretARN": arn},
        )
        if need is not None:
            yield need


def _context(call: Call) -> dict[str, Any]:
    found = {
        "secretsmanager:versionid": call.text("VersionId"),
        "secretsmanager:versionstage": call.text("VersionStage"),
        "secretsmanager:name": call.text("Name"),
        "secretsmanager:kmskeyid": call.text("KmsKeyId"),
    }
    context: dict[str, Any] = {key: value for key, value in found.items() if value}
    if call.parameters.get("BlockPublicPolicy") is not None:
        context["secretsmanager:blockpublicpolicy"] = str(
            call.parameters["BlockPublicPolicy"]
        ).lower()
    return context
