"""Cases of policies/rules/documents_users.py."""

from __future__ import annotations

from tests.policies.cases import UNKNOWN, Fixture, passing, violating
from tests.policies.document_fixtures import (
    BUCKET,
    BUCKET_POLICY,
    KEY,
    OTHER,
    OWN,
    REGION,
    allow,
    holding,
    role_arn,
    role_policy,
)

CONNECTS = "document-connects-as-own-user"
ACCOUNT = "document-account-named"
DOOR = "document-door-not-widened"
SHARED = "resource-not-shared"
READ = "s3:GetObject"
QUEUE = f"arn:aws:sqs:{REGION}:*:airflow-celery-*"
EXECUTION = role_arn("preprod-airflow-execution")


def user(name: str, account: str = OWN) -> str:
    return f"arn:aws:rds-db:{REGION}:{account}:dbuser:*/{name}"


def snapshot(**props: object) -> Fixture:
    return Fixture(type="aws:rds/snapshot:Snapshot", props=props)


CASES = (
    passing(CONNECTS, role_policy(allow("rds-db:connect", user("preprod_app")))),
    passing(CONNECTS, role_policy(allow("rds-db:connect", user("preprod_readonly")))),
    passing(CONNECTS, role_policy(allow(READ, user("preprod_admin"))), title="another action"),
    violating(
        CONNECTS,
        role_policy(allow("rds-db:connect", user("test_readonly"))),
        stack="test",
        title="a stage without readers",
    ),
    *(
        violating(CONNECTS, role_policy(allow("rds-db:*", user(name))), title=name)
        for name in ("preprod_admin", "preprod_host_admin", "preprod_*", "*", "test_app")
    ),
    violating(
        CONNECTS,
        role_policy(allow("rds-db:connect", [user("preprod_app"), user("preprod_admin")])),
        title="an admin besides",
    ),
    violating(
        CONNECTS, role_policy(allow("rds-db:connect", user("preprod_app", OTHER))), title="there"
    ),
    violating(
        CONNECTS,
        role_policy(
            {"Effect": "Allow", "Action": "rds-db:connect", "NotResource": user("test_app")}
        ),
        title="all users but one",
    ),
    passing("key-not-granted-aside", role_policy(allow(READ, BUCKET))),
    violating(
        "key-not-granted-aside",
        Fixture(type="aws:kms/grant:Grant", props={"granteePrincipal": role_arn("preprod-task")}),
    ),
    passing(ACCOUNT, role_policy(allow("s3:PutObject", f"{BUCKET}/*"))),
    passing(ACCOUNT, role_policy(allow("sqs:SendMessage", QUEUE)), title="Airflow's queue"),
    passing(ACCOUNT, role_policy(allow(READ, "arn:aws:s3:::public-data/*")), title="reading"),
    passing(ACCOUNT, role_policy(allow("s3:PutObject", "*")), title="no ARN: others see it"),
    violating(ACCOUNT, role_policy(allow("s3:PutObject", "arn:aws:s3:::somebodys/*"))),
    violating(
        ACCOUNT, role_policy(allow("s3:*", f"arn:aws:s3:::somebodys/{OWN}/*")), title="in a key"
    ),
    *(
        violating(ACCOUNT, role_policy(allow("sqs:SendMessage", arn)), title=arn)
        for arn in (
            f"arn:aws:sqs:{REGION}:*:airflow-*",
            f"arn:aws:sns:{REGION}:*:airflow-celery-*",
            "arn:aws:sqs:*:1?1111111111:devstages-preprod-x",
        )
    ),
    passing(DOOR, holding(BUCKET_POLICY, allow(READ, Principal={"AWS": role_arn("preprod-task")}))),
    passing(DOOR, holding(BUCKET_POLICY, allow(READ, Principal="*")), title="everybody"),
    passing(
        DOOR,
        holding(BUCKET_POLICY, {**allow(READ, Principal={"AWS": EXECUTION}), "Effect": "Deny"}),
        title="where it refuses",
    ),
    violating(DOOR, holding(BUCKET_POLICY, allow(READ, Principal={"AWS": EXECUTION}))),
    violating(
        DOOR,
        holding(KEY, allow("kms:Decrypt", Principal={"AWS": role_arn("preprod-readonly")})),
        title="a key for readers",
    ),
    violating(
        DOOR,
        holding(
            BUCKET_POLICY,
            allow(
                READ,
                Principal={"AWS": OWN},
                Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/*-readonly"}},
            ),
        ),
        title="by a pattern",
    ),
    passing(
        DOOR,
        holding(
            BUCKET_POLICY,
            allow(
                READ,
                Principal={"AWS": OWN},
                Condition={"ArnLike": {"aws:SourceArn": EXECUTION}},
            ),
        ),
        title="a source is no caller",
    ),
    passing(SHARED, role_policy(allow(READ, BUCKET))),
    passing(SHARED, snapshot(dbInstanceIdentifier="x")),
    passing(SHARED, snapshot(sharedAccounts=[]), title="with nobody"),
    violating(SHARED, snapshot(sharedAccounts=["all"]), title="with everybody"),
    violating(SHARED, snapshot(sharedAccounts=UNKNOWN), title="with whom is not known yet"),
    *(
        violating(SHARED, Fixture(type=f"aws:{kind}"), title=kind)
        for kind in (
            "cloudwatch/eventPermission:EventPermission",
            "ram/resourceShare:ResourceShare",
            "s3control/accessGrant:AccessGrant",
        )
    ),
    passing(SHARED, Fixture(type="aws:ssm/document:Document"), title="a document of its own"),
    violating(
        SHARED,
        Fixture(type="aws:ssm/document:Document", props={"permissions": {"account_ids": "all"}}),
        title="a document for everybody",
    ),
)
