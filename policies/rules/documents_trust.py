"""Who may take on a role."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.iam.bounds import SOURCE_KEYS, bound_by
from policies.iam.document_places import Kind, types_with
from policies.iam.documents import Principal, Statement
from policies.iam.patterns import has_wildcard
from policies.iam.placed_documents import documents_of
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource

TRUST_TYPES = types_with(Kind.TRUST)

WITHOUT_SOURCE = frozenset({"ec2", "edgelambda", "lambda"})
"""Services that take on a role without saying on whose behalf, so that no condition can ask.

An instance or a function gets its role by iam:PassRole, which names both.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
"""

GITHUB_SUBJECT = "token.actions.githubusercontent.com:sub"
_EXACT_OPERATORS = frozenset({"stringequals"})


@for_resource(
    *TRUST_TYPES,
    id="document-trust-named",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="A role is taken on by named principals of the stages' own accounts.",
    why="Who is trusted by a wildcard, an account or a stranger's id has the role's rights.",
    remedy="Name roles or services; an account only with ArnEquals aws:PrincipalArn "
    "(stages.door_documents.door_trust).",
    frameworks=("CKV_AWS_60", "CKV_AWS_61"),
)
def trust_named(role: Resource, context: Context) -> Iterator[Finding]:
    """Every trusted AWS principal is a role or user by its ARN, or bound to such by condition."""
    accounts = {stage.account_id for stage in context.stages.all.values()}
    for placed, statement in documents_of(role, Kind.TRUST):
        named = bound_by(statement, ("aws:principalarn",), accounts)
        for principal in statement.principals:
            problem = _problem(principal, accounts, named=named)
            if problem:
                yield Finding(
                    found=f"{placed.place}: trusts {principal.value}, {problem}",
                    allowed="roles and users by ARN, services by name",
                )


def _problem(principal: Principal, accounts: set[str], *, named: bool) -> str:
    """What is wrong with a trusted principal, or ""."""
    if principal.is_wide:
        return "which is a wildcard"
    if principal.kind == "AWS" and principal.account_id not in accounts:
        return "which is of no account of the stages"
    if principal.is_account and not named:
        return "which is a whole account"
    return ""


@for_resource(
    *TRUST_TYPES,
    id="document-trust-service-bound",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A service takes on a role on behalf of this account alone.",
    why="Otherwise another customer of the service can have it act with the role "
    "(confused deputy).",
    remedy="Add aws:SourceAccount and aws:SourceArn (stages.documents.service_trust).",
)
def service_bound(role: Resource, context: Context) -> Iterator[Finding]:
    """Services that never say on whose behalf they act are excepted, by name."""
    account = context.stages.current.account_id
    for placed, statement in documents_of(role, Kind.TRUST):
        services = [
            principal.value
            for principal in statement.principals
            if principal.kind == "Service" and principal.value.split(".")[0] not in WITHOUT_SOURCE
        ]
        if services and not bound_by(statement, SOURCE_KEYS, [account]):
            yield Finding(
                found=f"{placed.place}: trusts {', '.join(services)} without a source",
                allowed=f"StringEquals aws:SourceAccount {account}, or an ARN of it",
            )


@for_resource(
    *TRUST_TYPES,
    id="document-trust-token-exact",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="A role for tokens from elsewhere demands one audience and one subject.",
    why="A pattern of subjects lets in any branch, fork or repository that fits it.",
    remedy="StringEquals on <issuer>:aud and <issuer>:sub, the subject in full, such as "
    "repo:<owner>/<name>:environment:<stage>.",
    frameworks=("CKV_AWS_393",),
)
def token_exact(role: Resource, context: Context) -> Iterator[Finding]:
    """For SAML the audience alone: the subject is a person's."""
    for placed, statement in documents_of(role, Kind.TRUST):
        federated = [found for found in statement.principals if found.kind == "Federated"]
        for principal in federated:
            repository = _repository(context)
            missing = [
                key for key in _demanded(principal) if not _is_exact(statement, key, repository)
            ]
            if missing:
                yield Finding(
                    found=f"{placed.place}: {principal.value} without exact {', '.join(missing)}",
                    allowed="StringEquals, values without wildcards, subjects that begin with "
                    f"{_repository(context)}",
                )


def _demanded(principal: Principal) -> tuple[str, ...]:
    if ":saml-provider/" in principal.value:
        return ("saml:aud",)
    issuer = re.sub(r"^arn:[^/]*oidc-provider/", "", principal.value).lower()
    return (f"{issuer}:aud", f"{issuer}:sub")


def _repository(context: Context) -> str:
    """How the subjects of this project's own workflows begin."""
    repository = context.stages.current.settings.stage.repository
    return f"repo:{repository.removeprefix('github.com/')}:"


def _is_exact(statement: Statement, key: str, repository: str) -> bool:
    return any(
        condition.operator in _EXACT_OPERATORS
        and condition.demands
        and condition.key == key
        and bool(condition.values)
        and all(_is_ours(key, value, repository) for value in condition.values)
        for condition in statement.conditions
    )


def _is_ours(key: str, value: str, repository: str) -> bool:
    """Whether a value is one, and of our own repository where GitHub says whose it is.

    What runs for a pull request is anybody's.
    """
    if has_wildcard(value):
        return False
    subject = value.removeprefix(repository)
    return key != GITHUB_SUBJECT or (subject != value and subject != "pull_request")
