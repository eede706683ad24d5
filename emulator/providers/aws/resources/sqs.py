# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Queues, their policies and dead letters."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError, is_gone
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.resources.documents import document_failures
from emulator.providers.aws.tags import tag_changes, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

NUMBERS = {
    "delaySeconds": ("DelaySeconds", 0, 900),
    "kmsDataKeyReusePeriodSeconds": ("KmsDataKeyReusePeriodSeconds", 60, 86400),
    "maxMessageSize": ("MaximumMessageSize", 1024, 1048576),
    "messageRetentionSeconds": ("MessageRetentionPeriod", 60, 1209600),
    "receiveWaitTimeSeconds": ("ReceiveMessageWaitTimeSeconds", 0, 20),
    "visibilityTimeoutSeconds": ("VisibilityTimeout", 0, 43200),
}
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""
TEXTS = {
    "deduplicationScope": "DeduplicationScope",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
}
BOOLEANS = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "fifoQueue": "FifoQueue",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
}


def _attributes(account: Account, url: str) -> dict[str, str] | None:
    try:
        answer = account.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    except ClientError as error:
        if is_gone(error):
            return None
        raise
    return dict(answer.get("Attributes") or {})


def _set(account: Account, url: str, attributes: dict[str, str]) -> None:
    if attributes:
        account.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=attributes)


class Queue(Handler):
    """A queue."""

    label = "SQS Queue"
    defaults: ClassVar = {
        "messageRetentionSeconds": 345600,
        "visibilityTimeoutSeconds": 30,
        "delaySeconds": 0,
        "receiveWaitTimeSeconds": 0,
    }
    computed = frozenset(
        {"policy", "redrivePolicy", "redriveAllowPolicy", "sqsManagedSseEnabled", "maxMessageSize"}
        | {"kmsDataKeyReusePeriodSeconds", "deduplicationScope", "fifoThroughputLimit"}
    )

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        found = document_failures(inputs, "policy", principal=True)
        for limited, (_, lowest, highest) in NUMBERS.items():
            value = inputs.get(limited)
            if isinstance(value, int) and not lowest <= value <= highest:
                found.append(failure(limited, f"got {value}, allowed: {lowest} to {highest}"))
        name = inputs.get("name")
        if isinstance(name, str):
            stem = name.removesuffix(".fifo") if inputs.get("fifoQueue") else name
            if not re.fullmatch(r"[\w-]{1,80}", stem, re.ASCII):
                found.append(failure("name", f'"{name}"; letters, digits, "_", "-", 80 at most'))
            if inputs.get("fifoQueue") and not name.endswith(".fifo"):
                found.append(failure("name", f'"{name}": a FIFO queue\'s name ends with ".fifo"'))
        return found

    def create(self, account: Account, inputs: Properties) -> str:
        name = inputs.get("name") or prefixed_name(inputs.get("namePrefix", "terraform-"))
        client = account.client("sqs")
        try:
            client.get_queue_url(QueueName=name)
        except ClientError as error:
            if not is_gone(error):
                raise
        else:
            message = f"A queue already exists with the name {name}"
            raise RefusalError("SQS", "CreateQueue", "QueueAlreadyExists", message)
        return str(
            client.create_queue(
                QueueName=name, Attributes=self._wanted({}, inputs), tags=wanted_tags(inputs)
            )["QueueUrl"]
        )

    def _wanted(self, olds: Properties, news: Properties) -> dict[str, str]:
        names = {name: attribute for name, (attribute, _, _) in NUMBERS.items()} | TEXTS
        wanted = {}
        for name, attribute in names.items():
            value = news.get(name, self.defaults.get(name) if olds else None)
            if value is not None and value != olds.get(name):
                wanted[attribute] = str(value)
        for name, attribute in BOOLEANS.items():
            if news.get(name) is not None and news[name] != olds.get(name):
                wanted[attribute] = str(news[name]).lower()
        return wanted

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        attributes = _attributes(account, id_)
        if attributes is None:
            return None
        found: Properties = {
            name: int(attributes[attribute])
            for name, (attribute, _, _) in NUMBERS.items()
            if attribute in attributes
        }
        found |= {name: attributes[item] for name, item in TEXTS.items() if item in attributes}
        found |= {
            name: attributes[item] == "true"
            for name, item in BOOLEANS.items()
            if item in attributes
        }
        tags = account.client("sqs").list_queue_tags(QueueUrl=id_).get("Tags") or {}
        return found | {
            "arn": attributes["QueueArn"],
            "name": attributes["QueueArn"].rpartition(":")[2],
            "namePrefix": known.get("namePrefix") or "",
            "url": id_,
            "tagsAll": dict(tags),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("sqs")
        _set(account, id_, self._wanted(olds, news))
        to_set, to_remove = tag_changes(olds, news)
        if to_remove:
            client.untag_queue(QueueUrl=id_, TagKeys=to_remove)
        if to_set:
            client.tag_queue(QueueUrl=id_, Tags=to_set)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("sqs").delete_queue(QueueUrl=id_)


class QueueDocument(Handler):
    """One document of a queue: its policy, or where its dead letters go."""

    def __init__(self, label: str, property_: str, attribute: str) -> None:
        self.label = label  # type: ignore[misc]
        self._property = property_
        self._attribute = attribute

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        if self._property == "policy":
            return document_failures(inputs, "policy", principal=True)
        return []

    def create(self, account: Account, inputs: Properties) -> str:
        self.update(account, inputs["queueUrl"], {}, inputs)
        return str(inputs["queueUrl"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        text: Any = (_attributes(account, id_) or {}).get(self._attribute)
        return {"queueUrl": id_, self._property: text} if text else None

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        _set(account, id_, {self._attribute: news[self._property]})

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        _set(account, id_, {self._attribute: ""})


HANDLERS: dict[str, Handler] = {
    "aws:sqs/queue:Queue": Queue(),
    "aws:sqs/queuePolicy:QueuePolicy": QueueDocument("SQS Queue Policy", "policy", "Policy"),
    "aws:sqs/redrivePolicy:RedrivePolicy": QueueDocument(
        "SQS Queue Redrive Policy", "redrivePolicy", "RedrivePolicy"
    ),
}
