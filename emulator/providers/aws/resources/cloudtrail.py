# ruff: noqa: D102 - the methods are those of Handler, documented there
"""CloudTrail's trails, which record nothing: the emulator keeps no account of calls."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError, is_gone
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import from_aws, to_aws
from emulator.providers.aws.tags import tag_changes, tag_list, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

SERVICE = "cloudtrail.amazonaws.com"
ARNS = ("cloudWatchLogsGroupArn", "cloudWatchLogsRoleArn", "kmsKeyId")


class Trail(Handler):
    """A record of what is done in an account."""

    label = "CloudTrail Trail"
    defaults: ClassVar = {"enableLogging": True, "includeGlobalServiceEvents": True}
    NAMES: ClassVar = {
        "cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn",
        "cloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
        "enableLogFileValidation": "EnableLogFileValidation",
        "includeGlobalServiceEvents": "IncludeGlobalServiceEvents",
        "isMultiRegionTrail": "IsMultiRegionTrail",
        "isOrganizationTrail": "IsOrganizationTrail",
        "kmsKeyId": "KmsKeyId",
        "s3BucketName": "S3BucketName",
        "s3KeyPrefix": "S3KeyPrefix",
        "snsTopicName": "SnsTopicName",
    }
    READ: ClassVar = NAMES | {"enableLogFileValidation": "LogFileValidationEnabled"}

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        failures = [
            failure(name, f'"{inputs[name]}" is an invalid ARN')
            for name in ARNS
            if isinstance(inputs.get(name), str) and not inputs[name].startswith("arn:")
        ]
        name = inputs.get("name")
        if isinstance(name, str) and not 3 <= len(name) <= 128:
            failures.append(failure("name", f'"{name}" has {len(name)} characters, not 3 to 128'))
        if inputs.get("eventSelectors") and inputs.get("advancedEventSelectors"):
            failures.append(failure("advancedEventSelectors", "conflicts with eventSelectors"))
        return failures

    def same(self, path: str, old: Any, new: Any) -> bool:
        """A group's ARN ends with `:*` or does not."""
        both = isinstance(old, str) and isinstance(new, str)
        of_group = path == "cloudWatchLogsGroupArn" and both
        return of_group and old.removesuffix(":*") == new.removesuffix(":*")

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("cloudtrail")
        standing = client.describe_trails()["trailList"]
        if any(trail["Name"] == inputs["name"] for trail in standing):
            message = f"Trail {inputs['name']} already exists in this account"
            raise RefusalError("CloudTrail", "CreateTrail", "TrailAlreadyExistsException", message)
        wanted = self.defaults | inputs
        _refuse(account, wanted, "CreateTrail")
        answer = client.create_trail(
            Name=inputs["name"],
            TagsList=tag_list(wanted_tags(inputs)),
            **to_aws(wanted, self.NAMES),
        )
        id_ = str(answer["TrailARN"])
        if wanted["enableLogging"]:
            client.start_logging(Name=id_)
        return id_

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        client = account.client("cloudtrail")
        try:
            trail = client.get_trail(Name=id_)["Trail"]
            status = client.get_trail_status(Name=id_)
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        tags = client.list_tags(ResourceIdList=[id_])["ResourceTagList"][0]["TagsList"]
        return from_aws(trail, self.READ) | {
            "arn": trail["TrailARN"],
            "enableLogging": status["IsLogging"],
            "homeRegion": id_.split(":")[3],
            "name": trail["Name"],
            "snsTopicArn": trail.get("SnsTopicARN") or "",
            "tagsAll": tag_map(tags),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client, wanted = account.client("cloudtrail"), self.defaults | news
        _refuse(account, wanted, "UpdateTrail")
        changed = {
            name: wanted.get(name, "" if isinstance(olds.get(name), str) else False)
            for name in self.NAMES
            if wanted.get(name) != olds.get(name) and (wanted.get(name) or olds.get(name))
        }
        if changed:
            client.update_trail(Name=id_, **to_aws(changed, self.NAMES))
        if wanted["enableLogging"] != olds.get("enableLogging", True):
            switch = client.start_logging if wanted["enableLogging"] else client.stop_logging
            switch(Name=id_)
        to_set, to_remove = tag_changes(olds, news)
        if to_remove:
            gone = {key: olds["tagsAll"][key] for key in to_remove}
            client.remove_tags(ResourceId=id_, TagsList=tag_list(gone))
        if to_set:
            client.add_tags(ResourceId=id_, TagsList=tag_list(to_set))

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        # moto finds a trail to delete by its name alone.
        account.client("cloudtrail").delete_trail(Name=id_.rpartition("/")[2])


def _refuse(account: Account, wanted: Properties, operation: str) -> None:
    """CloudTrail tries to write before it accepts where to."""
    if wanted.get("isMultiRegionTrail") and not wanted.get("includeGlobalServiceEvents"):
        message = "Multi-Region trail must include global service events."
        code = "InvalidParameterCombinationException"
        raise RefusalError("CloudTrail", operation, code, message)
    bucket = wanted["s3BucketName"]
    if not _lets_in(_bucket_policy(account, bucket), "s3:PutObject"):
        message = f"Incorrect S3 bucket policy is detected for bucket: {bucket}"
        code = "InsufficientS3BucketPolicyException"
        raise RefusalError("CloudTrail", operation, code, message)
    key = wanted.get("kmsKeyId")
    if key and not _lets_in(_key_policy(account, key), "kms:GenerateDataKey*"):
        message = f"Insufficient permissions to access S3 bucket {bucket} or KMS key {key}."
        code = "InsufficientEncryptionPolicyException"
        raise RefusalError("CloudTrail", operation, code, message)


def _bucket_policy(account: Account, bucket: str) -> str:
    try:
        return str(account.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if is_gone(error):
            return "{}"
        raise


def _key_policy(account: Account, key: str) -> str:
    answer = account.client("kms").get_key_policy(KeyId=key, PolicyName="default")
    return str(answer["Policy"])


def _lets_in(policy: str, action: str) -> bool:
    """Whether a statement lets CloudTrail do `action`, whatever its conditions."""
    statements = json.loads(policy).get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        services = principal.get("Service", []) if isinstance(principal, dict) else []
        actions = statement.get("Action", [])
        service = action.partition(":")[0]
        allowed = {action, f"{service}:*", action.removesuffix("*")}
        if (
            statement.get("Effect") == "Allow"
            and SERVICE in ([services] if isinstance(services, str) else services)
            and allowed & set([actions] if isinstance(actions, str) else actions)
        ):
            return True
    return False


HANDLERS: dict[str, Handler] = {"aws:cloudtrail/trail:Trail": Trail()}
