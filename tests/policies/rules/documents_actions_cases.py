"""Cases of policies/rules/documents_actions.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, violating
from tests.policies.document_fixtures import (
    BUCKET,
    KEY,
    OWN,
    POLICY,
    QUEUE_POLICY,
    REGION,
    ROLE,
    ROLE_POLICY,
    allow,
    holding,
    role,
    role_arn,
    role_policy,
    text,
    trusting,
)

NAMED = "document-actions-named"
NARROWED = "document-resources-narrowed"
PASSES = "document-passes-named-roles"
ASSUMES = "document-assumes-named-roles"
ESCALATES = "document-no-escalation"
GOVERNS = "document-governs-nothing"
CREDENTIALS = "document-hands-out-no-credentials"

READ = allow("s3:GetObject", f"{BUCKET}/*")
KEYS = f"arn:aws:kms:{REGION}:{OWN}:key/*"
TASK = role_arn("preprod-task")


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


TO_LAMBDA = when("StringEquals", "iam:PassedToService", "lambda.amazonaws.com")
FOR_AWS = when("Bool", "kms:GrantIsForAWSResource", "true")
ALIAS = when("ForAnyValue:StringEquals", "kms:ResourceAliases", "alias/devstages-preprod-data")

WIDE = (
    "*",
    "**",
    "arn:aws:s3:::*",
    "arn:aws:s3:::*/*",
    "arn:aws:s3:*:*:*",
    "arn:aws:s3*",
    "arn:*:s3:::*",
)

CASES = (
    passing(NAMED, role_policy(READ)),
    passing(NAMED, Fixture(type=ROLE_POLICY, props={"policy": UNKNOWN}), title="one not known yet"),
    passing(NAMED, role_policy(allow("s3:Get*", BUCKET)), title="a verb"),
    passing(NAMED, role_policy({"Effect": "Deny", "Action": "*", "Resource": "*"}), title="denied"),
    passing(
        NAMED,
        holding(KEY, allow("kms:*", Principal={"AWS": f"arn:aws:iam::{OWN}:root"})),
        title="a key's policy has a rule of its own",
    ),
    *(
        violating(NAMED, role_policy(allow(action, BUCKET)), title=action)
        for action in ("*", "*:*", "S3:*", "s?:GetObject", "s3:**", "s3:?*", "s3*")
    ),
    violating(NAMED, role_policy(allow(["s3:GetObject", "iam:*"])), title="in a list"),
    violating(
        NAMED, holding(QUEUE_POLICY, allow("sqs:*", Principal="*")), title="a resource's policy"
    ),
    violating(NAMED, role(trusting({"AWS": TASK}, "sts:*")), title="trust"),
    violating(NAMED, holding(POLICY, allow("s3:*", BUCKET)), title="a managed policy"),
    violating(
        NAMED,
        Fixture(type=ROLE, props={"inlinePolicies": [{"policy": text(allow("s3:*"))}]}),
        title="inline",
    ),
    passing(NARROWED, role_policy(READ)),
    passing(NARROWED, role_policy(allow("logs:DescribeLogGroups")), title="AWS cannot limit it"),
    violating(NARROWED, role_policy(allow("ec2:Describe*")), title="AWS can limit some of these"),
    passing(NARROWED, role_policy(allow("ec2:CreateNetworkInterface")), title="in a VPC"),
    passing(NARROWED, role_policy(allow("ssm:UpdateInstanceInformation")), title="of itself"),
    passing(NARROWED, role_policy(allow("kms:Decrypt", KEYS, **ALIAS)), title="by alias"),
    passing(
        NARROWED,
        role_policy(
            allow("ssm:StartSession", **when("StringLike", "ssm:resourceTag/stage", "preprod"))
        ),
        title="by tag",
    ),
    passing(
        NARROWED,
        role_policy(allow("rds-db:connect", f"arn:aws:rds-db:{REGION}:{OWN}:dbuser:*/preprod_app")),
        title="numbered by AWS",
    ),
    *(violating(NARROWED, role_policy(allow("s3:GetObject", wide)), title=wide) for wide in WIDE),
    violating(NARROWED, role_policy(allow("kms:Decrypt", KEYS)), title="every key"),
    violating(
        NARROWED,
        role_policy(allow("kms:Decrypt", KEYS, **when("StringLike", "kms:ResourceAliases", "*"))),
        title="any alias",
    ),
    violating(
        NARROWED,
        role_policy(
            allow("kms:Decrypt", KEYS, **when("StringNotEquals", "kms:ResourceAliases", "alias/x"))
        ),
        title="any alias but one",
    ),
    violating(
        NARROWED,
        role_policy(
            allow(
                "kms:Decrypt",
                KEYS,
                **when("ForAllValues:StringEquals", "kms:ResourceAliases", "alias/x"),
            )
        ),
        title="keys without an alias fit all values",
    ),
    violating(
        NARROWED,
        role_policy(
            allow(
                "kms:Decrypt",
                KEYS,
                **when("StringEqualsIfExists", "aws:ResourceTag/stage", "preprod"),
            )
        ),
        title="what has no tag fits as well",
    ),
    violating(
        NARROWED,
        role_policy(
            allow("kms:Decrypt", KEYS, **when("ForAnyValue:StringEquals", "kms:ResourceAliases"))
        ),
        title="no alias at all",
    ),
    violating(
        NARROWED,
        role_policy(allow("s3:GetObject", **when("StringEquals", "aws:SourceVpc", "vpc-1"))),
        title="a condition on something else",
    ),
    violating(
        NARROWED,
        role_policy(allow(["s3:ListAllMyBuckets", "s3:GetObject"])),
        title="one that AWS can limit",
    ),
    violating(
        NARROWED,
        role_policy(allow("s3:GetObject", [BUCKET, "*"])),
        title="beside a narrow one",
    ),
    violating(
        NARROWED,
        role_policy(allow("dynamodb:Query", "arn:aws:dynamodb:*:*:table/*")),
        title="every table",
    ),
    passing(PASSES, role_policy(READ)),
    passing(PASSES, role_policy(allow("iam:PassRole", TASK, **TO_LAMBDA))),
    violating(PASSES, role_policy(allow("iam:PassRole", TASK)), title="to any service"),
    violating(
        PASSES,
        role_policy(
            allow("iam:PassRole", TASK, **when("StringLike", "iam:PassedToService", "*.com"))
        ),
        title="to many services",
    ),
    violating(PASSES, role_policy(allow("iam:PassRole", "*", **TO_LAMBDA)), title="any role"),
    violating(
        PASSES,
        role_policy(
            {"Effect": "Allow", "Action": "iam:PassRole", "NotResource": TASK, **TO_LAMBDA}
        ),
        title="all roles but one",
    ),
    violating(PASSES, role_policy(allow("IAM:pass*", "*")), title="in other letters"),
    violating(PASSES, role_policy(allow("iam:*Role", TASK)), title="among others"),
    violating(
        PASSES,
        role_policy({"Effect": "Allow", "NotAction": "s3:*", "Resource": TASK}),
        title="by what it does not exclude",
    ),
    passing(ASSUMES, role_policy(READ)),
    passing(ASSUMES, role_policy(allow("s3:GetObject", "*")), title="other actions"),
    passing(ASSUMES, role_policy(allow("sts:AssumeRole", TASK))),
    violating(ASSUMES, role_policy(allow("sts:AssumeRole", f"{TASK}*")), title="a pattern"),
    violating(
        ASSUMES,
        role_policy(allow("sts:AssumeRole", [TASK, f"arn:aws:iam::{OWN}:role/developers"])),
        title="a role of no stage",
    ),
    violating(
        ASSUMES,
        role_policy(
            allow("sts:AssumeRole", f"arn:aws:iam::{OWN}:role/devstages-${{aws:username}}-task")
        ),
        title="a variable",
    ),
    violating(
        ASSUMES,
        role_policy({"Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": TASK}),
        title="all roles but one",
    ),
    passing(ESCALATES, role_policy(READ)),
    *(
        violating(ESCALATES, role_policy(allow(action, TASK)), title=action)
        for action in (
            "iam:CreatePolicyVersion",
            "iam:SetDefaultPolicyVersion",
            "iam:AttachRolePolicy",
            "iam:PutRolePolicy",
            "iam:UpdateAssumeRolePolicy",
            "iam:CreateAccessKey",
            "iam:Put*",
            "lambda:UpdateFunctionCode",
        )
    ),
    violating(ESCALATES, role_policy(allow("iam:*", "*")), title="more than are shown"),
    passing(GOVERNS, role_policy(READ)),
    passing(GOVERNS, role_policy(allow("kms:CreateGrant", KEYS, **FOR_AWS)), title="for AWS"),
    violating(GOVERNS, role_policy(allow("kms:CreateGrant", KEYS)), title="a grant for anybody"),
    violating(
        GOVERNS,
        role_policy(
            allow("kms:CreateGrant", KEYS, **when("BoolIfExists", "kms:GrantIsForAWSResource"))
        ),
        title="no value",
    ),
    violating(
        GOVERNS,
        role_policy(
            allow(
                "kms:CreateGrant",
                KEYS,
                **when("BoolIfExists", "kms:GrantIsForAWSResource", "true"),
            )
        ),
        title="if it says so",
    ),
    violating(
        GOVERNS,
        role_policy(allow("kms:CreateGrant", KEYS, **ALIAS)),
        title="a grant for anybody, on one key",
    ),
    violating(
        GOVERNS,
        role_policy(allow(["kms:CreateGrant", "kms:PutKeyPolicy"], KEYS, **FOR_AWS)),
        title="more than a grant",
    ),
    violating(GOVERNS, role_policy(allow("s3:PutBucketPolicy", BUCKET))),
    violating(GOVERNS, role_policy(allow("s3:Put*", BUCKET)), title="among others"),
    passing(CREDENTIALS, role_policy(READ)),
    violating(CREDENTIALS, role_policy(allow("sts:GetFederationToken"))),
    violating(
        CREDENTIALS,
        Fixture(
            type=ROLE_POLICY,
            props={"role": UNKNOWN, "policy": text(allow("airflow:CreateCliToken"))},
        ),
        title="of a role that is not known yet",
    ),
)
