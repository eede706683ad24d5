"""Cases of policies/rules/documents_users.py."""

from __future__ import annotations

from tests.policies.cases import Fixture, passing, violating
from tests.policies.document_fixtures import (
    BUCKET,
    OTHER,
    OWN,
    REGION,
    allow,
    role_arn,
    role_policy,
)

CONNECTS = "document-connects-as-own-user"
READ = "s3:GetObject"


def user(name: str, account: str = OWN) -> str:
    return f"arn:aws:rds-db:{REGION}:{account}:dbuser:*/{name}"


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
)
