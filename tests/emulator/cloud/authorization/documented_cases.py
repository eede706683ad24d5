"""The cases that AWS's user guides decide about kinds of policies together, in one account."""

from __future__ import annotations

from typing import Final

from tests.emulator.cloud.authorization.documented import (
    GUIDE,
    JOHN,
    KMS_GUIDE,
    A,
    B,
    Case,
    allow,
    deny,
    session,
    user,
)

LOGIC: Final = f"{GUIDE}reference_policies_evaluation-logic_policy-eval-denyallow.html"
BASICS: Final = f"{GUIDE}reference_policies_evaluation-logic_policy-eval-basics.html"
BOUNDARIES: Final = f"{GUIDE}access_policies_boundaries.html"
CROSS: Final = f"{GUIDE}reference_policies_evaluation-logic-cross-account.html"
SESSIONS: Final = f"{GUIDE}access_policies.html#policies_session"
PRINCIPAL: Final = f"{GUIDE}reference_policies_elements_principal.html"
NOT_PRINCIPAL: Final = f"{GUIDE}reference_policies_elements_notprincipal.html"
KEYS: Final = f"{KMS_GUIDE}key-policy-default.html"
KEY_RULE: Final = f"{KMS_GUIDE}key-policies.html"
TRUST: Final = f"{GUIDE}id_roles_terms-and-concepts.html"
DEPUTY: Final = f"{GUIDE}confused-deputy.html"

KEY: Final = f"arn:aws:kms:us-west-2:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE: Final = f"arn:aws:iam::{A}:role/target"
ROOT_A, ROOT_B = {"AWS": f"arn:aws:iam::{A}:root"}, {"AWS": f"arn:aws:iam::{B}:root"}
IN_ROLE = session("app")
BOUND: Final = [allow("cloudwatch:*")]
S3 = allow("s3:*")


def named(arn: str) -> dict[str, str]:
    return {"AWS": arn}


CASES: Final = (
    Case(says="everything is denied by default", url=LOGIC, allowed=False),
    Case(says="an explicit allow overrides the default", url=LOGIC, identity=[S3], allowed=True),
    Case(
        says="an explicit deny in any policy overrides any allow",
        url=LOGIC,
        identity=[S3],
        at_resource=[deny("s3:*", Principal="*"), allow("s3:*", Principal=named(JOHN.arn))],
        allowed=False,
    ),
    Case(
        says="an explicit deny of the identity overrides the resource's allow",
        url=LOGIC,
        identity=[deny("s3:*")],
        at_resource=[allow("s3:*", Principal=named(JOHN.arn))],
        allowed=False,
    ),
    Case(
        says="within an account identity and resource policies are a union",
        url=BASICS,
        at_resource=[allow("s3:GetObject", Principal=named(JOHN.arn))],
        allowed=True,
    ),
    Case(
        says="a boundary that allows S3, CloudWatch and EC2 gives no right to create users",
        url=BOUNDARIES,
        who=user("ShirleyRodriguez"),
        action="iam:CreateUser",
        resource=f"arn:aws:iam::{A}:user/new",
        identity=[allow("iam:CreateUser")],
        boundary=[allow(["s3:*", "cloudwatch:*", "ec2:*"])],
        allowed=False,
    ),
    Case(
        says="a boundary grants nothing by itself",
        url=BOUNDARIES,
        boundary=[S3],
        allowed=False,
    ),
    Case(
        says="policies and boundary: what both allow",
        url=BOUNDARIES,
        identity=[S3],
        boundary=[allow(["s3:*", "cloudwatch:*"])],
        allowed=True,
    ),
    Case(
        says="a resource policy that names a user is not limited by its boundary",
        url=BOUNDARIES,
        boundary=BOUND,
        at_resource=[allow("s3:*", Principal=named(JOHN.arn))],
        allowed=True,
    ),
    Case(
        says="but an explicit deny in the boundary counts",
        url=BOUNDARIES,
        boundary=[*BOUND, deny("s3:*")],
        at_resource=[allow("s3:*", Principal=named(JOHN.arn))],
        allowed=False,
    ),
    Case(
        says="a resource policy that names a role is limited by the role's boundary",
        url=BOUNDARIES,
        who=IN_ROLE,
        boundary=BOUND,
        at_resource=[allow("s3:*", Principal=named(IN_ROLE.role_arn))],
        allowed=False,
    ),
    Case(
        says="a resource policy that names a role is enough without a boundary",
        url=BOUNDARIES,
        who=IN_ROLE,
        at_resource=[allow("s3:*", Principal=named(IN_ROLE.role_arn))],
        allowed=True,
    ),
    Case(
        says="a resource policy that names a session is not limited by the boundary",
        url=BOUNDARIES,
        who=IN_ROLE,
        boundary=BOUND,
        session=BOUND,
        at_resource=[allow("s3:*", Principal=named(IN_ROLE.arn))],
        allowed=True,
    ),
    Case(
        says="session policies: what they and the role allow",
        url=SESSIONS,
        who=IN_ROLE,
        identity=[S3],
        session=[allow("s3:GetObject")],
        allowed=True,
    ),
    Case(
        says="a session policy grants nothing by itself",
        url=SESSIONS,
        who=IN_ROLE,
        session=[S3],
        allowed=False,
    ),
    Case(
        says="what the session policy leaves out is denied",
        url=SESSIONS,
        who=IN_ROLE,
        identity=[S3],
        session=[allow("s3:ListBucket")],
        allowed=False,
    ),
    Case(
        says="a resource policy that names the role is limited by the session policy",
        url=SESSIONS,
        who=IN_ROLE,
        session=[allow("s3:ListBucket")],
        at_resource=[allow("s3:*", Principal=named(IN_ROLE.role_arn))],
        allowed=False,
    ),
    Case(
        says="a resource policy that names the session adds to the session policy",
        url=SESSIONS,
        who=IN_ROLE,
        session=[allow("s3:ListBucket")],
        at_resource=[allow("s3:*", Principal=named(IN_ROLE.arn))],
        allowed=True,
    ),
    Case(
        says="a wildcard with aws:PrincipalArn is limited by no boundary or session policy",
        url=PRINCIPAL,
        who=IN_ROLE,
        context={"aws:principalarn": IN_ROLE.role_arn},
        boundary=BOUND,
        session=BOUND,
        at_resource=[
            allow(
                "s3:*",
                Principal="*",
                Condition={"ArnEquals": {"aws:PrincipalArn": IN_ROLE.role_arn}},
            )
        ],
        allowed=True,
    ),
    Case(
        says="an account as principal leaves it to the account's own policies",
        url=PRINCIPAL,
        at_resource=[allow("s3:*", Principal=ROOT_A)],
        allowed=False,
    ),
    Case(
        says="a part of an ARN with a wildcard names nobody",
        url=PRINCIPAL,
        at_resource=[allow("s3:*", Principal=named(f"arn:aws:iam::{A}:user/*"))],
        allowed=False,
    ),
    Case(
        says="a service is not whoever happens to call",
        url=PRINCIPAL,
        at_resource=[allow("s3:*", Principal={"Service": "ec2.amazonaws.com"})],
        allowed=False,
    ),
)
