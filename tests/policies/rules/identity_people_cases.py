"""Cases of policies/rules/identity_people.py."""

from __future__ import annotations

from tests.policies.cases import Fixture, passing, violating
from tests.policies.document_fixtures import ROLE

CASES = (
    passing("identity-no-users", Fixture(type=ROLE)),
    violating("identity-no-users", Fixture(type="aws:iam/user:User")),
    violating("identity-no-users", Fixture(type="aws:iam/accessKey:AccessKey"), title="a key"),
    passing("identity-no-exclusive-attachment", Fixture(type=ROLE)),
    violating(
        "identity-no-exclusive-attachment",
        Fixture(type="aws:iam/policyAttachment:PolicyAttachment"),
    ),
)
