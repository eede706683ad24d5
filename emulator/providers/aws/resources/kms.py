# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Keys, their policies and aliases. Deleting a key schedules its deletion."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError, is_gone
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import to_aws
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.resources.documents import document_failures
from emulator.providers.aws.tags import tag_changes, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


def _described(account: Account, key_id: str) -> dict[str, Any] | None:
    try:
        answer = account.client("kms").describe_key(KeyId=key_id)
    except ClientError as error:
        if is_gone(error):
            return None
        raise
    return dict(answer["KeyMetadata"])


def _key_tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in sorted(tags.items())]


class Key(Handler):
    """An encryption key."""

    label = "KMS Key"
    defaults: ClassVar = {
        "isEnabled": True,
        "keyUsage": "ENCRYPT_DECRYPT",
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
    }
    computed = frozenset({"description", "policy", "multiRegion", "rotationPeriodInDays"})

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        found = document_failures(inputs, "policy", principal=True, most=32768)
        for name, (lowest, highest) in {
            "deletionWindowInDays": (7, 30),
            "rotationPeriodInDays": (90, 2560),
        }.items():
            value = inputs.get(name)
            if isinstance(value, int) and not lowest <= value <= highest:
                found.append(failure(name, f"got {value}, allowed: {lowest} to {highest} days"))
        return found

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("kms")
        names = {
            "description": "Description",
            "keyUsage": "KeyUsage",
            "customerMasterKeySpec": "KeySpec",
            "policy": "Policy",
            "multiRegion": "MultiRegion",
            "bypassPolicyLockoutSafetyCheck": "BypassPolicyLockoutSafetyCheck",
        }
        _refuse_lockout(account, "CreateKey", inputs)
        key = client.create_key(Tags=_key_tags(wanted_tags(inputs)), **to_aws(inputs, names))[
            "KeyMetadata"
        ]
        id_: str = key["KeyId"]
        self._switch(account, id_, {"isEnabled": True}, inputs)
        return id_

    def _switch(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("kms")
        enabled = news.get("isEnabled", True)
        if enabled and not olds.get("isEnabled", True):
            client.enable_key(KeyId=id_)
        rotated = bool(news.get("enableKeyRotation"))
        period = news.get("rotationPeriodInDays")
        if rotated and (
            not olds.get("enableKeyRotation") or period != olds.get("rotationPeriodInDays")
        ):
            parameters = {"RotationPeriodInDays": period} if period else {}
            client.enable_key_rotation(KeyId=id_, **parameters)
        elif not rotated and olds.get("enableKeyRotation"):
            client.disable_key_rotation(KeyId=id_)
        if not enabled and olds.get("isEnabled", True):
            client.disable_key(KeyId=id_)

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        client = account.client("kms")
        key = _described(account, id_)
        if key is None or key["KeyState"] in ("PendingDeletion", "PendingReplicaDeletion"):
            return None
        key_id = key["KeyId"]
        rotation = client.get_key_rotation_status(KeyId=key_id)
        tags = client.list_resource_tags(KeyId=key_id).get("Tags") or []
        return {
            "arn": key["Arn"],
            "keyId": key_id,
            "description": key.get("Description") or "",
            "isEnabled": key["Enabled"],
            "keyUsage": key.get("KeyUsage", "ENCRYPT_DECRYPT"),
            "customerMasterKeySpec": key.get("KeySpec", "SYMMETRIC_DEFAULT"),
            "multiRegion": key.get("MultiRegion", False),
            "enableKeyRotation": rotation["KeyRotationEnabled"],
            "rotationPeriodInDays": rotation.get("RotationPeriodInDays"),
            "policy": client.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"],
            "tagsAll": tag_map(tags),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("kms")
        self._switch(account, id_, olds, news)
        if news.get("description", olds.get("description")) != olds.get("description"):
            client.update_key_description(KeyId=id_, Description=news["description"])
        if news.get("policy") and news["policy"] != olds.get("policy"):
            _refuse_lockout(account, "PutKeyPolicy", news)
            client.put_key_policy(KeyId=id_, PolicyName="default", Policy=news["policy"])
        to_set, to_remove = tag_changes(olds, news)
        if to_remove:
            client.untag_resource(KeyId=id_, TagKeys=to_remove)
        if to_set:
            client.tag_resource(KeyId=id_, Tags=_key_tags(to_set))

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        key = _described(account, id_)
        if key is not None and key["KeyState"] != "PendingDeletion":
            days = known.get("deletionWindowInDays") or 30
            account.client("kms").schedule_key_deletion(KeyId=id_, PendingWindowInDays=days)


def _refuse_lockout(account: Account, operation: str, inputs: Properties) -> None:
    """KMS refuses a policy after which nobody of the account could change it.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
    """
    policy = inputs.get("policy")
    if not policy or inputs.get("bypassPolicyLockoutSafetyCheck"):
        return
    principals = re.findall(r'"(?:AWS|Principal)"\s*:\s*(\[.*?\]|".*?")', policy)
    if not any(account.account_id in text or '"*"' in text for text in principals):
        message = (
            "The new key policy will not allow you to update the key policy in the future: no "
            f"statement names a principal of account {account.account_id}"
        )
        raise RefusalError("KMS", operation, "MalformedPolicyDocumentException", message)


class KeyPolicy(Handler):
    """A key's policy on its own."""

    label = "KMS Key Policy"

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        return document_failures(inputs, "policy", principal=True, most=32768)

    def create(self, account: Account, inputs: Properties) -> str:
        key = _described(account, inputs["keyId"])
        id_ = str(key["KeyId"] if key else inputs["keyId"])
        self.update(account, id_, {}, inputs)
        return id_

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        if _described(account, id_) is None:
            return None
        answer = account.client("kms").get_key_policy(KeyId=id_, PolicyName="default")
        return {"keyId": id_, "policy": answer["Policy"]}

    def same(self, path: str, old: Any, new: Any) -> bool:
        """A key's ARN and its id name the same key."""
        return path == "keyId" and str(old).rpartition("/")[2] == str(new).rpartition("/")[2]

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        _refuse_lockout(account, "PutKeyPolicy", news)
        account.client("kms").put_key_policy(KeyId=id_, PolicyName="default", Policy=news["policy"])

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        """Back to the policy that a new key has."""
        statement = {
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": account.arn("iam", "root", is_global=True)},
            "Action": "kms:*",
            "Resource": "*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        account.client("kms").put_key_policy(KeyId=id_, PolicyName="default", Policy=policy)


class Alias(Handler):
    """A key's name."""

    label = "KMS Alias"

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        name = inputs.get("name")
        if isinstance(name, str) and not re.fullmatch(r"alias/(?!aws/)[\w/-]{1,250}", name):
            reason = f'"{name}"; want "alias/" and letters, digits, "/", "_", "-"; not "alias/aws/"'
            return [failure("name", reason)]
        return []

    def create(self, account: Account, inputs: Properties) -> str:
        name = str(inputs.get("name") or prefixed_name(inputs.get("namePrefix", "alias/")))
        if _described(account, inputs["targetKeyId"]) is None:
            message = f"Key '{inputs['targetKeyId']}' does not exist"
            raise RefusalError("KMS", "CreateAlias", "NotFoundException", message)
        account.client("kms").create_alias(AliasName=name, TargetKeyId=inputs["targetKeyId"])
        return name

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        pages = account.client("kms").get_paginator("list_aliases").paginate()
        alias = next(
            (item for page in pages for item in page["Aliases"] if item["AliasName"] == id_), None
        )
        if alias is None:
            return None
        key = _described(account, alias["TargetKeyId"]) or {}
        return {
            "arn": alias["AliasArn"],
            "name": id_,
            "namePrefix": known.get("namePrefix") or "",
            "targetKeyId": alias["TargetKeyId"],
            "targetKeyArn": key.get("Arn"),
        }

    def same(self, path: str, old: Any, new: Any) -> bool:
        """A key's ARN and its id name the same key."""
        return path == "targetKeyId" and str(old).rpartition("/")[2] == str(new).rpartition("/")[2]

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        account.client("kms").update_alias(AliasName=id_, TargetKeyId=news["targetKeyId"])

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("kms").delete_alias(AliasName=id_)


HANDLERS: dict[str, Handler] = {
    "aws:kms/key:Key": Key(),
    "aws:kms/keyPolicy:KeyPolicy": KeyPolicy(),
    "aws:kms/alias:Alias": Alias(),
}
