# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Topics, their policies and subscriptions."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import is_gone
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.resources.documents import document_failures
from emulator.providers.aws.tags import tag_changes, tag_list, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

ATTRIBUTES = {
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
    "contentBasedDeduplication": "ContentBasedDeduplication",
}
BOOLEANS = frozenset({"contentBasedDeduplication", "rawMessageDelivery"})
PROTOCOLS: tuple[str, ...] = (
    "application",
    "email",
    "email-json",
    "firehose",
    "http",
    "https",
    "lambda",
    "sms",
)
PROTOCOLS += ("sqs",)


def _attributes(account: Account, arn: str) -> dict[str, str] | None:
    try:
        answer = account.client("sns").get_topic_attributes(TopicArn=arn)
    except ClientError as error:
        if is_gone(error):
            return None
        raise
    return dict(answer["Attributes"])


def _text(name: str, value: Any) -> str:
    return str(value).lower() if name in BOOLEANS else str(value)


class Topic(Handler):
    """A topic."""

    label = "SNS Topic"
    computed = frozenset({"policy", "signatureVersion", "tracingConfig", "fifoThroughputScope"})

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        found = document_failures(inputs, "policy", principal=True, most=30720)
        name = inputs.get("name")
        if isinstance(name, str):
            suffix = r"\.fifo" if inputs.get("fifoTopic") else ""
            if not re.fullmatch(r"[\w-]{1,256}" + suffix, name, re.ASCII) or len(name) > 256:
                reason = f'"{name}"; letters, digits, "_" and "-", 256 at most (FIFO: ".fifo" last)'
                found.append(failure("name", reason))
        return found

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("sns")
        name = inputs.get("name") or prefixed_name(inputs.get("namePrefix", "terraform-"))
        fifo = {"FifoTopic": "true"} if inputs.get("fifoTopic") else {}
        arn: str = client.create_topic(
            Name=name, Attributes=fifo, Tags=tag_list(wanted_tags(inputs))
        )["TopicArn"]
        self._set(account, arn, {}, inputs)
        return arn

    def _set(self, account: Account, arn: str, olds: Properties, news: Properties) -> None:
        for name, attribute in ATTRIBUTES.items():
            value = news.get(name, "" if name not in self.computed and olds.get(name) else None)
            if value is not None and value != olds.get(name):
                account.client("sns").set_topic_attributes(
                    TopicArn=arn, AttributeName=attribute, AttributeValue=_text(name, value)
                )

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        attributes = _attributes(account, id_)
        if attributes is None:
            return None
        tags = account.client("sns").list_tags_for_resource(ResourceArn=id_)["Tags"]
        found: Properties = {
            name: attributes[attribute] == "true" if name in BOOLEANS else attributes[attribute]
            for name, attribute in ATTRIBUTES.items()
            if attribute in attributes
        }
        if "signatureVersion" in found:
            found["signatureVersion"] = int(found["signatureVersion"])
        return found | {
            "arn": id_,
            "beginningArchiveTime": "",
            "name": id_.rpartition(":")[2],
            "namePrefix": known.get("namePrefix") or "",
            "fifoTopic": attributes.get("FifoTopic") == "true",
            "owner": attributes.get("Owner", account.account_id),
            "tagsAll": tag_map(tags),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("sns")
        self._set(account, id_, olds, news)
        to_set, to_remove = tag_changes(olds, news)
        if to_remove:
            client.untag_resource(ResourceArn=id_, TagKeys=to_remove)
        if to_set:
            client.tag_resource(ResourceArn=id_, Tags=tag_list(to_set))

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("sns").delete_topic(TopicArn=id_)


class TopicPolicy(Handler):
    """Who may publish to a topic."""

    label = "SNS Topic Policy"

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        return document_failures(inputs, "policy", principal=True, most=30720)

    def create(self, account: Account, inputs: Properties) -> str:
        self.update(account, inputs["arn"], {}, inputs)
        return str(inputs["arn"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        attributes = _attributes(account, id_)
        if attributes is None:
            return None
        return {"arn": id_, "policy": attributes["Policy"], "owner": attributes.get("Owner")}

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        account.client("sns").set_topic_attributes(
            TopicArn=id_, AttributeName="Policy", AttributeValue=news["policy"]
        )

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        """Goes back to the policy that a new topic has; SNS has no call that takes it away."""


class TopicSubscription(Handler):
    """A receiver of a topic's messages."""

    label = "SNS Topic Subscription"
    computed = frozenset({"filterPolicyScope"})
    defaults: ClassVar = {"confirmationTimeoutInMinutes": 1}
    NAMES: ClassVar = {
        "deliveryPolicy": "DeliveryPolicy",
        "filterPolicy": "FilterPolicy",
        "filterPolicyScope": "FilterPolicyScope",
        "rawMessageDelivery": "RawMessageDelivery",
        "redrivePolicy": "RedrivePolicy",
        "subscriptionRoleArn": "SubscriptionRoleArn",
    }

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        protocol = inputs.get("protocol")
        if isinstance(protocol, str) and protocol not in PROTOCOLS:
            return [failure("protocol", f'"{protocol}"; allowed: {", ".join(PROTOCOLS)}')]
        return []

    def create(self, account: Account, inputs: Properties) -> str:
        attributes = {
            aws: _text(name, inputs[name]) for name, aws in self.NAMES.items() if name in inputs
        }
        answer = account.client("sns").subscribe(
            TopicArn=inputs["topic"],
            Protocol=inputs["protocol"],
            Endpoint=inputs["endpoint"],
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )
        return str(answer["SubscriptionArn"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        try:
            answer = account.client("sns").get_subscription_attributes(SubscriptionArn=id_)
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        attributes = answer["Attributes"]
        found: Properties = {
            name: attributes[aws] == "true" if name in BOOLEANS else attributes[aws]
            for name, aws in self.NAMES.items()
            if aws in attributes
        }
        return found | {
            "arn": id_,
            "topic": attributes["TopicArn"],
            "protocol": attributes["Protocol"],
            "endpoint": attributes["Endpoint"],
            "ownerId": attributes.get("Owner", account.account_id),
            "pendingConfirmation": attributes.get("PendingConfirmation") == "true",
            "confirmationWasAuthenticated": attributes.get("ConfirmationWasAuthenticated")
            != "false",
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        for name, attribute in self.NAMES.items():
            value = news.get(name, "" if olds.get(name) and name not in self.computed else None)
            if value is not None and value != olds.get(name):
                account.client("sns").set_subscription_attributes(
                    SubscriptionArn=id_, AttributeName=attribute, AttributeValue=_text(name, value)
                )

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("sns").unsubscribe(SubscriptionArn=id_)


HANDLERS: dict[str, Handler] = {
    "aws:sns/topic:Topic": Topic(),
    "aws:sns/topicPolicy:TopicPolicy": TopicPolicy(),
    "aws:sns/topicSubscription:TopicSubscription": TopicSubscription(),
}
