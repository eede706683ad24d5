"""Privileges in databases: from a stage to its own roles alone, and never to everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policies.facts.belonging import worded
from policies.facts.database_names import (
    DEFAULTS,
    GRANT,
    PUBLIC,
    is_connect_grant,
    is_own_role,
    listed,
    said,
)
from policies.facts.values import may_be_true, shown
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource

READER_MAY: Mapping[str, frozenset[str]] = {
    "column": frozenset({"SELECT"}),
    "database": frozenset({"CONNECT"}),
    "schema": frozenset({"USAGE"}),
    "sequence": frozenset({"SELECT"}),
    "table": frozenset({"SELECT"}),
}
"""By object type; nothing on others."""


@for_resource(
    GRANT,
    *DEFAULTS,
    id="database-grant-own-roles",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="A stage grants privileges to its own roles; a host besides CONNECT on postgres to its "
    "tenants' admins.",
    why="A grant to another stage's role is a way into this stage's data that its stack file does "
    "not show.",
    remedy="Grant it to names.app or names.readonly; other stages read through the read-only door.",
)
def grant_own_roles(grant: Resource, context: Context) -> Iterator[Finding]:
    """Default privileges also name the role whose objects they are about."""
    stages = context.stages
    if grant.type == GRANT and is_connect_grant(grant, stages):
        return
    own = stages.current.name
    role = said(grant.props, "role")
    if role.lower() != PUBLIC and not is_own_role(role, stages):
        yield Finding(found=f"role is {worded(role)}", allowed=f"{own}_<purpose>")
    owner = said(grant.props, "owner")
    if grant.type in DEFAULTS and not is_own_role(owner, stages):
        yield Finding(found=f"owner is {worded(owner)}", allowed=f"{own}_<purpose>")


@for_resource(
    GRANT,
    *DEFAULTS,
    id="database-grant-nothing-to-public",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="PUBLIC is granted nothing.",
    why="PUBLIC is every role on the server, those of the other stages too.",
    remedy="Grant it to the roles that need it; privileges=[] takes away what PostgreSQL gives.",
)
def grant_nothing_to_public(grant: Resource, context: Context) -> Iterator[Finding]:
    """A list that is not known yet may hold anything."""
    del context
    privileges = listed(grant.props, "privileges")
    if said(grant.props, "role").lower() == PUBLIC and privileges:
        yield Finding(found=f"PUBLIC gets {', '.join(privileges)}", allowed="privileges=[]")


@for_resource(
    GRANT,
    *DEFAULTS,
    id="database-grant-not-handed-on",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="Nobody may hand on what is granted to them.",
    why="What a role hands on itself stands in no program and no review.",
    remedy="Remove with_grant_option.",
)
def grant_not_handed_on(grant: Resource, context: Context) -> Iterator[Finding]:
    """The one that the design needs is the bootstrap's, outside of Pulumi."""
    del context
    if may_be_true(grant.props, "withGrantOption"):
        yield Finding(found=shown(grant.props, "withGrantOption"), allowed="absent or false")


@for_resource(
    GRANT,
    *DEFAULTS,
    id="readonly-privileges",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Readers get SELECT on tables and sequences, USAGE on schemas and CONNECT, nothing else.",
    why="What stops a reader is the lack of privileges: a read-only session is one SET away from "
    "writing.",
    remedy="Remove the other privileges.",
)
def readonly_privileges(grant: Resource, context: Context) -> Iterator[Finding]:
    """Whatever role the readers of a stage use: its name holds `read`."""
    del context
    role, kind = said(grant.props, "role"), said(grant.props, "objectType")
    allowed = READER_MAY.get(kind, frozenset())
    surplus = [p for p in listed(grant.props, "privileges") if p.upper() not in allowed]
    if "read" in role.lower() and surplus:
        yield Finding(
            found=f"{role} gets {', '.join(surplus)} on {kind}",
            allowed=worded(", ".join(sorted(allowed)), "nothing"),
        )


@for_resource(
    *DEFAULTS,
    id="readonly-makes-nothing",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="No default privileges are about what readers make.",
    why="Readers make nothing, and whoever plans for it is about to let them.",
    remedy="Name names.admin or names.app as the owner.",
)
def readonly_makes_nothing(grant: Resource, context: Context) -> Iterator[Finding]:
    """As above, by the role's name."""
    del context
    if "read" in said(grant.props, "owner").lower():
        yield Finding(found=shown(grant.props, "owner"), allowed="the admin or the app's role")
