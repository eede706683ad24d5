"""Cases of policies/rules/messaging_topics.py."""

from __future__ import annotations

from typing import Any

from stages.documents import document
from tests.policies.cases import UNKNOWN, Fixture, passing, violating

TOPIC = "aws:sns/topic:Topic"
POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"

REFUSAL: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sns:Publish",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
REFUSED = document(REFUSAL)
OTHERWISE: dict[str, dict[str, Any]] = {
    "an Allow": {"Effect": "Allow"},
    "another action": {"Action": "sns:Subscribe"},
    "one account": {"Principal": {"AWS": "111111111111"}},
    "the wrong way round": {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
}


def topic(**props: Any) -> Fixture:
    return Fixture(type=TOPIC, name="topic", props={"arn": "arn:aws:sns:x:1:t"} | props)


def subscription(**props: Any) -> Fixture:
    return Fixture(type=SUBSCRIPTION, props=props)


CASES = (
    passing("topic-without-key", topic(kmsMasterKeyId=UNKNOWN)),
    violating("topic-without-key", topic()),
    violating("topic-without-key", topic(kmsMasterKeyId="alias/aws/sns"), title="AWS's"),
    passing("topic-without-tls", topic(kmsMasterKeyId=UNKNOWN), title="by the key"),
    passing("topic-without-tls", topic(policy=REFUSED), title="inline"),
    passing(
        "topic-without-tls",
        topic(),
        Fixture(type=POLICY, props={"arn": "arn:aws:sns:x:1:t", "policy": REFUSED}),
        title="apart",
    ),
    violating("topic-without-tls", topic()),
    *(
        violating("topic-without-tls", topic(policy=document(REFUSAL | change)), title=title)
        for title, change in OTHERWISE.items()
    ),
    violating(
        "topic-without-tls",
        topic(),
        Fixture(type=POLICY, props={"arn": "arn:aws:sns:x:1:other", "policy": REFUSED}),
        title="another's policy",
    ),
    passing("subscription-in-the-clear", subscription(protocol="email", endpoint="a@b.c")),
    passing("subscription-in-the-clear", subscription(protocol="https", endpoint="https://b.c")),
    violating("subscription-in-the-clear", subscription(protocol="http", endpoint=UNKNOWN)),
    violating(
        "subscription-in-the-clear",
        subscription(protocol=UNKNOWN, endpoint="http://b.c"),
        title="by its endpoint",
    ),
    passing("subscription-without-redrive", subscription(protocol="email")),
    passing(
        "subscription-without-redrive",
        subscription(protocol="lambda", redrivePolicy=UNKNOWN),
        title="redriven",
    ),
    violating("subscription-without-redrive", subscription(protocol="lambda")),
)
