"""Cases of policies/rules/database_logins.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Case, Fixture, passing, violating

PROVIDER = "pulumi:providers:postgresql"
BOOTSTRAP = "pulumi-python:dynamic:ServerBootstrap"
REFERENCE = "pulumi:pulumi:StackReference"

ADMIN = "database-login-own-admin"
TOKEN = "database-login-by-token"
SERVER = "database-bootstrap-own-server"
OUTPUT = "database-login-server-by-output"

SAFE = {
    "awsRdsIamAuth": "true",
    "awsRdsIamRegion": "eu-west-1",
    "sslmode": "verify-full",
    "superuser": "false",
    "scheme": "postgres",
    "password": "",
    "database": "postgres",
}
BOOTSTRAPPED = {
    "identifier": "devstages-preprod-server",
    "master": "preprod_master",
    "admin": "preprod_host_admin",
    "roles_admin": "preprod_host_roles",
    "region": "eu-west-1",
}


def user(name: Any) -> Fixture:
    """A provider that signs in as `name`."""
    return Fixture(type=PROVIDER, props={"username": name})


def provider(**changes: Any) -> Fixture:
    """A safe provider but for the changes; None takes one away."""
    props = {key: value for key, value in (SAFE | changes).items() if value is not None}
    return Fixture(type=PROVIDER, props=props)


def unsafe(**changes: Any) -> Case:
    """It is not safe."""
    return violating(TOKEN, provider(**changes), title=str(changes))


def bootstrap(**changes: Any) -> Fixture:
    """A bootstrap of preprod's server but for the changes."""
    return Fixture(type=BOOTSTRAP, props=BOOTSTRAPPED | changes)


def from_output(*titles: str) -> Fixture:
    """A provider whose server's address is computed from these."""
    return Fixture(type=PROVIDER, props={"host": "somewhere"}, sources={"host": titles})


MADE = Fixture(type=BOOTSTRAP)
READ = Fixture(type=REFERENCE)

CASES = (
    *(passing(ADMIN, user(name), title=name) for name in ("preprod_admin", "preprod_host_admin")),
    passing(ADMIN, user("preprod_host_roles"), title="the host's maker of roles"),
    passing(ADMIN, user("test_admin"), stack="test", title="a tenant's"),
    violating(ADMIN, user("test_admin"), title="a host as its tenant"),
    violating(ADMIN, user("preprod_admin"), stack="test", title="a tenant as its host's tenant"),
    violating(ADMIN, user("preprod_host_admin"), stack="test", title="a tenant as its host"),
    violating(ADMIN, user("test_host_admin"), stack="test", title="a tenant as a host"),
    violating(ADMIN, user("preprod_master"), title="the master"),
    violating(ADMIN, user("Preprod_Admin"), title="another case"),
    violating(ADMIN, user("preprod_app"), title="the app"),
    violating(ADMIN, user(UNKNOWN), title="unknown"),
    violating(ADMIN, Fixture(type=PROVIDER), title="absent"),
    passing(TOKEN, provider()),
    passing(TOKEN, provider(scheme=None, password=None), title="by default"),
    passing(TOKEN, provider(sslmode=None, sslMode="verify-full"), title="the old spelling"),
    passing(TOKEN, provider(azureIdentityAuth="false"), title="no Azure"),
    unsafe(awsRdsIamAuth=None),
    unsafe(awsRdsIamAuth="false"),
    unsafe(awsRdsIamAuth=UNKNOWN),
    unsafe(awsRdsIamRegion=None),
    unsafe(awsRdsIamRegion="us-east-1"),
    unsafe(sslmode=None),
    unsafe(sslmode="require"),
    unsafe(sslMode="disable"),
    unsafe(sslmode=UNKNOWN),
    unsafe(superuser=None),
    unsafe(superuser="true"),
    unsafe(superuser=UNKNOWN),
    unsafe(password="secret"),
    unsafe(password=UNKNOWN),
    unsafe(awsRdsIamProviderRoleArn="arn:aws:iam::111111111111:role/other"),
    unsafe(databaseUsername="preprod_master"),
    unsafe(azureIdentityAuth="true"),
    unsafe(scheme="gcppostgres"),
    unsafe(database="preprod.im_data_db"),
    unsafe(database=UNKNOWN),
    passing(SERVER, bootstrap()),
    violating(SERVER, bootstrap(admin="prod_host_admin"), title="another host's admin"),
    violating(SERVER, bootstrap(identifier="devstages-prod-server"), title="another server"),
    violating(SERVER, bootstrap(master=UNKNOWN), title="unknown"),
    violating(SERVER, Fixture(type=BOOTSTRAP), title="absent"),
    passing(OUTPUT, from_output(f"{BOOTSTRAP}::it"), MADE),
    passing(OUTPUT, from_output(f"{REFERENCE}::it"), READ, stack="test"),
    passing(OUTPUT, MADE, title="no provider"),
    violating(OUTPUT, from_output(), MADE, title="as text"),
    violating(OUTPUT, Fixture(type=PROVIDER), title="absent"),
    violating(OUTPUT, from_output(f"{REFERENCE}::it"), READ, title="a host that reads another"),
    violating(OUTPUT, from_output("aws:rds/instance:Instance::gone"), title="from what is gone"),
)
