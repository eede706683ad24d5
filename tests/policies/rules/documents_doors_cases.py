"""Cases of policies/rules/documents_doors.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import Fixture, passing, violating
from tests.policies.document_fixtures import (
    AIRFLOW_BUCKET,
    ATTACHMENT,
    BUCKET,
    OWN,
    POLICY,
    REGION,
    ROLE,
    ROLE_POLICY,
    allow,
    role,
    role_arn,
    text,
    trusting,
)
from tests.policies.edited_stages import edited

DATA = "document-execution-role-holds-no-data"
TASKS = "document-tasks-taken-on-by-airflow"
ALONE = "document-execution-role-for-airflow-alone"
READERS = "document-door-trusts-readers"
READING = "document-door-reads-only"
PEOPLE = "document-people-use-the-door"

EXECUTION = role_arn("preprod-airflow-execution")
DEVELOPERS = f"arn:aws:iam::{OWN}:role/developers"
KEYS = f"arn:aws:kms:{REGION}:{OWN}:key/*"
MWAA = trusting({"Service": ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]})
ACCOUNT = f"arn:aws:iam::{OWN}:root"


def user(name: str) -> str:
    return f"arn:aws:rds-db:{REGION}:{OWN}:dbuser:*/{name}"


def by_alias(alias: str) -> dict[str, Any]:
    return {"Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}}


def policy(*statements: Any, role_name: str = "devstages-preprod-x") -> Fixture:
    """By the role's name, as a preview with a real engine may show it."""
    return Fixture(type=ROLE_POLICY, props={"role": role_name, "policy": text(*statements)})


def joined(*statements: Any) -> Fixture:
    """By the role's output."""
    return Fixture(
        type=ROLE_POLICY, props={"policy": text(*statements)}, sources={"role": [f"{ROLE}::it"]}
    )


def airflow(statement: Any) -> tuple[Fixture, Fixture]:
    return role(MWAA), policy(statement)


def caller(*arns: str, operator: str = "ArnEquals") -> dict[str, Any]:
    return {"Condition": {operator: {"aws:PrincipalArn": list(arns)}}}


APP = allow("rds-db:connect", user("preprod_app"))
DOOR = allow("rds-db:connect", user("preprod_readonly"))
SESSION = allow(
    "ssm:StartSession", f"arn:aws:ssm:{REGION}:{OWN}:document/devstages-preprod-forward"
)
ON_GATEWAY = allow("ssm:StartSession", f"arn:aws:ec2:{REGION}:{OWN}:instance/i-1")
CHECKED = {"BoolIfExists": {"ssm:SessionDocumentAccessCheck": "true"}}
BY_READERS = trusting({"AWS": ACCOUNT}, **caller(DEVELOPERS))

SET = f"arn:aws:iam::{OWN}:role/aws-reserved/sso.amazonaws.com/{REGION}/AWSReservedSSO_DataReader_*"

CASES = (
    passing(DATA, *airflow(allow("sts:AssumeRole", role_arn("preprod-task")))),
    passing(DATA, *airflow(allow("sts:AssumeRole", role_arn("test-task"))), title="of a guest"),
    passing(DATA, *airflow(allow("s3:GetObject", f"{AIRFLOW_BUCKET}/*")), title="its own bucket"),
    passing(DATA, *airflow(allow("s3:List*", AIRFLOW_BUCKET)), title="its own bucket's list"),
    passing(
        DATA,
        *airflow(allow("kms:Decrypt", KEYS, **by_alias("alias/devstages-preprod-airflow"))),
        title="its own key",
    ),
    passing(DATA, role(trusting({"AWS": EXECUTION})), policy(APP), title="another role holds data"),
    passing(DATA, role(MWAA), policy(APP, role_name="another"), title="another role's policy"),
    violating(DATA, role(MWAA), joined(APP), title="joined by its output"),
    *(
        violating(DATA, *airflow(statement), title=title)
        for title, statement in {
            "its own stage's database": APP,
            "its readers' door into the database": DOOR,
            "its own stage's bucket": allow("s3:GetObject", f"{BUCKET}/*"),
            "a bucket that is only called like its own": allow(
                "s3:GetObject", f"{AIRFLOW_BUCKET}*"
            ),
            "its own stage's key": allow(
                "kms:Decrypt", KEYS, **by_alias("alias/devstages-preprod-data")
            ),
            "its own stage's bucket, on a condition that it ignores": allow(
                "s3:GetObject", f"{BUCKET}/*", **by_alias("alias/devstages-preprod-airflow")
            ),
            "test's key": allow("kms:Decrypt", KEYS, **by_alias("alias/devstages-test-data")),
            "every key": allow("kms:Decrypt", KEYS),
            "a secret of the stage": allow(
                "secretsmanager:GetSecretValue",
                f"arn:aws:secretsmanager:{REGION}:{OWN}:secret:devstages/preprod/x-*",
            ),
            "everything": allow("*", "*"),
            "another role": allow("sts:AssumeRole", role_arn("preprod-readonly")),
            "a pattern of roles": allow("sts:AssumeRole", role_arn("preprod-*")),
            "all roles but one": {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "NotResource": role_arn("preprod-task"),
            },
        }.items()
    ),
    violating(
        DATA,
        Fixture(
            type=ROLE,
            props={"assumeRolePolicy": text(MWAA), "inlinePolicies": [{"policy": text(APP)}]},
        ),
        title="inline",
    ),
    violating(
        DATA,
        role(MWAA),
        Fixture(type=POLICY, props={"policy": text(APP)}),
        Fixture(
            type=ATTACHMENT,
            sources={"role": [f"{ROLE}::it"], "policyArn": [f"{POLICY}::it"]},
        ),
        title="by a managed policy of its own",
    ),
    violating(
        DATA,
        role(MWAA),
        Fixture(type=POLICY, props={"policy": text(APP), "arn": "arn:p"}),
        Fixture(type=ATTACHMENT, props={"policyArn": "arn:p"}, sources={"role": [f"{ROLE}::it"]}),
        title="by a managed policy's ARN",
    ),
    *(
        passing(
            DATA,
            role(MWAA),
            Fixture(type=POLICY, props={"policy": text(APP), **arn}),
            Fixture(type=ATTACHMENT, props=attaches, sources={"role": [f"{ROLE}::it"]}),
            title=f"by another policy: {attaches}",
        )
        for arn, attaches in (({"arn": "arn:p"}, {"policyArn": "arn:q"}), ({}, {}))
    ),
    violating(
        DATA,
        role(MWAA),
        policy(allow("sts:AssumeRole", role_arn("test-task"))),
        stack="test",
        title="of a stack that hosts nobody",
    ),
    passing(ALONE, role(MWAA)),
    passing(ALONE, role(trusting({"Service": "lambda.amazonaws.com"})), title="another role"),
    violating(
        ALONE,
        role(trusting({"Service": ["airflow.amazonaws.com", "lambda.amazonaws.com"]})),
        title="another service, too",
    ),
    violating(
        ALONE,
        role(trusting({"Service": "airflow-env.amazonaws.com", "AWS": DEVELOPERS})),
        title="people, too",
    ),
    passing(TASKS, role(trusting({"AWS": EXECUTION})), policy(APP)),
    passing(TASKS, role(trusting({"AWS": DEVELOPERS})), policy(DOOR), title="the readers' role"),
    passing(
        TASKS,
        role(trusting({"AWS": DEVELOPERS})),
        policy(allow("s3:GetObject", user("preprod_app"))),
        title="another action",
    ),
    violating(TASKS, role(trusting({"AWS": [EXECUTION, DEVELOPERS]})), policy(APP)),
    violating(TASKS, role(BY_READERS), policy(APP), title="by condition"),
    violating(
        TASKS, role(trusting({"Service": "lambda.amazonaws.com"})), policy(APP), title="a service"
    ),
    violating(
        TASKS,
        role(
            trusting({"AWS": ACCOUNT}, **caller(EXECUTION, operator="ArnEqualsIfExists")),
        ),
        policy(APP),
        title="an account, bound if it says who",
    ),
    violating(
        TASKS,
        role(
            trusting(
                {"AWS": ACCOUNT},
                Condition={"StringEquals": {"aws:PrincipalTag/role": EXECUTION}},
            )
        ),
        policy(APP),
        title="an account, bound by something else",
    ),
    violating(
        TASKS,
        role(trusting({"AWS": DEVELOPERS}, **caller(EXECUTION))),
        policy(APP),
        title="a role that says it is another",
    ),
    passing(READERS, role(BY_READERS), policy(DOOR)),
    passing(READERS, role(trusting({"AWS": DEVELOPERS})), policy(DOOR), title="by ARN"),
    passing(READERS, role(trusting({"AWS": EXECUTION})), policy(APP), title="the tasks' role"),
    violating(
        READERS,
        role(trusting({"AWS": ACCOUNT}, **caller(DEVELOPERS, f"{DEVELOPERS}2"))),
        policy(DOOR),
        title="who is not named",
    ),
    violating(READERS, role(trusting({"AWS": ACCOUNT})), policy(DOOR), title="an account"),
    *(
        case(
            READERS,
            role(trusting({"AWS": ACCOUNT}, **caller(*named, operator="ArnLike"))),
            policy(DOOR),
            stages=edited("preprod", {"preprod.tenant.reader_arns": (reader,)}),
            title=title,
        )
        for title, case, reader, named in (
            ("a permission set", passing, SET, [SET]),
            ("another permission set", violating, SET, [SET.replace("Data", "Root")]),
            (
                "a whole account",
                passing,
                ACCOUNT,
                [f"{ACCOUNT[:-4]}role/*", f"{ACCOUNT[:-4]}user/*"],
            ),
            ("any account", violating, ACCOUNT, ["arn:aws:iam::*:role/*"]),
        )
    ),
    violating(
        READERS,
        role(BY_READERS),
        policy(allow("rds-db:connect", user("test_readonly"))),
        stack="test",
        title="a stage without readers",
    ),
    passing(READING, role(BY_READERS), policy(DOOR)),
    passing(READING, role(BY_READERS), policy(DOOR, SESSION), title="with a port-forward"),
    passing(
        READING,
        role(BY_READERS),
        policy(DOOR, {**ON_GATEWAY, "Condition": CHECKED}),
        title="with a port-forward by the gateway",
    ),
    passing(
        READING,
        role(BY_READERS),
        policy(DOOR, allow("rds:DescribeDBInstances", ":instance/")),
        title="where no session begins",
    ),
    passing(
        READING,
        role(BY_READERS),
        policy(DOOR, allow(["ssm:TerminateSession", "ssm:ResumeSession"])),
        title="with the end of sessions",
    ),
    passing(READING, role(BY_READERS), policy(APP, allow("s3:*")), title="another role"),
    *(
        violating(READING, role(BY_READERS), policy(DOOR, statement), title=title)
        for title, statement in {
            "a bucket": allow("s3:GetObject", f"{BUCKET}/*"),
            "the tasks' user": APP,
            "all but": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
            "sessions by a document of AWS's": allow(
                "ssm:StartSession",
                "arn:aws:ssm:*::document/AWS-StartPortForwardingSessionToRemoteHost",
            ),
            "a shell on the gateway": ON_GATEWAY,
            "sessions by any document": allow("ssm:StartSession", "*"),
        }.items()
    ),
    violating(
        READING,
        role(BY_READERS),
        policy(DOOR),
        Fixture(
            type=ATTACHMENT,
            props={"role": "devstages-preprod-x", "policyArn": "arn:aws:iam::aws:policy/x"},
        ),
        title="a managed policy",
    ),
    passing(PEOPLE, role(BY_READERS), policy(DOOR)),
    passing(PEOPLE, role(trusting({"AWS": EXECUTION})), title="a role of the stage"),
    passing(PEOPLE, role(MWAA), title="a service"),
    passing(
        PEOPLE,
        role(trusting({"Federated": f"arn:aws:iam::{OWN}:oidc-provider/x"})),
        title="a token",
    ),
    passing(
        PEOPLE,
        role(trusting({"AWS": DEVELOPERS})),
        stack="test",
        title="a stage that may break freely",
    ),
    violating(PEOPLE, role(trusting({"AWS": DEVELOPERS}))),
    violating(PEOPLE, role(BY_READERS), policy(APP), title="by condition"),
    violating(
        PEOPLE,
        role(trusting({"AWS": f"arn:aws:sts::{OWN}:assumed-role/developers/me"})),
        title="a session",
    ),
)
