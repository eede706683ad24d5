"""Cases of policies/rules/messaging_queues.py."""

from __future__ import annotations

from typing import Any

from stages.documents import document
from tests.policies.cases import UNKNOWN, Fixture, passing, violating

QUEUE = "aws:sqs/queue:Queue"
POLICY = "aws:sqs/queuePolicy:QueuePolicy"
REDRIVE = "aws:sqs/redrivePolicy:RedrivePolicy"
FUNCTION = "aws:lambda/function:Function"
ARN = "arn:aws:sqs:x:1:queue"

REFUSED = document(
    {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
)


def queue(name: str = "queue", **props: Any) -> Fixture:
    own = {"url": f"https://{name}", "arn": f"arn:aws:sqs:x:1:{name}"}
    return Fixture(type=QUEUE, name=name, props=own | props)


def apart(kind: str, name: str = "queue", **props: Any) -> Fixture:
    return Fixture(type=kind, props={"queueUrl": f"https://{name}"} | props)


LETTERS = "queue-without-dead-letters"

CASES = (
    passing("queue-without-key", queue(kmsMasterKeyId=UNKNOWN)),
    violating("queue-without-key", queue(sqsManagedSseEnabled=True), title="SQS's own"),
    violating("queue-without-key", queue(kmsMasterKeyId="alias/aws/sqs"), title="AWS's"),
    passing(LETTERS, queue(redrivePolicy="{}")),
    passing(
        LETTERS,
        Fixture(
            type=QUEUE,
            props={"redrivePolicy": UNKNOWN},
            sources={"redrivePolicy": [f"{QUEUE}::other"]},
        ),
        title="unknown",
    ),
    violating(LETTERS, queue(redrivePolicy=UNKNOWN), title="filled in by AWS"),
    passing(LETTERS, queue(), apart(REDRIVE), title="apart"),
    passing(
        LETTERS,
        queue(),
        Fixture(type=FUNCTION, props={"deadLetterConfig": {"targetArn": ARN}}),
        title="takes a function's",
    ),
    passing(
        LETTERS,
        queue(),
        Fixture(type=FUNCTION, sources={"deadLetterConfig": [f"{QUEUE}::queue"]}),
        title="takes a function's, by output",
    ),
    violating(LETTERS, queue()),
    violating(LETTERS, queue(), apart(REDRIVE, "other"), title="another's"),
    passing("queue-without-tls", queue(kmsMasterKeyId=UNKNOWN), title="by the key"),
    passing("queue-without-tls", queue(policy=REFUSED), title="inline"),
    passing("queue-without-tls", queue(), apart(POLICY, policy=REFUSED), title="apart"),
    violating("queue-without-tls", queue()),
    violating("queue-without-tls", queue(), apart(POLICY, "other", policy=REFUSED), title="other"),
)
