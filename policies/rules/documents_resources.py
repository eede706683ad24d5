"""Who may use a resource, by the resource's own policy."""

from __future__ import annotations

from collections.abc import Iterator

from policies.iam.bounds import CALLER_KEYS, SOURCE_KEYS, bound_by
from policies.iam.document_places import Kind, types_with
from policies.iam.documents import Principal, Statement
from policies.iam.patterns import is_any
from policies.iam.placed_documents import documents_of
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource

GRANTING = (Kind.RESOURCE, Kind.KEY)
GRANTING_TYPES = types_with(*GRANTING)

KEY_USE = ("kms:decrypt", "kms:generatedatakey", "kms:generatedatakey*")
SILENT_SERVICES = frozenset({"cloudwatch.amazonaws.com", "events.amazonaws.com"})
"""Services that use a topic's or queue's key without saying on whose behalf."""

ENCRYPTION_CONTEXT = "kms:encryptioncontext:"
KEY_BOUNDS = ("kms:viaservice", "kms:calleraccount", *SOURCE_KEYS, *CALLER_KEYS)


@for_resource(
    *GRANTING_TYPES,
    id="document-not-public",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="A resource's policy speaks to everybody only to refuse, or to callers that it names.",
    why="Everybody means every customer of AWS, and for some services everybody at all.",
    remedy="Name the principal, or demand aws:PrincipalArn, aws:PrincipalOrgID, aws:SourceArn or "
    "the like, by StringEquals, ArnEquals or ArnLike.",
    frameworks=(
        "CKV_AWS_33",
        "CKV_AWS_70",
        "CKV_AWS_168",
        "CKV_AWS_169",
        "CKV_AWS_301",
        "CKV_AWS_387",
        "FSBP KMS.5",
        "FSBP Lambda.1",
        "FSBP S3.2",
        "FSBP S3.3",
        "FSBP SNS.4",
        "FSBP SQS.3",
    ),
)
def not_public(resource: Resource, context: Context) -> Iterator[Finding]:
    """Addresses (aws:SourceIp) bind nobody: they are no identity."""
    accounts = {stage.account_id for stage in context.stages.all.values()}
    for placed, statement in documents_of(resource, *GRANTING):
        wide = [found.value for found in statement.principals if found.is_wide]
        if wide and not bound_by(statement, (*CALLER_KEYS, *SOURCE_KEYS), accounts):
            yield Finding(
                found=f"{placed.place}: {statement} for {', '.join(wide)}",
                allowed="named principals, or a condition that names the callers",
            )


@for_resource(
    *GRANTING_TYPES,
    id="document-accounts-known",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="A resource's policy speaks to the stages' own accounts.",
    why="A stranger's account keeps its access until somebody notices.",
    remedy="Name a principal of the stage's own account.",
    frameworks=("CKV_AWS_385", "FSBP S3.6"),
)
def accounts_known(resource: Resource, context: Context) -> Iterator[Finding]:
    """An id that no longer exists (AROA...) or a canonical user is nobody's that we know."""
    accounts = {stage.account_id for stage in context.stages.all.values()}
    for placed, statement in documents_of(resource, *GRANTING):
        strangers = [found.value for found in statement.principals if _is_stranger(found, accounts)]
        if strangers:
            yield Finding(
                found=f"{placed.place}: {statement} for {', '.join(strangers)}",
                allowed=f"accounts {', '.join(sorted(accounts))}",
            )


def _is_stranger(principal: Principal, accounts: set[str]) -> bool:
    if principal.kind == "Service" or principal.is_wide:
        return False
    return principal.account_id not in accounts


@for_resource(
    *types_with(Kind.RESOURCE),
    id="document-service-bound",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A service uses a resource on behalf of this account alone.",
    why="Otherwise another customer of the service can have it use the resource (confused deputy).",
    remedy="Add aws:SourceArn or aws:SourceAccount; source_arn or source_account to a Lambda "
    "permission.",
    frameworks=("CKV_AWS_364", "pulumi aws-lambda-permission-configure-source-arn"),
)
def resource_service_bound(resource: Resource, context: Context) -> Iterator[Finding]:
    """Whatever the service: each of those that call resources says on whose behalf."""
    account = context.stages.current.account_id
    for placed, statement in documents_of(resource, Kind.RESOURCE):
        services = [found.value for found in statement.principals if found.kind == "Service"]
        if services and not bound_by(statement, SOURCE_KEYS, [account]):
            yield Finding(
                found=f"{placed.place}: {statement} for {', '.join(services)} without a source",
                allowed=f"aws:SourceAccount {account}, or aws:SourceArn with it",
            )


@for_resource(
    *types_with(Kind.KEY),
    id="document-key-narrowed",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A key's policy leaves everything to the account's IAM, and to others some uses under a "
    "condition.",
    why="Who may do all with a key may hand it on, or delete it with all that it encrypts.",
    remedy="Name the uses (kms:Decrypt, kms:GenerateDataKey*, ...) and a condition: "
    "kms:ViaService, kms:EncryptionContext:..., aws:SourceArn.",
)
def key_narrowed(key: Resource, context: Context) -> Iterator[Finding]:
    """EventBridge and CloudWatch alarms say no source: they may decrypt and make data keys."""
    own_root = context.stages.current.names.root_arn
    own = {own_root, context.stages.current.account_id}
    for placed, statement in documents_of(key, Kind.KEY):
        others = [found.value for found in statement.principals if found.value not in own]
        if others and (_is_administration(statement) or not _is_bound_use(statement)):
            yield Finding(
                found=f"{placed.place}: {statement} for {', '.join(others)}",
                allowed=f"kms:* for {own_root} alone; for others uses under a condition",
            )


def _is_administration(statement: Statement) -> bool:
    return bool(statement.not_actions) or statement.grants("kms:putkeypolicy")


def _is_bound_use(statement: Statement) -> bool:
    principals = {found.value for found in statement.principals}
    if principals <= SILENT_SERVICES and set(statement.actions) <= set(KEY_USE):
        return True
    return any(
        condition.demands
        and condition.key.startswith((*KEY_BOUNDS, ENCRYPTION_CONTEXT))
        and not any(is_any(value) for value in condition.values)
        for condition in statement.conditions
    )


@for_resource(
    *types_with(Kind.ENDPOINT),
    id="document-endpoint-narrowed",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="A policy that a VPC endpoint is given narrows what passes.",
    why="A policy that lets everything pass looks like a barrier, and is none.",
    remedy="Name the actions and resources that the stage needs, or demand "
    "aws:ResourceAccount or aws:PrincipalAccount.",
)
def endpoint_narrowed(endpoint: Resource, context: Context) -> Iterator[Finding]:
    """Without a policy of its own an endpoint lets pass what others allow: no false barrier."""
    for placed, statement in documents_of(endpoint, Kind.ENDPOINT):
        everything = (
            any(found.is_wide for found in statement.principals)
            and any(is_any(action.partition(":")[2]) for action in statement.actions)
            and any(is_any(found) for found in statement.resources)
        )
        if everything and not statement.conditions:
            yield Finding(
                found=f"{placed.place}: {statement} on every resource for everybody",
                allowed="named actions, resources or principals",
            )
