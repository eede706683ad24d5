# ruff: noqa: D102 - the methods are those of Handler, documented there
"""CloudWatch's log groups and the policies of its logs."""

from __future__ import annotations

from typing import Any, ClassVar

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.resources.documents import document_failures
from emulator.providers.aws.tags import tag_changes, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

RETENTION_DAYS: tuple[int, ...] = (
    0,
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
)
RETENTION_DAYS += (2192, 2557, 2922, 3288, 3653)
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""


class LogGroup(Handler):
    """A log group."""

    label = "CloudWatch Logs Log Group"
    computed = frozenset({"logGroupClass"})

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        days = inputs.get("retentionInDays")
        if isinstance(days, int) and days not in RETENTION_DAYS:
            allowed = ", ".join(map(str, RETENTION_DAYS))
            return [failure("retentionInDays", f"got {days}, allowed: {allowed}")]
        return []

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("logs")
        name = str(inputs.get("name") or prefixed_name(inputs.get("namePrefix", "terraform-")))
        if inputs.get("kmsKeyId"):
            account.client("kms").describe_key(KeyId=inputs["kmsKeyId"])  # must exist
        key = {"kmsKeyId": inputs["kmsKeyId"]} if inputs.get("kmsKeyId") else {}
        tags = wanted_tags(inputs)
        client.create_log_group(logGroupName=name, **key, **({"tags": tags} if tags else {}))
        if inputs.get("retentionInDays"):
            client.put_retention_policy(
                logGroupName=name, retentionInDays=inputs["retentionInDays"]
            )
        return name

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        client = account.client("logs")
        groups = client.describe_log_groups(logGroupNamePrefix=id_)["logGroups"]
        group = next((item for item in groups if item["logGroupName"] == id_), None)
        if group is None:
            return None
        arn = group["arn"].removesuffix(":*")
        return {
            "arn": arn,
            "name": id_,
            "namePrefix": known.get("namePrefix") or "",
            "kmsKeyId": group.get("kmsKeyId") or "",
            "logGroupClass": group.get("logGroupClass", "STANDARD"),
            "retentionInDays": group.get("retentionInDays", 0),
            "skipDestroy": known.get("skipDestroy", False),
            "tagsAll": client.list_tags_for_resource(resourceArn=arn)["tags"],
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("logs")
        days = news.get("retentionInDays") or 0
        if days != (olds.get("retentionInDays") or 0):
            if days:
                client.put_retention_policy(logGroupName=id_, retentionInDays=days)
            else:
                client.delete_retention_policy(logGroupName=id_)
        key = news.get("kmsKeyId") or ""
        if key != (olds.get("kmsKeyId") or ""):
            if key:
                client.associate_kms_key(logGroupName=id_, kmsKeyId=key)
            elif olds.get("kmsKeyId"):
                message = "the emulated AWS cannot take the key off a log group; keep kmsKeyId"
                raise RefusalError(
                    "CloudWatch Logs", "DisassociateKmsKey", "NotImplemented", message
                )
        arn = account.arn("logs", f"log-group:{id_}")
        to_set, to_remove = tag_changes(olds, news)
        if to_remove:
            client.untag_resource(resourceArn=arn, tagKeys=to_remove)
        if to_set:
            client.tag_resource(resourceArn=arn, tags=to_set)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        if not known.get("skipDestroy"):
            account.client("logs").delete_log_group(logGroupName=id_)


class LogResourcePolicy(Handler):
    """Who else may write logs of this account."""

    label = "CloudWatch Logs Resource Policy"
    NAMES: ClassVar = ("policyName", "policyDocument")

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        return document_failures(inputs, "policyDocument", principal=True, most=5120)

    def create(self, account: Account, inputs: Properties) -> str:
        self.update(account, inputs["policyName"], {}, inputs)
        return str(inputs["policyName"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        policies: list[dict[str, Any]] = account.client("logs").describe_resource_policies()[
            "resourcePolicies"
        ]
        for policy in policies:
            if policy["policyName"] == id_:
                return {name: policy[name] for name in self.NAMES}
        return None

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        account.client("logs").put_resource_policy(
            policyName=id_, policyDocument=news["policyDocument"]
        )

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("logs").delete_resource_policy(policyName=id_)


HANDLERS: dict[str, Handler] = {
    "aws:cloudwatch/logGroup:LogGroup": LogGroup(),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": LogResourcePolicy(),
}
