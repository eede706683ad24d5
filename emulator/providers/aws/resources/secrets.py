# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Secrets Manager: secrets, their versions and policies."""

from __future__ import annotations

import base64
import re
import uuid
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import is_gone
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import to_aws
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.resources.documents import document_failures
from emulator.providers.aws.tags import tag_changes, tag_list, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


def _described(account: Account, secret_id: str) -> dict[str, Any] | None:
    """A secret that is not scheduled for deletion."""
    try:
        answer = account.client("secretsmanager").describe_secret(SecretId=secret_id)
    except ClientError as error:
        if is_gone(error):
            return None
        raise
    return None if answer.get("DeletedDate") else dict(answer)


def _policy(account: Account, secret_id: str) -> str:
    answer = account.client("secretsmanager").get_resource_policy(SecretId=secret_id)
    return str(answer.get("ResourcePolicy") or "")


class Secret(Handler):
    """A secret, without its value."""

    label = "Secrets Manager Secret"
    defaults: ClassVar = {"recoveryWindowInDays": 30}
    computed = frozenset({"policy", "replicas", "type"})

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        found = document_failures(inputs, "policy", principal=True, most=20480)
        name = inputs.get("name")
        if isinstance(name, str) and not re.fullmatch(r"[\w/+=.@-]{1,512}", name, re.ASCII):
            found.append(failure("name", f'"{name}"; letters, digits and /_+=.@-, 512 at most'))
        days = inputs.get("recoveryWindowInDays")
        if isinstance(days, int) and days != 0 and not 7 <= days <= 30:
            found.append(failure("recoveryWindowInDays", f"got {days}, allowed: 0, 7 to 30"))
        return found

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("secretsmanager")
        name = inputs.get("name") or prefixed_name(inputs.get("namePrefix", "terraform-"))
        if inputs.get("kmsKeyId"):
            account.client("kms").describe_key(KeyId=inputs["kmsKeyId"])
        arn: str = client.create_secret(
            Name=name,
            Tags=tag_list(wanted_tags(inputs)),
            **to_aws(inputs, {"description": "Description", "kmsKeyId": "KmsKeyId"}),
        )["ARN"]
        if inputs.get("policy"):
            client.put_resource_policy(SecretId=arn, ResourcePolicy=inputs["policy"])
        return arn

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        secret = _described(account, id_)
        if secret is None:
            return None
        return {
            "arn": secret["ARN"],
            "name": secret["Name"],
            "namePrefix": known.get("namePrefix") or "",
            "description": secret.get("Description") or "",
            "kmsKeyId": secret.get("KmsKeyId") or "",
            "policy": _policy(account, id_),
            "replicas": [],
            "tagsAll": tag_map(secret.get("Tags")),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("secretsmanager")
        names = {"description": "Description", "kmsKeyId": "KmsKeyId"}
        if any((olds.get(name) or "") != (news.get(name) or "") for name in names):
            client.update_secret(
                SecretId=id_,
                Description=news.get("description") or "",
                **({"KmsKeyId": news["kmsKeyId"]} if news.get("kmsKeyId") else {}),
            )
        if news.get("policy") and news["policy"] != olds.get("policy"):
            client.put_resource_policy(SecretId=id_, ResourcePolicy=news["policy"])
        to_set, to_remove = tag_changes(olds, news)
        if to_remove:
            client.untag_resource(SecretId=id_, TagKeys=to_remove)
        if to_set:
            client.tag_resource(SecretId=id_, Tags=tag_list(to_set))

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        """Schedules the deletion: until then the name stays taken."""
        if _described(account, id_) is None:
            return
        days = known.get("recoveryWindowInDays", 30)
        how: dict[str, Any] = {"RecoveryWindowInDays": days}
        if days == 0:
            how = {"ForceDeleteWithoutRecovery": True}
        account.client("secretsmanager").delete_secret(SecretId=id_, **how)


class SecretVersion(Handler):
    """A secret's value."""

    label = "Secrets Manager Secret Version"
    computed = frozenset({"versionStages"})

    def create(self, account: Account, inputs: Properties) -> str:
        value: dict[str, Any] = {}
        if "secretBinary" in inputs:
            value["SecretBinary"] = base64.b64decode(inputs["secretBinary"])
        else:
            value["SecretString"] = inputs.get("secretStringWo", inputs.get("secretString", ""))
        if inputs.get("versionStages"):
            value["VersionStages"] = inputs["versionStages"]
        answer = account.client("secretsmanager").put_secret_value(
            SecretId=inputs["secretId"], ClientRequestToken=str(uuid.uuid4()), **value
        )
        return f"{inputs['secretId']}|{answer['VersionId']}"

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        secret_id, _, version_id = id_.rpartition("|")
        if _described(account, secret_id) is None:
            return None
        try:
            answer = account.client("secretsmanager").get_secret_value(
                SecretId=secret_id, VersionId=version_id
            )
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        found: Properties = {
            "arn": answer["ARN"],
            "secretArn": answer["ARN"],
            "secretId": secret_id,
            "versionId": answer["VersionId"],
            "versionStages": answer.get("VersionStages") or [],
            "hasSecretStringWo": "secretStringWoVersion" in known,
        }
        if "SecretBinary" in answer:
            found["secretBinary"] = base64.b64encode(answer["SecretBinary"]).decode()
        elif "secretStringWoVersion" not in known:
            found["secretString"] = answer.get("SecretString", "")
        return found

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        secret_id, _, version_id = id_.rpartition("|")
        client = account.client("secretsmanager")
        old, new = set(olds.get("versionStages") or ()), set(news.get("versionStages") or ())
        for stage in new - old:
            client.update_secret_version_stage(
                SecretId=secret_id, VersionStage=stage, MoveToVersionId=version_id
            )
        for stage in old - new - {"AWSCURRENT"} if new else ():
            client.update_secret_version_stage(
                SecretId=secret_id, VersionStage=stage, RemoveFromVersionId=version_id
            )

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        """The current version cannot be taken away; it goes with its secret."""


class SecretPolicy(Handler):
    """Who may use a secret."""

    label = "Secrets Manager Secret Policy"

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        return document_failures(inputs, "policy", principal=True, most=20480)

    def create(self, account: Account, inputs: Properties) -> str:
        self.update(account, inputs["secretArn"], {}, inputs)
        return str(inputs["secretArn"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        if _described(account, id_) is None:
            return None
        policy = _policy(account, id_)
        return {"secretArn": id_, "policy": policy} if policy else None

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        account.client("secretsmanager").put_resource_policy(
            SecretId=id_, ResourcePolicy=news["policy"]
        )

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("secretsmanager").delete_resource_policy(SecretId=id_)


HANDLERS: dict[str, Handler] = {
    "aws:secretsmanager/secret:Secret": Secret(),
    "aws:secretsmanager/secretVersion:SecretVersion": SecretVersion(),
    "aws:secretsmanager/secretPolicy:SecretPolicy": SecretPolicy(),
}
