"""What identity policies let their holders do."""

from __future__ import annotations

from collections.abc import Iterator

from policies.iam.aws_actions import (
    CREDENTIALS,
    ESCALATING,
    GOVERNING,
    OF_ITSELF,
    UNSCOPABLE,
    VPC_INTERFACES,
)
from policies.iam.document_places import Kind, types_with
from policies.iam.documents import Statement
from policies.iam.narrowing import is_wide, narrowed_by_condition
from policies.iam.patterns import has_wildcard, is_any
from policies.iam.placed_documents import documents_of
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource

IDENTITY_TYPES = types_with(Kind.IDENTITY)
CONTROL_KINDS = (Kind.IDENTITY, Kind.TRUST, Kind.RESOURCE)
ASSUMING = ("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity")
SHOWN = 4


def _listed(actions: list[str]) -> str:
    return f"{', '.join(sorted(actions)[:SHOWN])} ({len(actions)} in all)"


def _on(statement: Statement) -> str:
    inverted = [f"all but {found}" for found in statement.not_resources]
    return f"{statement} on {', '.join([*statement.resources, *inverted])}"


_FREE = UNSCOPABLE | VPC_INTERFACES | OF_ITSELF
"""Actions that may name every resource, each for its reason."""


@for_resource(
    *types_with(*CONTROL_KINDS),
    id="document-actions-named",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="A statement that allows names its actions.",
    why="All actions of a service include those that delete, publish and grant.",
    remedy="List the actions that the work needs; a wildcard may end a verb, such as s3:Get*.",
    frameworks=(
        "CKV_AWS_62",
        "CKV_AWS_63",
        "CKV_AWS_72",
        "CKV2_AWS_40",
        "FSBP IAM.1",
        "FSBP IAM.21",
        "cdk-nag IAM5",
    ),
)
def actions_named(resource: Resource, context: Context) -> Iterator[Finding]:
    """`*`, `s3:*` and their other spellings: `*:*`, `s?:*`, `s3:**`."""
    for placed, statement in documents_of(resource, *CONTROL_KINDS):
        for action in statement.actions:
            service, _, name = action.partition(":")
            if has_wildcard(service) or is_any(name):
                yield Finding(
                    found=f"{placed.place}: {statement} allows {action}",
                    allowed="named actions, or a named verb with a wildcard at its end",
                )


@for_resource(
    *IDENTITY_TYPES,
    id="document-resources-narrowed",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="Actions that AWS can limit to a resource are limited to one.",
    why="On every resource of an account they read, write and delete what belongs to others.",
    remedy="Name the resource, or what its name starts with; keys by kms:ResourceAliases, "
    "instances by a tag.",
    frameworks=(
        "CKV_AWS_288",
        "CKV_AWS_290",
        "CKV_AWS_355",
        "FSBP KMS.1",
        "FSBP KMS.2",
        "cdk-nag IAM5",
    ),
)
def resources_narrowed(resource: Resource, context: Context) -> Iterator[Finding]:
    """Actions that AWS cannot limit are listed in policies/iam/aws_actions.py."""
    for placed, statement in documents_of(resource, Kind.IDENTITY):
        wide = [found for found in statement.resources if is_wide(found)]
        limitable = [action for action in statement.actions if action not in _FREE]
        if wide and limitable and not narrowed_by_condition(statement):
            yield Finding(
                found=f"{placed.place}: {_listed(limitable)} on {', '.join(wide)}",
                allowed="resources by name, or by a condition on alias or tag",
            )


@for_resource(
    *IDENTITY_TYPES,
    id="document-passes-named-roles",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="iam:PassRole names the roles and the service that gets them.",
    why="Who may hand any role to a service of his own acts with that role.",
    remedy="Name the roles in full and set the condition StringEquals iam:PassedToService.",
    frameworks=("CKV_AWS_286", "CKV_AWS_289"),
)
def passes_named_roles(resource: Resource, context: Context) -> Iterator[Finding]:
    """Passing alone is judged: with what else it would escalate is a question of other grants."""
    for placed, statement in documents_of(resource, Kind.IDENTITY):
        if not statement.grants("iam:passrole"):
            continue
        wide = [found for found in statement.resources if has_wildcard(found)]
        to_service = statement.demands("iam:passedtoservice", lambda value: not has_wildcard(value))
        if wide or not statement.resources or not to_service:
            yield Finding(
                found=f"{placed.place}: {_on(statement)}",
                allowed="roles in full, with StringEquals iam:PassedToService",
            )


@for_resource(
    *IDENTITY_TYPES,
    id="document-assumes-named-roles",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="sts:AssumeRole names roles of the stages in full.",
    why="A pattern also fits the role that somebody makes tomorrow, and what a role of elsewhere "
    "may do is not seen here.",
    remedy="List the ARNs of the roles (Names.role_arn).",
    frameworks=("CKV_AWS_287",),
)
def assumes_named_roles(resource: Resource, context: Context) -> Iterator[Finding]:
    """With a token from elsewhere, too. Whose role it is, isolation asks."""
    own = tuple(f"{stage.names.role_arn('')}-" for stage in context.stages.all.values())
    for placed, statement in documents_of(resource, Kind.IDENTITY):
        named = [
            found
            for found in statement.resources
            if found.startswith(own) and not has_wildcard(found)
        ]
        if statement.granted(ASSUMING) and (named != list(statement.resources) or not named):
            yield Finding(
                found=f"{placed.place}: {_on(statement)}",
                allowed="ARNs of the stages' roles, without wildcards",
            )


@for_resource(
    *IDENTITY_TYPES,
    id="document-no-escalation",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="No role of a stage gives itself or others more rights.",
    why="Each of these actions leads, alone or with others, to the rights of another role.",
    remedy="Leave it to the role that deploys; nothing that runs in a stage needs it.",
    frameworks=("CKV_AWS_286", "CKV2_AWS_40"),
)
def no_escalation(resource: Resource, context: Context) -> Iterator[Finding]:
    """Whatever the resource: the list is in policies/iam/aws_actions.py."""
    for placed, statement in documents_of(resource, Kind.IDENTITY):
        found = statement.granted(ESCALATING)
        if found:
            yield Finding(
                found=f"{placed.place}: {_listed(found)}", allowed="none of these actions"
            )


@for_resource(
    *IDENTITY_TYPES,
    id="document-governs-nothing",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="No role of a stage says who may use a resource, or undoes its protection.",
    why="Who may write a bucket's or key's policy may hand it to anybody.",
    remedy="State policies in this program; kms:CreateGrant may stand with "
    "Bool kms:GrantIsForAWSResource.",
    frameworks=("CKV_AWS_289",),
)
def governs_nothing(resource: Resource, context: Context) -> Iterator[Finding]:
    """A grant on AWS's own behalf is how services use a key."""
    for placed, statement in documents_of(resource, Kind.IDENTITY):
        found = statement.granted(GOVERNING)
        if found and not (found == ["kms:creategrant"] and _for_aws(statement)):
            yield Finding(
                found=f"{placed.place}: {_listed(found)}", allowed="none of these actions"
            )


def _for_aws(statement: Statement) -> bool:
    return any(
        (condition.operator, condition.key, condition.values)
        == ("bool", "kms:grantisforawsresource", ("true",))
        and not condition.if_exists
        for condition in statement.conditions
    )


@for_resource(
    *IDENTITY_TYPES,
    id="document-hands-out-no-credentials",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="No role of a stage gets credentials of its own making.",
    why="They outlive the task, and their use cannot be told from their owner's.",
    remedy="Assume a named role instead.",
    frameworks=("CKV_AWS_287",),
)
def hands_out_no_credentials(resource: Resource, context: Context) -> Iterator[Finding]:
    """Whatever the resource: the list is in policies/iam/aws_actions.py."""
    for placed, statement in documents_of(resource, Kind.IDENTITY):
        found = statement.granted(CREDENTIALS)
        if found:
            yield Finding(
                found=f"{placed.place}: {_listed(found)}", allowed="none of these actions"
            )
