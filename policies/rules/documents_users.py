"""Whom identity policies sign in as, and what is granted beside them."""

from __future__ import annotations

from collections.abc import Iterator

from policies.document_places import Kind, types_with
from policies.placed_documents import documents_of
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource, known

CONNECT = "rds-db:connect"
GRANT = "aws:kms/grant:Grant"


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
