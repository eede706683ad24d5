"""Whom identity policies sign in as, where they end, and what is granted beside them."""

from __future__ import annotations

from collections.abc import Iterator

from policies.iam.bounds import CALLER_KEYS
from policies.iam.document_places import Kind, types_with
from policies.iam.patterns import has_wildcard, overlap, widened
from policies.iam.placed_documents import documents_of
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource, is_unknown, known

CONNECT = "rds-db:connect"
GRANT = "aws:kms/grant:Grant"
_ARN_PARTS = 6

SHARING = {
    "aws:cloudwatch/eventPermission:EventPermission": "",
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission": "",
    "aws:ec2/networkInterfacePermission:NetworkInterfacePermission": "",
    "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission": "",
    "aws:ram/principalAssociation:PrincipalAssociation": "",
    "aws:ram/resourceAssociation:ResourceAssociation": "",
    "aws:ram/resourceShare:ResourceShare": "",
    "aws:rds/clusterSnapshot:ClusterSnapshot": "sharedAccounts",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": "sharedAccounts",
    "aws:rds/snapshot:Snapshot": "sharedAccounts",
    "aws:rds/snapshotCopy:SnapshotCopy": "sharedAccounts",
    "aws:redshift/dataShareAuthorization:DataShareAuthorization": "",
    "aws:redshift/endpointAuthorization:EndpointAuthorization": "",
    "aws:s3control/accessGrant:AccessGrant": "",
    "aws:ssm/document:Document": "permissions",
}
"""Types that share something, by the property that does, or whatever they say.

Permissions on event buses are for others: the account itself needs none.
"""

QUEUES_OF_AIRFLOW = ("arn:aws:sqs:", ":*:airflow-celery-*")
"""Start and end: MWAA's queues lie in an account of AWS's that has no name beforehand.

https://docs.aws.amazon.com/mwaa/latest/userguide/mwaa-create-role.html
"""

WRITING_OBJECTS = ("s3:deleteobject", "s3:putobject", "s3:replicateobject", "s3:restoreobject")


@for_resource(
    *types_with(Kind.IDENTITY),
    id="document-connects-as-own-user",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="rds-db:connect names one database user of the stage: its tasks' or its readers'.",
    why="A pattern of users, or an admin, signs in to the server that stages share.",
    remedy="stages.documents.connect_as(names, names.app), or names.readonly where the stack file "
    "names readers.",
)
def connects_as_own_user(resource: Resource, context: Context) -> Iterator[Finding]:
    """A stage without readers has no user for them."""
    stage = context.stages.current
    users = [stage.names.app]
    if stage.settings.tenant.reader_arns:
        users.append(stage.names.readonly)
    allowed = {stage.names.database_user_arn(user) for user in users}
    for placed, statement in documents_of(resource, Kind.IDENTITY):
        if statement.grants(CONNECT) and (
            not statement.resources or not set(statement.resources) <= allowed
        ):
            yield Finding(
                found=f"{placed.place}: {statement} as {', '.join(statement.resources)}",
                allowed=", ".join(sorted(allowed)),
            )


@for_resource(
    GRANT,
    id="key-not-granted-aside",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="Who may use a key stands in its policy and in roles' policies alone.",
    why="A grant opens a key to a principal that no policy document names.",
    remedy="Say it in the role's policy (stages.documents.key_through_services).",
)
def not_granted_aside(grant: Resource, context: Context) -> Iterator[Finding]:
    """Services make their grants by themselves."""
    if grant.type == GRANT:
        found = known(grant.props, "granteePrincipal", "a principal not known yet")
        yield Finding(found=f"a grant for {found}", allowed="no grants")


@for_resource(
    *SHARING,
    id="resource-not-shared",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="Nothing is shared with other accounts beside the policies of resources.",
    why="A share opens a resource to accounts, or to all of AWS, that no policy document names.",
    remedy="Leave it out; who needs the data takes on a role of the stage.",
)
def not_shared(resource: Resource, context: Context) -> Iterator[Finding]:
    """A snapshot that is shared with `all` is public."""
    key = SHARING.get(resource.type, "")
    if resource.type in SHARING and (not key or _is_filled(resource, key)):
        yield Finding(found=f"{resource.name} is a {resource.type} {key}", allowed="no shares")


def _is_filled(resource: Resource, key: str) -> bool:
    return is_unknown(resource.props, key) or bool(resource.props.get(key))


@for_resource(
    *types_with(Kind.IDENTITY),
    id="document-account-named",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="An identity policy ends at the account: no resource in any account, and nothing written "
    "into a bucket of elsewhere.",
    why="Data leaves by a bucket, topic or queue of a stranger as easily as by a public one.",
    remedy="Put the account into the ARN (Names.arn); write into the stage's own bucket. Only "
    "MWAA's queue airflow-celery-* is in an account that nobody knows.",
    frameworks=("CKV_AWS_288",),
)
def account_named(resource: Resource, context: Context) -> Iterator[Finding]:
    """The account of a bucket is in its name, as Names.bucket makes it."""
    account = context.stages.current.account_id
    for placed, statement in documents_of(resource, Kind.IDENTITY):
        anywhere = [found for found in statement.resources if _is_anywhere(found)]
        foreign = [
            found
            for found in statement.resources
            if statement.granted(WRITING_OBJECTS) and _is_bucket_without(account, found)
        ]
        if anywhere or foreign:
            yield Finding(
                found=f"{placed.place}: {statement} on {', '.join([*anywhere, *foreign])}",
                allowed=f"resources of account {account}",
            )


def _is_anywhere(resource: str) -> bool:
    start, end = QUEUES_OF_AIRFLOW
    parts = widened(resource).split(":", _ARN_PARTS - 1)
    of_airflow = resource.startswith(start) and resource.endswith(end)
    return len(parts) == _ARN_PARTS and has_wildcard(parts[4]) and not of_airflow


def _is_bucket_without(account: str, resource: str) -> bool:
    parts = widened(resource).split(":", _ARN_PARTS - 1)
    return parts[2:3] == ["s3"] and account not in parts[-1].split("/")[0]


@for_resource(
    *types_with(Kind.RESOURCE, Kind.KEY),
    id="document-door-not-widened",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="No resource opens itself to Airflow's execution role or to the readers' role.",
    why="What a resource's own policy grants is not in the role's policies: the role without data "
    "gets data, and the door for reading the database opens more.",
    remedy="Grant it to the stage's task role.",
)
def door_not_widened(resource: Resource, context: Context) -> Iterator[Finding]:
    """Of whatever stage, by name or by a pattern that fits."""
    doors = {
        stage.names.role_arn(role)
        for stage in context.stages.all.values()
        for role in ("airflow-execution", "readonly")
    }
    for placed, statement in documents_of(resource, Kind.RESOURCE, Kind.KEY):
        callers = {found.value for found in statement.principals if found.value != "*"} | {
            value
            for condition in statement.conditions
            if condition.key in CALLER_KEYS
            for value in condition.values
        }
        opened = sorted(value for value in callers for door in doors if overlap(value, door))
        if opened:
            yield Finding(
                found=f"{placed.place}: {statement} for {', '.join(opened)}",
                allowed="other roles of the stage",
            )
