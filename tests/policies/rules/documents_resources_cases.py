"""Cases of policies/rules/documents_resources.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, violating
from tests.policies.document_fixtures import (
    BUCKET,
    BUCKET_POLICY,
    ENDPOINT,
    KEY,
    OTHER,
    OWN,
    PERMISSION,
    QUEUE_POLICY,
    REGION,
    STRANGER,
    TOPIC_POLICY,
    allow,
    holding,
    role_arn,
)

PUBLIC = "document-not-public"
ACCOUNTS = "document-accounts-known"
BOUND = "document-service-bound"
NARROWED = "document-key-narrowed"
ENDPOINTS = "document-endpoint-narrowed"

TASK = role_arn("preprod-task")
ROOT = f"arn:aws:iam::{OWN}:root"
TOPIC = f"arn:aws:sns:{REGION}:{OWN}:devstages-preprod-breaks"
EVENTS = {"Service": "events.amazonaws.com"}


def bucket(principal: Any, **more: Any) -> Fixture:
    return holding(BUCKET_POLICY, allow("s3:GetObject", f"{BUCKET}/*", Principal=principal, **more))


def topic(principal: Any, **more: Any) -> Fixture:
    return holding(TOPIC_POLICY, allow("sns:Publish", TOPIC, Principal=principal, **more))


def key(principal: Any, actions: Any = "kms:Decrypt", **more: Any) -> Fixture:
    return holding(KEY, allow(actions, Principal=principal, **more))


def permission(**props: Any) -> Fixture:
    return Fixture(type=PERMISSION, props={"action": "lambda:InvokeFunction", **props})


def when(operator: str, name: str, *values: Any) -> dict[str, Any]:
    return {"Condition": {operator: {name: list(values)}}}


BY_ACCOUNT = when("StringEquals", "aws:PrincipalAccount", OWN)
FROM_OWN = when("StringEquals", "aws:SourceAccount", OWN)

CASES = (
    passing(PUBLIC, bucket({"AWS": TASK})),
    passing(PUBLIC, holding(BUCKET_POLICY, {**allow("s3:*", Principal="*"), "Effect": "Deny"})),
    passing(PUBLIC, bucket("*", **BY_ACCOUNT), title="an account's callers"),
    passing(PUBLIC, bucket("*", **when("ArnEquals", "aws:PrincipalArn", TASK)), title="one role"),
    violating(
        PUBLIC, bucket("*", **when("StringEquals", "aws:SourceVpce", "vpce-1")), title="a network"
    ),
    violating(
        PUBLIC,
        bucket("*", **when("StringEquals", "aws:PrincipalOrgID", "o-1")),
        title="an organisation, whose nobody knows",
    ),
    passing(
        PUBLIC, topic({"AWS": "*"}, **when("StringEquals", "AWS:SourceOwner", OWN)), title="a topic"
    ),
    violating(PUBLIC, bucket("*"), title="everybody"),
    violating(PUBLIC, bucket({"AWS": "*"}), title="everybody, as AWS"),
    violating(PUBLIC, bucket({"AWS": [TASK, "*"]}), title="everybody, in a list"),
    violating(PUBLIC, bucket({"AWS": "arn:aws:iam::*:root"}), title="every account's root"),
    violating(PUBLIC, bucket({"CanonicalUser": "*"}), title="every canonical user"),
    violating(PUBLIC, topic("*"), title="a topic"),
    violating(PUBLIC, key("*"), title="a key"),
    violating(
        PUBLIC, bucket("*", **when("IpAddress", "aws:SourceIp", "10.0.0.0/8")), title="an address"
    ),
    violating(
        PUBLIC, bucket("*", **when("StringLike", "aws:PrincipalArn", "*")), title="any caller"
    ),
    violating(
        PUBLIC,
        bucket("*", **when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/devstages-*")),
        title="a role of any account",
    ),
    violating(
        PUBLIC,
        bucket("*", **when("StringEqualsIfExists", "aws:PrincipalAccount", OWN)),
        title="if it says who",
    ),
    violating(
        PUBLIC,
        bucket("*", **when("ForAllValues:StringEquals", "aws:PrincipalAccount", OWN)),
        title="nobody fits all values",
    ),
    violating(
        PUBLIC,
        bucket("*", **when("StringEquals", "aws:PrincipalAccount", STRANGER)),
        title="a stranger's callers",
    ),
    violating(
        PUBLIC, bucket("*", **when("StringNotEquals", "aws:PrincipalAccount", OWN)), title="others"
    ),
    violating(
        PUBLIC,
        bucket("*", **when("StringEquals", "aws:UserAgent", "us")),
        title="what the caller says of himself",
    ),
    violating(
        PUBLIC,
        topic("*", **when("ArnLike", "aws:SourceArn", "arn:aws:s3:::somebodys-bucket")),
        title="a bucket that anybody could have made",
    ),
    passing(
        PUBLIC,
        topic("*", **when("ArnLike", "aws:SourceArn", BUCKET)),
        title="a bucket with the account in its name",
    ),
    violating(PUBLIC, permission(principal="*"), title="a permission"),
    violating(PUBLIC, permission(), title="a permission for nobody in particular"),
    violating(
        PUBLIC, permission(principal="*", principalOrgId="o-1"), title="a permission for many"
    ),
    passing(PUBLIC, permission(principal="*", sourceAccount=OWN), title="a permission for a few"),
    violating(
        PUBLIC,
        Fixture(
            type="aws:lambda/layerVersionPermission:LayerVersionPermission",
            props={"principal": "*", "organizationId": "o-1"},
        ),
        title="a layer",
    ),
    passing(ACCOUNTS, bucket({"AWS": TASK})),
    passing(ACCOUNTS, topic(EVENTS), title="a service"),
    passing(ACCOUNTS, bucket("*"), title="everybody has a rule of its own"),
    passing(ACCOUNTS, bucket({"AWS": OWN}), title="by id"),
    violating(ACCOUNTS, bucket({"AWS": STRANGER}), title="by id, a stranger's"),
    violating(
        ACCOUNTS, bucket({"AWS": [ROOT, role_arn("x", STRANGER)]}), title="a stranger's role"
    ),
    violating(ACCOUNTS, bucket({"AWS": "AIDAEXAMPLE"}), title="who is no more"),
    violating(ACCOUNTS, bucket({"CanonicalUser": "79a59df900b949e5"}), title="a canonical user"),
    violating(ACCOUNTS, permission(principal=STRANGER), title="a permission"),
    passing(BOUND, topic({"AWS": TASK}), title="no service"),
    passing(BOUND, topic(EVENTS, **FROM_OWN)),
    passing(
        BOUND,
        topic(
            EVENTS, **when("ArnEquals", "aws:SourceArn", f"arn:aws:events:{REGION}:{OWN}:rule/x")
        ),
        title="by ARN",
    ),
    passing(
        BOUND, permission(principal="sns.amazonaws.com", sourceArn=UNKNOWN), title="of this program"
    ),
    passing(BOUND, permission(principal="s3.amazonaws.com", sourceAccount=OWN), title="by account"),
    violating(BOUND, topic(EVENTS), title="unbound"),
    violating(
        BOUND,
        holding(
            QUEUE_POLICY, allow("sqs:SendMessage", Principal={"Service": ["sns.amazonaws.com"]})
        ),
        title="a queue",
    ),
    violating(
        BOUND, topic(EVENTS, **when("StringEquals", "aws:SourceAccount", OTHER)), title="another's"
    ),
    violating(BOUND, permission(principal="sns.amazonaws.com"), title="a permission"),
    passing(NARROWED, key({"AWS": ROOT}, "kms:*"), title="the account"),
    passing(NARROWED, key({"AWS": OWN}, "kms:*"), title="the account by its id"),
    passing(
        NARROWED,
        key({"AWS": TASK}, **when("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com")),
        title="uses, by way of a service",
    ),
    passing(
        NARROWED,
        key(
            {"Service": "logs.eu-west-1.amazonaws.com"},
            ["kms:Decrypt*", "kms:GenerateDataKey*"],
            **when("ArnLike", "kms:EncryptionContext:aws:logs:arn", f"arn:aws:logs:*:{OWN}:*"),
        ),
        title="logs",
    ),
    passing(NARROWED, key(EVENTS, ["kms:Decrypt", "kms:GenerateDataKey*"]), title="says no source"),
    violating(NARROWED, key(EVENTS, "kms:*"), title="all, for a service that says no source"),
    violating(NARROWED, key(EVENTS, ["kms:Decrypt", "kms:Encrypt"]), title="more than it needs"),
    violating(
        NARROWED, key({"Service": "sns.amazonaws.com"}, "kms:Decrypt"), title="says a source"
    ),
    violating(
        NARROWED,
        key({"Service": ["events.amazonaws.com", "sns.amazonaws.com"]}, "kms:Decrypt"),
        title="one of two says a source",
    ),
    violating(NARROWED, key({"AWS": TASK}), title="uses without a condition"),
    violating(
        NARROWED,
        key({"AWS": TASK}, **when("StringLike", "kms:ViaService", "*")),
        title="by way of any service",
    ),
    violating(
        NARROWED,
        key({"AWS": TASK}, **when("StringEqualsIfExists", "kms:ViaService", "s3.amazonaws.com")),
        title="by way of a service, or directly",
    ),
    violating(
        NARROWED,
        key({"AWS": TASK}, **when("StringEquals", "aws:RequestedRegion", REGION)),
        title="another condition",
    ),
    *(
        violating(
            NARROWED,
            key({"AWS": [ROOT, TASK]}, actions, **BY_ACCOUNT),
            title=f"{actions} for a role, though bound",
        )
        for actions in ("kms:*", "kms:Put*")
    ),
    violating(
        NARROWED,
        holding(
            KEY,
            {
                "Effect": "Allow",
                "NotAction": "kms:PutKeyPolicy",
                "Resource": "*",
                "Principal": {"AWS": TASK},
                **BY_ACCOUNT,
            },
        ),
        title="all but one for a role",
    ),
    violating(NARROWED, key({"AWS": f"arn:aws:iam::{OTHER}:root"}, "kms:*"), title="another's"),
    passing(ENDPOINTS, Fixture(type=ENDPOINT, props={"serviceName": "s3"}), title="absent"),
    passing(ENDPOINTS, holding(ENDPOINT, allow("s3:*", BUCKET, Principal="*")), title="resources"),
    passing(ENDPOINTS, holding(ENDPOINT, allow("s3:GetObject", Principal="*")), title="actions"),
    passing(ENDPOINTS, holding(ENDPOINT, allow("*", Principal={"AWS": TASK})), title="a principal"),
    passing(
        ENDPOINTS, holding(ENDPOINT, allow("*", Principal="*", **BY_ACCOUNT)), title="a condition"
    ),
    violating(ENDPOINTS, holding(ENDPOINT, allow("*", Principal="*"))),
    violating(ENDPOINTS, holding(ENDPOINT, allow("s3:*", ["*"], Principal={"AWS": "*"}))),
)
