"""What a bucket tells queues, topics, functions and EventBridge of its objects."""

from __future__ import annotations

from typing import Any

from emulator.providers.aws.handler import Handler
from emulator.providers.aws.mapping import without_empty
from emulator.providers.aws.resources.s3_configuration import BucketConfiguration
from emulator.values import Properties

TARGETS = {
    "queues": ("QueueConfigurations", "queueArn", "QueueArn"),
    "topics": ("TopicConfigurations", "topicArn", "TopicArn"),
    "lambdaFunctions": (
        "LambdaFunctionConfigurations",
        "lambdaFunctionArn",
        "LambdaFunctionArn",
    ),
}
"""Property to AWS's list, and the name of its ARN in both."""
ID_PATHS = {f"{property_}.id" for property_ in TARGETS}
FILTERS = {"filterPrefix": "prefix", "filterSuffix": "suffix"}


class BucketNotification(BucketConfiguration):
    """All that a bucket tells of its objects: one such resource per bucket."""

    def same(self, path: str, old: Any, new: Any) -> bool:
        """AWS gives an id to what a program leaves without."""
        return path in ID_PATHS and not new


def _put(inputs: Properties) -> dict[str, Any]:
    configuration: dict[str, Any] = {
        list_: [_target(item, item[arn], aws_arn) for item in inputs[property_]]
        for property_, (list_, arn, aws_arn) in TARGETS.items()
        if inputs.get(property_)
    }
    if inputs.get("eventbridge"):
        configuration["EventBridgeConfiguration"] = {}
    return {"NotificationConfiguration": configuration}


def _target(target: Properties, arn: str, aws_arn: str) -> dict[str, Any]:
    rules = [
        {"Name": name, "Value": target[property_]}
        for property_, name in FILTERS.items()
        if target.get(property_)
    ]
    return (
        {aws_arn: arn, "Events": target["events"]}
        | ({"Id": target["id"]} if target.get("id") else {})
        | ({"Filter": {"Key": {"FilterRules": rules}}} if rules else {})
    )


def _read(answer: dict[str, Any]) -> Properties:
    return without_empty(
        {
            property_: [_described(item, arn, aws_arn) for item in answer.get(list_, ())]
            for property_, (list_, arn, aws_arn) in TARGETS.items()
        }
    )


def _described(item: dict[str, Any], arn: str, aws_arn: str) -> Properties:
    rules = item.get("Filter", {}).get("Key", {}).get("FilterRules", ())
    values = {rule["Name"].lower(): rule["Value"] for rule in rules}
    filters = {key: values[name] for key, name in FILTERS.items() if name in values}
    return {"id": item["Id"], arn: item[aws_arn], "events": item["Events"]} | filters


HANDLERS: dict[str, Handler] = {
    "aws:s3/bucketNotification:BucketNotification": BucketNotification(
        "S3 Bucket Notification",
        "notification_configuration",
        _put,
        _read,
        off=lambda: {"NotificationConfiguration": {}},
    ),
}
