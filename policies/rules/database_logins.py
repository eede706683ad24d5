"""As whom, and how, a stack signs in to a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.belonging import worded
from policies.facts.database_names import said, states
from policies.facts.values import is_true, may_be_true, shown
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, has

PROVIDER = "pulumi:providers:postgresql"
BOOTSTRAP = "pulumi-python:dynamic:ServerBootstrap"
REFERENCE = "pulumi:pulumi:StackReference"

OTHER_IDENTITIES = (
    "awsRdsIamProfile",
    "awsRdsIamProviderRoleArn",
    "azureTenantId",
    "clientcert",
    "databaseUsername",
    "gcpIamImpersonateServiceAccount",
)


@for_resource(
    PROVIDER,
    id="database-login-own-admin",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="A stage signs in to the server as its own admin alone; a host also as its own two.",
    why="Whoever signs in as another stage's admin, or as the host's, owns what those own.",
    remedy="Use names.admin as the provider's user; roles and what tenants share is made by the "
    "host's stack.",
)
def login_own_admin(provider: Resource, context: Context) -> Iterator[Finding]:
    """A user that is not known yet could be anybody."""
    current = context.stages.current
    names = current.names
    allowed = [names.admin]
    if current.is_host:
        allowed += [names.host_admin, names.host_roles]
    if said(provider.props, "username") not in allowed:
        found = worded(said(provider.props, "username"), "absent, which means postgres")
        yield Finding(found=f"username is {found}", allowed=" or ".join(allowed))


@for_resource(
    PROVIDER,
    id="database-login-by-token",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Providers sign in with an IAM token over verified TLS, with no password and as no other "
    "identity.",
    why="A password lands in the checkpoint and opens the server to whoever reads it, and without "
    "verification the token goes to whoever answers.",
    remedy="Make it with components.database_provider.",
)
def login_by_token(provider: Resource, context: Context) -> Iterator[Finding]:
    """`superuser` is what the provider takes itself for; it is true where absent."""
    props = provider.props
    if not is_true(props, "awsRdsIamAuth"):
        yield Finding(found=shown(props, "awsRdsIamAuth"), allowed="true")
    region = context.stages.current.names.region
    if said(props, "awsRdsIamRegion") != region:
        yield Finding(found=shown(props, "awsRdsIamRegion"), allowed=region)
    if {said(props, key) for key in ("sslmode", "sslMode")} - {""} != {"verify-full"}:
        yield Finding(found=shown(props, "sslmode"), allowed="verify-full")
    if not has(props, "superuser") or may_be_true(props, "superuser"):
        yield Finding(found=shown(props, "superuser"), allowed="false")
    if states(props, "password"):
        yield Finding(found="password is set", allowed="absent")
    for key in OTHER_IDENTITIES:
        if states(props, key):
            yield Finding(found=f"{key} is set", allowed="absent")
    if may_be_true(props, "azureIdentityAuth"):
        yield Finding(found=shown(props, "azureIdentityAuth"), allowed="absent")
    if said(props, "database") not in {"", "postgres"}:
        yield Finding(found=shown(props, "database"), allowed="postgres, which is the default")
    if said(props, "scheme") not in {"", "postgres"}:
        yield Finding(found=shown(props, "scheme"), allowed="postgres, which is the default")


@for_resource(
    BOOTSTRAP,
    id="database-bootstrap-own-server",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="A host bootstraps its own server, and makes its own admins on it.",
    why="The bootstrap sets the master's password and makes roles that may make roles.",
    remedy="Use names.master, names.host_admin and names.host_roles.",
)
def bootstrap_own_server(bootstrap: Resource, context: Context) -> Iterator[Finding]:
    """All of them are names, known beforehand."""
    names = context.stages.current.names
    expected = {
        "identifier": names.resource("server"),
        "master": names.master,
        "admin": names.host_admin,
        "roles_admin": names.host_roles,
        "region": names.region,
    }
    for key, allowed in expected.items():
        if said(bootstrap.props, key) != allowed:
            yield Finding(found=shown(bootstrap.props, key), allowed=allowed)


@for_stack(
    id="database-login-server-by-output",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="Providers take the server's address from the host: its bootstrap, or its stack's "
    "outputs.",
    why="An address that is written down may be another stage's server, and is wrong once the "
    "server was replaced.",
    remedy="Use host.server_address.",
)
def login_server_by_output(stack: Stack, context: Context) -> Iterator[Finding]:
    """The stack whose outputs are read is another rule's."""
    source = BOOTSTRAP if context.stages.current.is_host else REFERENCE
    for provider in stack.of_type(PROVIDER):
        urns = provider.property_dependencies.get("host", frozenset())
        types = {stack.by_urn[urn].type for urn in urns if urn in stack.by_urn}
        if source not in types:
            yield Finding(
                found="host is written down, or computed from something else",
                allowed=f"an output of {source}",
                urn=provider.urn,
            )
