"""Cases of policies/rules/documents_isolation.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, violating
from tests.policies.document_fixtures import (
    AIRFLOW_BUCKET,
    BUCKET,
    BUCKET_POLICY,
    KEY,
    OTHER,
    OWN,
    POLICY,
    REGION,
    ROLE,
    ROLE_POLICY,
    TOPIC_POLICY,
    allow,
    holding,
    role,
    role_arn,
    role_policy,
    text,
    trusting,
)

REACHES = "document-reaches-own-stage"
SPEAKS = "document-speaks-to-own-stage"

TEST_BUCKET = f"arn:aws:s3:::devstages-{OWN}-{REGION}-data-test"
PROD_BUCKET = f"arn:aws:s3:::devstages-{OTHER}-{REGION}-data-prod"
KEYS = f"arn:aws:kms:{REGION}:{OWN}:key/*"
EXECUTION = "devstages-preprod-airflow-execution"
READ = "s3:GetObject"


def user(name: str, account: str = OWN) -> str:
    return f"arn:aws:rds-db:{REGION}:{account}:dbuser:*/{name}"


def by_alias(*aliases: str, operator: str = "ForAnyValue:StringEquals") -> dict[str, Any]:
    return {"Condition": {operator: {"kms:ResourceAliases": list(aliases)}}}


def inline(*statements: Any, role_name: str) -> Fixture:
    props = {"name": role_name, "inlinePolicies": [{"policy": text(*statements)}]}
    return Fixture(type=ROLE, props=props)


def caller(key: str, value: str) -> dict[str, Any]:
    return {"Condition": {"StringLike": {key: value}}}


REACHING = {
    "test's bucket": allow(READ, f"{TEST_BUCKET}/*"),
    "every bucket of the account": allow(READ, f"arn:aws:s3:::devstages-{OWN}-{REGION}-data-*"),
    "every bucket": allow("s3:*", "arn:aws:s3:::*"),
    "everything": allow("*", "*"),
    "everything, in other letters": allow("S3:GetObject", "*"),
    "a bucket that test could add": allow(
        READ, f"arn:aws:s3:::devstages-{OWN}-{REGION}-results-test/*"
    ),
    "prod's bucket": allow(READ, f"{PROD_BUCKET}/*"),
    "test's DAGs": allow(READ, f"{AIRFLOW_BUCKET}/dags/test/*"),
    "everybody's DAGs": allow(READ, f"{AIRFLOW_BUCKET}/dags/*"),
    "test's task role": allow("sts:AssumeRole", role_arn("test-task")),
    "task roles": allow("sts:AssumeRole", f"arn:aws:iam::{OWN}:role/*-task"),
    "prod's readers": allow("sts:AssumeRole", role_arn("prod-readonly", OTHER)),
    "passing test's task role": allow("iam:PassRole", role_arn("test-task")),
    "test's database user": allow("rds-db:connect", user("test_app")),
    "every database user": allow("rds-db:connect", user("*")),
    "database users that end alike": allow("rds-db:connect", user("*_app")),
    "test's key": allow("kms:Decrypt", KEYS, **by_alias("alias/devstages-test-data")),
    "keys by a pattern": allow(
        "kms:Decrypt", KEYS, **by_alias("alias/devstages-*", operator="ForAnyValue:StringLike")
    ),
    "every key": allow("kms:Decrypt", KEYS),
    "one key by its number": allow("kms:Decrypt", KEYS.replace("*", "12345678")),
    "test's secret": allow(
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:{REGION}:{OWN}:secret:devstages/test/telegram-??????",
    ),
    "test's topic": allow("sns:Publish", f"arn:aws:sns:{REGION}:{OWN}:devstages-test-breaks"),
    "every log group": allow("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{OWN}:log-group:*"),
    "what carries test's name": allow("glue:GetTable", f"arn:aws:glue:{REGION}:{OWN}:table/test/x"),
    "prod's account": allow("glue:GetTable", f"arn:aws:glue:{REGION}:{OTHER}:table/x"),
    "by a variable": allow(
        READ, f"arn:aws:s3:::devstages-{OWN}-{REGION}-data-${{aws:PrincipalTag/s}}"
    ),
    "all but its own bucket": {"Effect": "Allow", "Action": READ, "NotResource": BUCKET},
    "all but reading": {"Effect": "Allow", "NotAction": "s3:Get*", "Resource": f"{TEST_BUCKET}/*"},
}

CASES = (
    passing(REACHES, role_policy(allow(READ, f"{BUCKET}/*"))),
    passing(REACHES, role_policy(allow("logs:DescribeLogGroups")), title="what has no owner"),
    passing(
        REACHES,
        role_policy({**allow("s3:*", "*"), "Effect": "Deny"}),
        title="where it denies",
    ),
    passing(
        REACHES,
        role_policy(allow("kms:Decrypt", KEYS, **by_alias("alias/devstages-preprod-data"))),
        title="its own key",
    ),
    passing(
        REACHES,
        role_policy(allow("kms:Decrypt", f"arn:aws:kms:us-east-1:{OWN}:key/*")),
        title="keys of another region",
    ),
    *(
        violating(REACHES, role_policy(statement), title=title)
        for title, statement in REACHING.items()
    ),
    violating(
        REACHES,
        Fixture(type=POLICY, props={"policy": text(REACHING["test's bucket"])}),
        title="in a managed policy",
    ),
    passing(
        REACHES,
        role_policy(allow("sts:AssumeRole", role_arn("test-task")), role_name=EXECUTION),
        title="the execution role takes on the task roles that its host carries",
    ),
    passing(
        REACHES,
        inline(allow("sts:AssumeRole", role_arn("test-task")), role_name=EXECUTION),
        title="and so it does inline",
    ),
    passing(
        REACHES,
        role_policy(allow(READ, [AIRFLOW_BUCKET, f"{AIRFLOW_BUCKET}/*"]), role_name=EXECUTION),
        title="the execution role reads all DAGs of its bucket",
    ),
    violating(
        REACHES,
        role_policy(allow("sts:AssumeRole", role_arn("test-readonly")), role_name=EXECUTION),
        title="the execution role takes on no other role of test",
    ),
    violating(
        REACHES,
        role_policy(
            allow("sts:AssumeRole", f"arn:aws:iam::{OWN}:role/devstages-test-t*"),
            role_name=EXECUTION,
        ),
        title="the execution role takes on what fits a pattern",
    ),
    violating(
        REACHES,
        Fixture(
            type=POLICY,
            props={
                "name": EXECUTION,
                "policy": text(allow("sts:AssumeRole", role_arn("test-task"))),
            },
        ),
        title="a managed policy that is called as the execution role",
    ),
    violating(
        REACHES,
        Fixture(
            type=ROLE_POLICY,
            props={
                "role": UNKNOWN,
                "policy": text(allow("sts:AssumeRole", role_arn("test-task"))),
            },
        ),
        title="a role that is not known yet",
    ),
    passing(
        REACHES,
        role_policy(
            allow("sts:AssumeRole", role_arn("preprod-readonly")),
            role_name="devstages-test-task",
        ),
        stack="test",
        title="test's tasks read preprod by its door",
    ),
    passing(
        REACHES,
        role_policy(allow("s3:PutObject", f"{AIRFLOW_BUCKET}/dags/test/*")),
        stack="test",
        title="its own DAGs lie in the host's bucket",
    ),
    violating(
        REACHES,
        role_policy(allow("s3:PutObject", f"{AIRFLOW_BUCKET}/*")),
        stack="test",
        title="the host's bucket",
    ),
    violating(
        REACHES,
        role_policy(
            allow("sts:AssumeRole", role_arn("preprod-task")), role_name="devstages-test-task"
        ),
        stack="test",
        title="test's tasks take on preprod's",
    ),
    violating(
        REACHES,
        role_policy(allow("kms:Decrypt", KEYS.replace(OWN, "*"))),
        stack="prod",
        title="keys of every account",
    ),
    passing(SPEAKS, role(trusting({"AWS": role_arn("preprod-x")}))),
    passing(SPEAKS, role(trusting({"Service": "test.amazonaws.com"})), title="a service"),
    passing(SPEAKS, holding(BUCKET_POLICY, allow(READ, BUCKET, Principal="*")), title="everybody"),
    passing(
        SPEAKS,
        role(
            trusting(
                {"Service": "monitoring.rds.amazonaws.com"},
                **caller("aws:SourceArn", f"arn:aws:rds:{REGION}:{OWN}:db:*"),
            )
        ),
        title="what a service means of the account",
    ),
    violating(SPEAKS, role(trusting({"AWS": role_arn("test-task")})), title="test's task role"),
    violating(
        SPEAKS,
        role(trusting({"AWS": f"arn:aws:iam::{OWN}:role/testing/test/runner"})),
        title="who carries test's name",
    ),
    violating(SPEAKS, role(trusting({"AWS": OTHER})), title="prod's account"),
    violating(
        SPEAKS,
        role(
            trusting(
                {"AWS": OWN},
                **caller("aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/devstages-*"),
            )
        ),
        title="callers by a pattern",
    ),
    violating(
        SPEAKS,
        holding(
            TOPIC_POLICY,
            allow(
                "sns:Publish",
                Principal={"Service": "events.amazonaws.com"},
                **caller("aws:SourceAccount", OTHER),
            ),
        ),
        title="prod's events",
    ),
    violating(
        SPEAKS,
        holding(
            TOPIC_POLICY,
            allow(
                "sns:Publish",
                Principal={"Service": "s3.amazonaws.com"},
                **caller("aws:SourceArn", TEST_BUCKET),
            ),
        ),
        title="test's bucket",
    ),
    violating(
        SPEAKS,
        holding(KEY, allow("kms:Decrypt", Principal={"AWS": role_arn("test-task")})),
        title="a key",
    ),
    passing(
        SPEAKS,
        role(
            trusting({"AWS": OWN}, **caller("aws:PrincipalArn", role_arn("test-task"))),
            role_name="devstages-preprod-readonly",
        ),
        title="the door that both stack files name",
    ),
    violating(
        SPEAKS,
        role(
            trusting(
                {"AWS": OWN},
                **caller("aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/devstages-test-t*"),
            ),
            role_name="devstages-preprod-readonly",
        ),
        title="the door, to what fits a pattern",
    ),
    passing(
        SPEAKS,
        role(
            trusting({"AWS": role_arn("preprod-airflow-execution")}),
            role_name="devstages-test-task",
        ),
        stack="test",
        title="the host's execution role takes on the task role",
    ),
    violating(
        SPEAKS,
        role(
            trusting({"AWS": role_arn("preprod-airflow-execution")}),
            role_name="devstages-test-readonly",
        ),
        stack="test",
        title="the host's execution role takes on another role",
    ),
    violating(
        SPEAKS,
        holding(BUCKET_POLICY, allow(READ, BUCKET, Principal={"AWS": role_arn("preprod-task")})),
        stack="test",
        title="preprod's tasks read test's bucket",
    ),
)
