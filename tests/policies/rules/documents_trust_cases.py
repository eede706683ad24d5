"""Cases of policies/rules/documents_trust.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import passing, violating
from tests.policies.document_fixtures import (
    OTHER,
    OWN,
    REGION,
    STRANGER,
    role,
    role_arn,
    trusting,
)

NAMED = "document-trust-named"
BOUND = "document-trust-service-bound"
TOKEN = "document-trust-token-exact"

ROOT = f"arn:aws:iam::{OWN}:root"
TASK = role_arn("preprod-task")
ISSUER = "token.actions.githubusercontent.com"
OIDC = {"Federated": f"arn:aws:iam::{OWN}:oidc-provider/{ISSUER}"}
SAML = {"Federated": f"arn:aws:iam::{OWN}:saml-provider/company"}
WEB = "sts:AssumeRoleWithWebIdentity"
MWAA = {"Service": "airflow-env.amazonaws.com"}


def when(**operators: dict[str, Any]) -> dict[str, Any]:
    return {"Condition": {name.replace("_", ":"): keys for name, keys in operators.items()}}


def by_source(**keys: str) -> dict[str, Any]:
    return when(StringLike={f"aws:{key}": value for key, value in keys.items()})


EXACT = {
    f"{ISSUER}:aud": "sts.amazonaws.com",
    f"{ISSUER}:sub": "repo:example/development-stages:environment:preprod",
}

CASES = (
    passing(NAMED, role(trusting({"AWS": TASK}))),
    passing(NAMED, role(trusting(MWAA)), title="a service"),
    passing(NAMED, role(trusting(OIDC, WEB)), title="tokens have a rule of their own"),
    passing(NAMED, role({**trusting({"AWS": "*"}), "Effect": "Deny"}), title="where it refuses"),
    passing(
        NAMED,
        role(trusting({"AWS": ROOT}, **when(ArnEquals={"aws:PrincipalArn": TASK}))),
        title="an account, bound to a role",
    ),
    passing(
        NAMED,
        role(trusting({"AWS": OWN}, **when(StringEquals={"aws:PrincipalArn": [TASK]}))),
        title="an account by its id, bound to a role",
    ),
    violating(NAMED, role(trusting("*")), title="everybody"),
    violating(NAMED, role(trusting({"AWS": "*"})), title="everybody, as AWS"),
    violating(NAMED, role(trusting({"AWS": [TASK, "*"]})), title="everybody, in a list"),
    violating(NAMED, role(trusting({"Service": "*.amazonaws.com"})), title="any service"),
    violating(NAMED, role(trusting({"AWS": "arn:aws:iam::*:root"})), title="any account's root"),
    violating(
        NAMED,
        role(trusting({"AWS": "*"}, **when(ArnEquals={"aws:PrincipalArn": TASK}))),
        title="everybody, though bound: the account says the same",
    ),
    violating(NAMED, role(trusting({"AWS": ROOT})), title="an account"),
    violating(NAMED, role(trusting({"AWS": OWN})), title="an account by its id"),
    violating(
        NAMED,
        role(trusting({"AWS": ROOT}, **when(ArnLike={"aws:PrincipalArn": "*"}))),
        title="an account, bound to anybody",
    ),
    violating(
        NAMED,
        role(trusting({"AWS": ROOT}, **when(ArnEqualsIfExists={"aws:PrincipalArn": TASK}))),
        title="an account, bound if it says who",
    ),
    violating(NAMED, role(trusting({"AWS": STRANGER})), title="a stranger's account"),
    violating(NAMED, role(trusting({"AWS": role_arn("x", STRANGER)})), title="a stranger's role"),
    violating(NAMED, role(trusting({"AWS": "AROAEXAMPLEID"})), title="a role that is no more"),
    passing(BOUND, role(trusting({"AWS": TASK})), title="no service"),
    passing(BOUND, role(trusting(MWAA, **by_source(SourceAccount=OWN)))),
    passing(
        BOUND,
        role(
            trusting(MWAA, **by_source(SourceArn=f"arn:aws:airflow:{REGION}:{OWN}:environment/x"))
        ),
        title="by ARN",
    ),
    passing(
        BOUND, role(trusting({"Service": "lambda.amazonaws.com"})), title="one that says no source"
    ),
    violating(BOUND, role(trusting(MWAA)), title="unbound"),
    violating(
        BOUND,
        role(trusting({"Service": ["lambda.amazonaws.com", "airflow-env.amazonaws.com"]})),
        title="one of two",
    ),
    violating(BOUND, role(trusting(MWAA, **by_source(SourceAccount="*"))), title="any account's"),
    violating(
        BOUND, role(trusting(MWAA, **by_source(SourceAccount=OTHER))), title="another account's"
    ),
    violating(
        BOUND,
        role(trusting(MWAA, **by_source(SourceArn="arn:aws:airflow:*:*:environment/*"))),
        title="an ARN of any account",
    ),
    violating(
        BOUND,
        role(trusting(MWAA, **when(StringEqualsIfExists={"aws:SourceAccount": OWN}))),
        title="if it says so",
    ),
    violating(
        BOUND,
        role(trusting(MWAA, **when(StringNotEquals={"aws:SourceAccount": OWN}))),
        title="all but our own",
    ),
    passing(TOKEN, role(trusting({"AWS": TASK})), title="no token"),
    passing(TOKEN, role(trusting(OIDC, WEB, **when(StringEquals=EXACT)))),
    passing(
        TOKEN,
        role(
            trusting(
                SAML,
                "sts:AssumeRoleWithSAML",
                **when(StringEquals={"SAML:aud": "https://signin.aws.amazon.com/saml"}),
            )
        ),
        title="SAML",
    ),
    violating(TOKEN, role(trusting(OIDC, WEB)), title="no condition"),
    violating(TOKEN, role(trusting(SAML, "sts:AssumeRoleWithSAML")), title="SAML for anybody"),
    *(
        violating(
            TOKEN,
            role(
                trusting(
                    OIDC, WEB, **when(StringEquals={k: v for k, v in EXACT.items() if k != key})
                )
            ),
            title=f"no {key}",
        )
        for key in EXACT
    ),
    violating(
        TOKEN,
        role(trusting(OIDC, WEB, **when(StringLike=EXACT))),
        title="as a pattern, though it holds no wildcard yet",
    ),
    violating(
        TOKEN,
        role(
            trusting(OIDC, WEB, **when(StringEquals={**EXACT, f"{ISSUER}:sub": "repo:example/*"}))
        ),
        title="a wildcard that would be taken as text",
    ),
    violating(
        TOKEN,
        role(trusting(OIDC, WEB, **when(StringEquals={**EXACT, f"{ISSUER}:sub": []}))),
        title="no subject at all",
    ),
    *(
        violating(
            TOKEN,
            role(trusting(OIDC, WEB, **when(StringEquals={**EXACT, f"{ISSUER}:sub": subject}))),
            title=subject,
        )
        for subject in (
            "repo:somebody/else:environment:preprod",
            "repo:example/development-stages:pull_request",
        )
    ),
    violating(
        TOKEN,
        role(trusting(OIDC, WEB, **when(StringEqualsIfExists=EXACT))),
        title="if the token says so",
    ),
)
