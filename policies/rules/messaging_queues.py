"""SQS queues."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.plaintext import refuses_plaintext
from policies.facts.reading import configured, configuring, dead_letter_targets, stated
from policies.facts.values import names_own_key, shown
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, known

QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
REDRIVE = "aws:sqs/redrivePolicy:RedrivePolicy"
SEND = "sqs:sendmessage"


@for_resource(
    QUEUE,
    id="queue-without-key",
    group=Group.DATA_SAFETY,
    severity=Severity.MEDIUM,
    what="A queue is encrypted with a KMS key of ours.",
    why="AWS's own key lets no topic or event send, and nobody say who may read.",
    remedy="Set kms_master_key_id to a key whose policy lets the sending services use it.",
    frameworks=("CKV_AWS_27", "CKV2_AWS_73", "FSBP SQS.1", "cdk-nag SQS2"),
)
def queue_key(queue: Resource, context: Context) -> Iterator[Finding]:
    """A key that is computed from an output will do; alias/aws/sqs is AWS's."""
    if not names_own_key(queue.props, "kmsMasterKeyId"):
        yield Finding(found=shown(queue.props, "kmsMasterKeyId"), allowed="a key of ours")


@for_stack(
    id="queue-without-dead-letters",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="What a queue's reader fails on goes to a dead-letter queue.",
    why="It is tried again until it expires, and then nobody knows that it was there.",
    remedy="Set redrive_policy with the ARN of another queue and max_receive_count.",
    frameworks=("cdk-nag SQS3",),
)
def queue_dead_letters(stack: Stack, context: Context) -> Iterator[Finding]:
    """A queue that is itself where undelivered messages go needs none."""
    urns, texts = dead_letter_targets(stack)
    for queue in stack.of_type(QUEUE):
        arn = str(known(queue.props, "arn", "unknown"))
        taken = queue.urn in urns or any(arn in text for text in texts)
        apart = configured(stack, queue, (REDRIVE,), "queueUrl")
        if not taken and not apart and not stated(queue, "redrivePolicy"):
            yield Finding(found="no redrivePolicy", allowed="a dead-letter queue", urn=queue.urn)


@for_stack(
    id="queue-without-tls",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="A queue's policy refuses what comes without TLS.",
    why="A message that is sent in the clear is read by whoever is on the way.",
    remedy="Set kms_master_key_id, or add a Deny of sqs:* for everybody where "
    "aws:SecureTransport is false.",
    frameworks=("cdk-nag SQS4",),
)
def queue_tls(stack: Stack, context: Context) -> Iterator[Finding]:
    """What has a key takes HTTPS alone, AWS says; the Deny stands inline or apart.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html
    """
    for queue in stack.of_type(QUEUE):
        policies = [queue, *configuring(stack, queue, (QUEUE_POLICY,), "queueUrl")]
        refused = any(refuses_plaintext(policy, SEND) for policy in policies)
        if not refused and not names_own_key(queue.props, "kmsMasterKeyId"):
            yield Finding(found="neither a key nor a Deny", allowed="one of them", urn=queue.urn)
