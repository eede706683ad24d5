"""Roles on a PostgreSQL server: who makes them, and what each may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from policies.facts.belonging import hosted, worded
from policies.facts.database_names import (
    GRANT_ROLE,
    ROLE,
    acts_as,
    is_hosted_role,
    listed,
    said,
    stage_of,
    states,
)
from policies.facts.values import may_be_true, number, shown
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.stage_map import Stages
from policies.subjects import Resource, Stack
from stages.names import Names
from stages.server_settings import TenantLimits

IAM_ROLE = "rds_iam"
POWERS = ("superuser", "createRole", "replication", "bypassRowLevelSecurity")
PASSWORDS = ("password", "passwordWo", "passwordWoVersion")
FOREVER = frozenset(("", "infinity"))
TIMEOUTS = ("statementTimeout", "idleInTransactionSessionTimeout")


def allowed_memberships(role: str, stages: Stages) -> set[str]:
    """What a role may be a member of: everybody of rds_iam, an admin of its stage's roles."""
    names = stages.current.names.of(stage_of(role))
    return {IAM_ROLE, names.app, names.readonly} if role == names.admin else {IAM_ROLE}


@for_resource(
    ROLE,
    GRANT_ROLE,
    id="database-role-by-host",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Roles, and memberships in them, are made by the host, for the stages that it hosts.",
    why="A tenant that makes roles lifts its own limits, and a role whose name says no stage is "
    "everybody's.",
    remedy="Add it to components/tenant_roles.py as <stage>_<purpose>, with the host's provider.",
)
def role_by_host(role: Resource, context: Context) -> Iterator[Finding]:
    """The host's own admins are the bootstrap's; a stack that hosts nobody makes no role."""
    stages = context.stages
    names = stages.current.names
    name = said(role.props, "name" if role.type == ROLE else "role")
    makers = (names.host_admin, names.host_roles)
    if acts_as(role) not in makers:
        yield Finding(
            found=f"{worded(acts_as(role), 'nobody in particular')} makes it, in the stack of "
            f"{stages.current.name}",
            allowed=f"{names.of(stages.current.host).host_admin} or its maker of roles, in the "
            f"stack of {stages.current.host}",
        )
    if not is_hosted_role(name, stages):
        yield Finding(
            found=f"the role is {worded(name, 'without a name')}",
            allowed=worded(", ".join(f"{stage}_<purpose>" for stage in hosted(stages)), "none"),
        )


@for_resource(
    ROLE,
    id="database-role-no-power",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="No role is superuser, makes roles, replicates, passes row-level security or turns into "
    "another; only a stage's admin makes databases.",
    why="Each of these reaches every stage on the server.",
    remedy="Remove the argument.",
)
def role_no_power(role: Resource, context: Context) -> Iterator[Finding]:
    """A flag that is not known yet counts as set."""
    props = role.props
    name = said(props, "name")
    admin = context.stages.current.names.of(stage_of(name)).admin
    for key in POWERS:
        if may_be_true(props, key):
            yield Finding(found=f"{name}: {shown(props, key)}", allowed="absent or false")
    if may_be_true(props, "createDatabase") and name != admin:
        yield Finding(found=f"{name}: {shown(props, 'createDatabase')}", allowed="false")
    if states(props, "assumeRole"):
        yield Finding(found=f"{name}: {shown(props, 'assumeRole')}", allowed="absent")


@for_resource(
    ROLE,
    id="database-role-memberships",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="A role is a member of rds_iam, an admin also of its own stage's roles, and of no other.",
    why="A member has all that the other role has: rds_superuser the server, another stage's role "
    "that stage's data.",
    remedy="Remove the membership.",
)
def role_memberships(role: Resource, context: Context) -> Iterator[Finding]:
    """Names are compared exactly: PostgreSQL folds no quoted name."""
    name = said(role.props, "name")
    allowed = allowed_memberships(name, context.stages)
    surplus = sorted(set(listed(role.props, "roles")) - allowed)
    if surplus:
        yield Finding(
            found=f"{name} is a member of {', '.join(surplus)}", allowed=", ".join(sorted(allowed))
        )


@for_resource(
    GRANT_ROLE,
    id="database-role-granted",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="A membership that is granted apart is one that the role itself could list, without the "
    "right to hand it on.",
    why="A member has all that the other role has, and one with the admin option gives it to "
    "others.",
    remedy="Remove it; list memberships in the role.",
)
def role_granted(grant: Resource, context: Context) -> Iterator[Finding]:
    """The same list as for roles."""
    member, role = said(grant.props, "role"), said(grant.props, "grantRole")
    allowed = allowed_memberships(member, context.stages)
    if role not in allowed:
        yield Finding(
            found=f"{member} becomes a member of {role}", allowed=", ".join(sorted(allowed))
        )
    if may_be_true(grant.props, "withAdminOption"):
        yield Finding(found=shown(grant.props, "withAdminOption"), allowed="absent or false")


@for_resource(
    ROLE,
    id="database-role-by-token",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Who signs in to the database does so by IAM token: every login role is in rds_iam and "
    "none has a password.",
    why="A password is known to whoever reads the checkpoint, and nobody sees in IAM who may sign "
    "in.",
    remedy="Remove the password and put rds_iam among the roles.",
)
def role_by_token(role: Resource, context: Context) -> Iterator[Finding]:
    """RDS turns password sign-in off for members of rds_iam."""
    del context
    props = role.props
    name = said(props, "name")
    for key in PASSWORDS:
        if states(props, key):
            yield Finding(found=f"{name}: {key} is set", allowed="absent")
    if may_be_true(props, "login") and IAM_ROLE not in listed(props, "roles"):
        yield Finding(found=f"{name} signs in and is not in {IAM_ROLE}", allowed=IAM_ROLE)


@for_resource(
    ROLE,
    id="database-role-limits",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="Every login role has a connection limit, a statement timeout and a timeout for idle "
    "transactions, does not expire, and goes when it is removed.",
    why="One role without limits takes the whole server from all the stages on it.",
    remedy="Take them from the host's settings, as components/tenant_roles.py does.",
)
def role_limits(role: Resource, context: Context) -> Iterator[Finding]:
    """Absent means unlimited, and so do -1 and 0."""
    del context
    props = role.props
    name = said(props, "name")
    if may_be_true(props, "login"):
        for key in ("connectionLimit", *TIMEOUTS):
            value = number(props, key)
            if value is None or value <= 0:
                yield Finding(found=f"{name}: {shown(props, key)}", allowed="more than 0")
    if said(props, "validUntil") not in FOREVER:
        yield Finding(found=f"{name}: {shown(props, 'validUntil')}", allowed="infinity")
    if may_be_true(props, "skipDropRole"):
        yield Finding(found=f"{name}: {shown(props, 'skipDropRole')}", allowed="absent or false")


@for_resource(
    ROLE,
    id="database-role-disposable-is-small",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="Roles of a stage that may break freely get less of the server than the host's own.",
    why="Whatever happens in such a stage, the host's own one keeps most of the server.",
    remedy="Lower the stage's limits in host.tenants of the host's stack file.",
)
def role_disposable_is_small(role: Resource, context: Context) -> Iterator[Finding]:
    """Admins count alike: their limit comes from how the provider connects."""
    stages = context.stages
    host = stages.current.settings.host
    name = said(role.props, "name")
    stage = stages.all.get(stage_of(name))
    if host is None or stage is None or stage.is_lasting:
        return
    own = host.tenants[stages.current.name]
    connections = _connections(name, stage.names, own)
    limits = {
        "connectionLimit": connections,
        "statementTimeout": own.statement_timeout_seconds * 1000 - 1,
        "idleInTransactionSessionTimeout": own.idle_in_transaction_timeout_seconds * 1000 - 1,
    }
    for key, most in limits.items():
        value = number(role.props, key)
        if value is not None and value > most:
            yield Finding(found=f"{name}: {shown(role.props, key)}", allowed=f"{most} at most")


def _connections(name: str, names: Names, own: TenantLimits) -> int:
    most = {names.admin: own.admin_connections, names.readonly: own.readonly_connections - 1}
    return most.get(name, own.app_connections - 1)


@for_stack(
    id="database-roles-leave-room",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="The connection limits of all roles together leave the server's own admins room, and "
    "those of a stage that may break freely are less than the host's own.",
    why="Once every connection is taken, nobody can sign in to end one.",
    remedy="Lower limits in host.tenants, or raise host.server.max_connections.",
)
def roles_leave_room(stack: Stack, context: Context) -> Iterator[Finding]:
    """Roles that are made beside the settings count as well; what the settings reserve may not."""
    host = context.stages.current.settings.host
    if host is None:
        return
    stages = context.stages
    asked = Counter[str]()
    for role in stack.of_type(ROLE):
        limit = number(role.props, "connectionLimit")
        asked[stage_of(said(role.props, "name"))] += 0 if limit is None else int(limit)
    most = host.server.max_connections - context.parameters["minimum_free_connections"]
    if asked.total() > most:
        yield Finding(found=f"{asked.total()} connections together", allowed=f"{most} at most")
    for stage in stages.others:
        most = asked[stages.current.name]
        if asked[stage.name] >= most > 0 and not stage.is_lasting:
            yield Finding(
                found=f"{asked[stage.name]} connections for {stage.name}",
                allowed=f"fewer than the {most} of {stages.current.name}",
            )
