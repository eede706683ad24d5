"""The documented cases across accounts, and those in which the resource decides alone."""

from __future__ import annotations

from typing import Final

from tests.emulator.cloud.authorization.documented import (
    ANYBODY,
    GUIDE,
    JOHN,
    KMS_GUIDE,
    S3_GUIDE,
    A,
    B,
    Case,
    allow,
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
    Case(
        says="across accounts the identity's policies are not enough",
        url=CROSS,
        who=user("JohnDoe", B),
        identity=[S3],
        allowed=False,
    ),
    Case(
        says="across accounts the resource's policy is not enough",
        url=CROSS,
        who=user("JohnDoe", B),
        at_resource=[allow("s3:*", Principal=named(user("JohnDoe", B).arn))],
        allowed=False,
    ),
    Case(
        says="across accounts both together are",
        url=CROSS,
        who=user("JohnDoe", B),
        identity=[allow(["s3:Get*", "s3:List*"])],
        at_resource=[allow("s3:GetObject", Principal=ROOT_B)],
        allowed=True,
    ),
    Case(
        says="across accounts what both allow, and no more",
        url=CROSS,
        who=user("JohnDoe", B),
        action="s3:PutObject",
        identity=[S3],
        at_resource=[allow(["s3:GetObject", "s3:ListBucket"], Principal=ROOT_B)],
        allowed=False,
    ),
    Case(
        says="across accounts a boundary limits although the resource names the user",
        url=CROSS,
        who=user("JohnDoe", B),
        identity=[S3],
        boundary=BOUND,
        at_resource=[allow("s3:*", Principal=named(user("JohnDoe", B).arn))],
        allowed=False,
    ),
    Case(
        says="a bucket for everybody is for who never signed in, too",
        url=f"{S3_GUIDE}example-bucket-policies.html",
        who=ANYBODY,
        at_resource=[allow("s3:GetObject", Principal="*")],
        allowed=True,
    ),
    Case(
        says="whoever never signed in is in no account",
        url=f"{S3_GUIDE}example-bucket-policies.html",
        who=ANYBODY,
        at_resource=[allow("s3:GetObject", Principal=ROOT_A)],
        allowed=False,
    ),
    Case(
        says="without a key policy that says so IAM policies do not count for a key",
        url=KEYS,
        action="kms:Decrypt",
        resource=KEY,
        identity=[allow("kms:*")],
        decides_alone=True,
        allowed=False,
    ),
    Case(
        says="the default key policy lets IAM policies decide",
        url=KEYS,
        action="kms:Decrypt",
        resource=KEY,
        identity=[allow("kms:Decrypt", KEY)],
        at_resource=[allow("kms:*", Principal=ROOT_A)],
        decides_alone=True,
        allowed=True,
    ),
    Case(
        says="the default key policy gives nobody anything by itself",
        url=KEYS,
        action="kms:Decrypt",
        resource=KEY,
        at_resource=[allow("kms:*", Principal=ROOT_A)],
        decides_alone=True,
        allowed=False,
    ),
    Case(
        says="a key policy that names a role needs no IAM policy",
        url=KEY_RULE,
        who=IN_ROLE,
        action="kms:Decrypt",
        resource=KEY,
        at_resource=[allow("kms:Decrypt", Principal=named(IN_ROLE.role_arn))],
        decides_alone=True,
        allowed=True,
    ),
    Case(
        says="another account's key needs its key policy and the caller's IAM policy",
        url=f"{KMS_GUIDE}key-policy-modifying-external-accounts.html",
        who=user("JohnDoe", B),
        action="kms:Decrypt",
        resource=KEY,
        identity=[allow("kms:Decrypt", KEY)],
        at_resource=[allow("kms:*", Principal=ROOT_A), allow("kms:Decrypt", Principal=ROOT_B)],
        decides_alone=True,
        allowed=True,
    ),
    Case(
        says="a role is taken on by whom its trust policy names",
        url=TRUST,
        action="sts:AssumeRole",
        resource=ROLE,
        at_resource=[{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": named(JOHN.arn)}],
        decides_alone=True,
        allowed=True,
    ),
    Case(
        says="a role that trusts nobody is taken on by nobody, whatever their policies",
        url=TRUST,
        action="sts:AssumeRole",
        resource=ROLE,
        identity=[allow("*")],
        decides_alone=True,
        allowed=False,
    ),
    Case(
        says="a third party takes on a role with the right external id",
        url=DEPUTY,
        who=user("third-party", B),
        action="sts:AssumeRole",
        resource=ROLE,
        context={"sts:externalid": "12345"},
        identity=[allow("sts:AssumeRole", ROLE)],
        at_resource=[
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": ROOT_B,
                "Condition": {"StringEquals": {"sts:ExternalId": "12345"}},
            }
        ],
        decides_alone=True,
        allowed=True,
    ),
    Case(
        says="the confused deputy gives another external id",
        url=DEPUTY,
        who=user("third-party", B),
        action="sts:AssumeRole",
        resource=ROLE,
        context={"sts:externalid": "99999"},
        identity=[allow("sts:AssumeRole", ROLE)],
        at_resource=[
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": ROOT_B,
                "Condition": {"StringEquals": {"sts:ExternalId": "12345"}},
            }
        ],
        decides_alone=True,
        allowed=False,
    ),
    Case(
        says="NotPrincipal with Deny spares who is excepted with the account",
        url=NOT_PRINCIPAL,
        identity=[S3],
        at_resource=[
            {
                "Effect": "Deny",
                "Action": "s3:*",
                "Resource": "*",
                "NotPrincipal": {"AWS": [JOHN.arn, f"arn:aws:iam::{A}:root"]},
            }
        ],
        allowed=True,
    ),
    Case(
        says="NotPrincipal with Deny denies everybody else",
        url=NOT_PRINCIPAL,
        who=user("Mary"),
        identity=[S3],
        at_resource=[
            {
                "Effect": "Deny",
                "Action": "s3:*",
                "Resource": "*",
                "NotPrincipal": {"AWS": [JOHN.arn, f"arn:aws:iam::{A}:root"]},
            }
        ],
        allowed=False,
    ),
    Case(
        says="a session has to be excepted besides its role and its account",
        url=NOT_PRINCIPAL,
        who=IN_ROLE,
        identity=[S3],
        at_resource=[
            {
                "Effect": "Deny",
                "Action": "s3:*",
                "Resource": "*",
                "NotPrincipal": {"AWS": [IN_ROLE.role_arn, f"arn:aws:iam::{A}:root"]},
            }
        ],
        allowed=False,
    ),
    Case(
        says="NotPrincipal with Deny always denies who has a boundary",
        url=NOT_PRINCIPAL,
        who=user("JohnDoe", has_boundary=True),
        identity=[S3],
        boundary=[S3],
        at_resource=[
            {
                "Effect": "Deny",
                "Action": "s3:*",
                "Resource": "*",
                "NotPrincipal": {"AWS": [JOHN.arn, f"arn:aws:iam::{A}:root"]},
            }
        ],
        allowed=False,
    ),
)
