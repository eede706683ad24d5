"""Who reaches a PostgreSQL server, and as whom."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.stateful import CLUSTER, INSTANCE
from policies.facts.values import is_true, items, may_be_true, shown, text, texts
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.rules.rds_encryption import CLUSTER_INSTANCE, is_local_replica
from policies.subjects import Resource, has, is_unknown, known

PROXY = "aws:rds/proxy:Proxy"
DEFAULT_MASTERS = {"", "admin", "administrator", "awsuser", "master", "postgres", "root"}
AUTHORITIES = {"rds-ca-ecc384-g1", "rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1"}
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html"""

PASSWORD_LENGTH_MIN = 32
PASSWORD_CHARACTERS_MIN = 16
"""Different ones: what a person thinks up has fewer."""


@for_resource(
    INSTANCE,
    CLUSTER,
    CLUSTER_INSTANCE,
    "aws:dms/replicationInstance:ReplicationInstance",
    "aws:redshift/cluster:Cluster",
    id="server-not-public",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="A server has no public address.",
    why="A public address puts the database one security group rule away from the whole world.",
    remedy="Remove publicly_accessible; reach the server from inside its VPC.",
    frameworks=(
        "CKV_AWS_17",
        "FSBP RDS.2",
        "AWSGuard rds-instance-public-access",
        "pulumi aws-rds-instance-disallow-public-access",
    ),
)
def not_public(server: Resource, context: Context) -> Iterator[Finding]:
    """The provider's default is a private one."""
    if may_be_true(server.props, "publiclyAccessible"):
        yield Finding(found=shown(server.props, "publiclyAccessible"), allowed="false")


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-in-vpc",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A server lies in the host's own subnets, behind a security group of its own.",
    why="Without a subnet group RDS takes the account's default VPC, whose subnets are public.",
    remedy="Set db_subnet_group_name and vpc_security_group_ids; a replica takes its source's.",
    frameworks=("FSBP RDS.18",),
)
def in_vpc(server: Resource, context: Context) -> Iterator[Finding]:
    """A replica in the same region lies in its source's subnets."""
    if not is_local_replica(server.props) and not has(server.props, "dbSubnetGroupName"):
        found = shown(server.props, "dbSubnetGroupName")
        yield Finding(found=found, allowed="a subnet group of private subnets")
    if not is_unknown(server.props, "vpcSecurityGroupIds") and not known(
        server.props, "vpcSecurityGroupIds"
    ):
        found = shown(server.props, "vpcSecurityGroupIds")
        yield Finding(found=found, allowed="the server's own security group")


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-iam-sign-in",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="People and programs sign in to a server by IAM.",
    why="Without IAM authentication only passwords are left, which are copied, shared and kept.",
    remedy="Set iam_database_authentication_enabled=True.",
    frameworks=("CKV_AWS_161", "FSBP RDS.10"),
)
def iam_sign_in(server: Resource, context: Context) -> Iterator[Finding]:
    """AWS's default is off, for replicas too."""
    if not is_true(server.props, "iamDatabaseAuthenticationEnabled"):
        yield Finding(found=shown(server.props, "iamDatabaseAuthenticationEnabled"), allowed="true")


@for_resource(
    INSTANCE,
    id="server-certificate-named",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="A server's certificate comes from an authority that is named and current.",
    why="Clients that verify the server fail on the day on which an old authority ends.",
    remedy="Set ca_cert_identifier to rds-ca-rsa2048-g1 and have clients trust it.",
    frameworks=("CKV_AWS_211",),
)
def certificate_named(server: Resource, context: Context) -> Iterator[Finding]:
    """Absent is whatever AWS takes by default on that day."""
    if text(server.props, "caCertIdentifier") not in AUTHORITIES:
        found = shown(server.props, "caCertIdentifier")
        yield Finding(found=found, allowed=" or ".join(sorted(AUTHORITIES)))


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-master-name",
    group=Group.ACCESS,
    severity=Severity.LOW,
    what="A server's master has a name that is not everybody's first guess.",
    why="Who knows the name of a superuser has half of what it takes to sign in as one.",
    remedy="Set username to the stage's own, <stage>_master.",
    frameworks=("FSBP RDS.25",),
)
def master_name(server: Resource, context: Context) -> Iterator[Finding]:
    """A server made from another one has that one's master."""
    copies = (
        "replicateSourceDb",
        "replicationSourceIdentifier",
        "restoreToPointInTime",
        "snapshotIdentifier",
    )
    if any(has(server.props, key) for key in copies):
        return
    key = "username" if server.type == INSTANCE else "masterUsername"
    if text(server.props, key).lower() in DEFAULT_MASTERS:
        yield Finding(found=shown(server.props, key), allowed="<stage>_master")


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-password-random",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="No password of a server's master is thought up by a person or written in the program.",
    why="It would lie in the repository and in the state; the one password is random, used once.",
    remedy="Leave password as components/database_server.py makes it, from secrets.token_urlsafe.",
)
def password_random(server: Resource, context: Context) -> Iterator[Finding]:
    """The password itself is never shown; an unknown one comes from another resource."""
    for key in ("password", "masterPassword"):
        password = text(server.props, key)
        if password and not _looks_random(password):
            yield Finding(
                found=f"{key} of {len(password)} characters, {len(set(password))} different",
                allowed=f"{PASSWORD_LENGTH_MIN} random characters at least, or no password",
            )


def _looks_random(password: str) -> bool:
    return len(password) >= PASSWORD_LENGTH_MIN and len(set(password)) >= PASSWORD_CHARACTERS_MIN


@for_resource(
    PROXY,
    id="proxy-iam-over-tls",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A proxy takes TLS and IAM sign-in only, and logs no statements.",
    why="What the server refuses would come in through the proxy, which signs in with a password.",
    remedy="Set require_tls=True, iam_auth='REQUIRED' in each of auths, and no debug_logging.",
)
def proxy_iam_over_tls(proxy: Resource, context: Context) -> Iterator[Finding]:
    """Both are off by default."""
    if not is_true(proxy.props, "requireTls"):
        yield Finding(found=shown(proxy.props, "requireTls"), allowed="true")
    if may_be_true(proxy.props, "debugLogging"):
        yield Finding(found=shown(proxy.props, "debugLogging"), allowed="false")
    if is_unknown(proxy.props, "auths"):
        yield Finding(found=shown(proxy.props, "auths"), allowed="iamAuth REQUIRED in each")
    for auth in items(proxy.props, "auths"):
        if text(auth, "iamAuth") != "REQUIRED":
            yield Finding(found=shown(auth, "iamAuth"), allowed="REQUIRED")


@for_resource(
    "aws:rds/clusterRoleAssociation:ClusterRoleAssociation",
    "aws:rds/roleAssociation:RoleAssociation",
    CLUSTER,
    id="server-holds-no-role",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="A server holds no IAM role.",
    why="Its extensions would lend the role to every stage's users, to read and write buckets.",
    remedy="Remove it; let a task with its stage's own role carry the data.",
)
def holds_no_role(holder: Resource, context: Context) -> Iterator[Finding]:
    """The role for monitoring is RDS's own, and no extension can use it."""
    if holder.type != CLUSTER:
        yield Finding(found=shown(holder.props, "roleArn"), allowed="no association")
    elif texts(holder.props, "iamRoles"):
        yield Finding(found=f"{len(texts(holder.props, 'iamRoles'))} iamRoles", allowed="none")
