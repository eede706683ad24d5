"""SNS topics and who gets what is published on them."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.plaintext import refuses_plaintext
from policies.facts.reading import configuring, literal
from policies.facts.values import names_own_key, shown
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, has

TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
PUBLISH = "sns:publish"

MACHINES = ("application", "firehose", "http", "https", "lambda", "sqs")
"""Protocols that reach a program, which may be away when a message comes."""


@for_resource(
    TOPIC,
    id="topic-without-key",
    group=Group.DATA_SAFETY,
    severity=Severity.MEDIUM,
    what="A topic is encrypted with a KMS key of ours.",
    why="AWS's own key lets no alarm or event publish, and nobody say who may read.",
    remedy="Set kms_master_key_id to a key whose policy lets the publishing services use it.",
    frameworks=("CKV_AWS_26", "FSBP SNS.1"),
)
def topic_key(topic: Resource, context: Context) -> Iterator[Finding]:
    """A key that is computed from an output will do; alias/aws/sns is AWS's."""
    if not names_own_key(topic.props, "kmsMasterKeyId"):
        yield Finding(found=shown(topic.props, "kmsMasterKeyId"), allowed="a key of ours")


@for_stack(
    id="topic-without-tls",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="A topic's policy refuses what is published without TLS.",
    why="A message that is sent in the clear is read by whoever is on the way.",
    remedy="Set kms_master_key_id, or add a Deny of sns:Publish for everybody where "
    "aws:SecureTransport is false.",
    frameworks=("cdk-nag SNS3",),
)
def topic_tls(stack: Stack, context: Context) -> Iterator[Finding]:
    """What has a key takes HTTPS alone, AWS says; the Deny stands inline or apart.

    https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html
    """
    for topic in stack.of_type(TOPIC):
        policies = [topic, *configuring(stack, topic, (TOPIC_POLICY,), "arn")]
        refused = any(refuses_plaintext(policy, PUBLISH) for policy in policies)
        if not refused and not names_own_key(topic.props, "kmsMasterKeyId"):
            yield Finding(found="neither a key nor a Deny", allowed="one of them", urn=topic.urn)


@for_resource(
    SUBSCRIPTION,
    id="subscription-in-the-clear",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="No subscription sends messages in the clear.",
    why="What breaks, and where, is nobody's business on the way.",
    remedy="Use https, or a queue or function of ours.",
)
def subscription_in_the_clear(subscription: Resource, context: Context) -> Iterator[Finding]:
    """A protocol is written down, not computed."""
    protocol = str(literal(subscription.props, "protocol"))
    endpoint = str(literal(subscription.props, "endpoint"))
    if protocol == "http" or endpoint.lower().startswith("http://"):
        yield Finding(found="protocol is http", allowed="anything but http")


@for_resource(
    SUBSCRIPTION,
    id="subscription-without-redrive",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="A message that a program does not take is kept in a dead-letter queue.",
    why="A break that nobody is told of is the one that costs most.",
    remedy="Set redrive_policy with the ARN of a queue.",
    frameworks=("cdk-nag SNSRedrivePolicy",),
)
def subscription_redrive(subscription: Resource, context: Context) -> Iterator[Finding]:
    """Mail and text messages have no program at their other end."""
    protocol = literal(subscription.props, "protocol")
    if protocol in MACHINES and not has(subscription.props, "redrivePolicy"):
        yield Finding(found="redrivePolicy is absent", allowed="a dead-letter queue")
