"""PostgreSQL's own settings: the parameter group, and that servers use one."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.stateful import CLUSTER, INSTANCE
from policies.facts.values import NOT_KNOWN, items, listed, shown, text
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.rules.rds_encryption import is_local_replica
from policies.subjects import Resource, Stack, has, is_unknown, known

PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup"
CLUSTER_PARAMETER_GROUP = "aws:rds/clusterParameterGroup:ClusterParameterGroup"

GROUPS = {
    INSTANCE: ("parameterGroupName", PARAMETER_GROUP),
    CLUSTER: ("dbClusterParameterGroupName", CLUSTER_PARAMETER_GROUP),
}
"""Which property of a server names a group, and of which type the group is."""

OFF = {"", "0", "false", "no", "none", "off"}
OLD_TLS = {"tlsv1", "tlsv1.1"}
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
SLOWEST_MILLISECONDS = 60_000


def _settings(group: Resource, name: str) -> list[str]:
    """What a group sets a parameter to; more than once where it is listed more than once."""
    if is_unknown(group.props, "parameters"):
        return [NOT_KNOWN]
    return [
        NOT_KNOWN if is_unknown(parameter, "value") else text(parameter, "value").lower()
        for parameter in items(group.props, "parameters")
        if text(parameter, "name").lower() == name
    ]


def _refuses_plaintext(group: Resource) -> bool:
    return set(_settings(group, "rds.force_ssl")) == {"1"}


@for_resource(
    PARAMETER_GROUP,
    id="parameter-group-tls",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="A parameter group has its servers refuse plaintext and old TLS.",
    why="Tokens and data would cross the network readable wherever a client forgets sslmode.",
    remedy='Set rds.force_ssl to "1", and ssl_min_protocol_version not below TLSv1.2.',
    frameworks=("CKV2_AWS_69", "Config rds-postgres-instance-encrypted-in-transit"),
)
def tls(group: Resource, context: Context) -> Iterator[Finding]:
    """Written down, as the default depends on the major version."""
    if not _refuses_plaintext(group):
        found = listed("rds.force_ssl", _settings(group, "rds.force_ssl"))
        yield Finding(found=found, allowed="1")
    oldest = _settings(group, "ssl_min_protocol_version")
    if OLD_TLS.intersection(oldest):
        yield Finding(found=listed("ssl_min_protocol_version", oldest), allowed="TLSv1.2, TLSv1.3")


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-names-parameter-group",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A server uses a parameter group of its own.",
    why="The default group sets neither logging nor TLS, and cannot be changed.",
    remedy="Set parameter_group_name to the server's own group; a replica takes its source's.",
)
def names_parameter_group(server: Resource, context: Context) -> Iterator[Finding]:
    """A replica in the same region starts with its source's group."""
    key, _ = GROUPS[server.type]
    absent = not has(server.props, key) and not is_local_replica(server.props)
    if absent or text(server.props, key).startswith("default"):
        yield Finding(found=shown(server.props, key), allowed="a group of this program")


@for_stack(
    id="server-refuses-plaintext",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="Every server uses a parameter group of this program that refuses plaintext.",
    why="A group without rds.force_ssl, or one that nobody here sees, lets tokens pass readable.",
    remedy='Name the group by its output, and set rds.force_ssl to "1" in it.',
    frameworks=("CKV2_AWS_69", "Config rds-postgres-instance-encrypted-in-transit"),
)
def refuses_plaintext(stack: Stack, context: Context) -> Iterator[Finding]:
    """Joined by the output or by the name."""
    for kind, (key, group_type) in GROUPS.items():
        for server in stack.of_type(kind):
            if is_local_replica(server.props) and not has(server.props, key):
                continue
            groups = list(_groups_of(stack, server, key, group_type))
            if not groups:
                found = f"{shown(server.props, key)}, which no group of this stack is called"
                yield Finding(found=found, allowed="a group of this stack", urn=server.urn)
            for group in groups:
                if not _refuses_plaintext(group):
                    found = listed("rds.force_ssl", _settings(group, "rds.force_ssl"))
                    yield Finding(found=f"{group.name}: {found}", allowed="1", urn=server.urn)


def _groups_of(stack: Stack, server: Resource, key: str, group_type: str) -> Iterator[Resource]:
    """By name where both names are known, by the output that the name is computed from else."""
    sources = server.property_dependencies.get(key, frozenset())
    for group in stack.of_type(group_type):
        names = known(server.props, key), known(group.props, "name")
        if names[0] == names[1] if all(names) else group.urn in sources:
            yield group


@for_resource(
    PARAMETER_GROUP,
    CLUSTER_PARAMETER_GROUP,
    id="parameter-group-logs",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="A parameter group has its servers log sessions, changes of schema and slow statements.",
    why="Without them nobody can tell afterwards who was there, what was changed and what hung.",
    remedy="Set log_connections, log_disconnections, log_statement, log_min_duration_statement.",
    frameworks=("CKV2_AWS_30",),
)
def logs(group: Resource, context: Context) -> Iterator[Finding]:
    """All four are off by default."""
    for name in ("log_connections", "log_disconnections", "log_statement"):
        values = _settings(group, name)
        if not values or OFF.intersection(values) or NOT_KNOWN in values:
            yield Finding(found=listed(name, values), allowed="on")
    slow = _settings(group, "log_min_duration_statement")
    if not slow or not all(_catches_slow(value) for value in slow):
        allowed = f"0 to {SLOWEST_MILLISECONDS} milliseconds"
        yield Finding(found=listed("log_min_duration_statement", slow), allowed=allowed)


def _catches_slow(value: str) -> bool:
    return value.isdecimal() and int(value) <= SLOWEST_MILLISECONDS


@for_resource(
    PARAMETER_GROUP,
    CLUSTER_PARAMETER_GROUP,
    id="parameter-group-durable",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A parameter group trades no committed data for speed.",
    why="With these off, what a client was told is stored can be gone or torn after a crash.",
    remedy="Remove fsync, full_page_writes and synchronous_commit from the group.",
)
def durable(group: Resource, context: Context) -> Iterator[Finding]:
    """All three are on by default."""
    for name in DURABLE:
        values = _settings(group, name)
        if OFF.intersection(values) or NOT_KNOWN in values:
            yield Finding(found=listed(name, values), allowed="on")
