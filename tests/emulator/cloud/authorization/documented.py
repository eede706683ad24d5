"""What AWS's documentation says of a request, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emulator.cloud.authorization.evaluation import Decision, Grants, ResourcePolicy, decide
from emulator.cloud.authorization.statements import Identity, Request

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
S3_GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
KMS_GUIDE = "https://docs.aws.amazon.com/kms/latest/developerguide/"
A, B = "111122223333", "444455556666"

Statement = Mapping[str, Any]


def allow(action: Any, resource: Any = "*", **elements: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **elements}


def deny(action: Any, resource: Any = "*", **elements: Any) -> Statement:
    return {**allow(action, resource, **elements), "Effect": "Deny"}


def policy(statements: Sequence[Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [dict(item) for item in statements]}


def user(name: str, account: str = A, *, has_boundary: bool = False) -> Identity:
    arn = f"arn:aws:iam::{account}:user/{name}"
    return Identity(account_id=account, arn=arn, has_boundary=has_boundary)


def session(role: str, name: str = "s", account: str = A) -> Identity:
    return Identity(
        account_id=account,
        arn=f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
        role_arn=f"arn:aws:iam::{account}:role/{role}",
    )


ANYBODY = Identity()
JOHN = user("JohnDoe")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A request, the policies that speak of it, and what comes of it."""

    says: str
    url: str
    who: Identity = JOHN
    action: str = "s3:GetObject"
    resource: str = "arn:aws:s3:::amzn-s3-demo-bucket/key"
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    identity: Sequence[Statement] = ()
    boundary: Sequence[Statement] | None = None
    session: Sequence[Statement] | None = None
    at_resource: Sequence[Statement] = ()
    owner: str = A
    decides_alone: bool = False
    allowed: bool

    def decision(self) -> Decision:
        grants = Grants(
            identity=self.who,
            policies=[policy(self.identity)],
            boundary=None if self.boundary is None else policy(self.boundary),
            session_policies=None if self.session is None else [policy(self.session)],
        )
        resource = ResourcePolicy(
            account_id=self.owner,
            policy=policy(self.at_resource),
            decides_alone=self.decides_alone,
        )
        return decide(Request(self.action, self.resource, self.context), grants, resource)
