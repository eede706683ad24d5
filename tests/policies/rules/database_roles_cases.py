"""Cases of policies/rules/database_roles.py."""

from __future__ import annotations

from typing import Any

from stages.server_settings import TenantLimits
from tests.policies.cases import UNKNOWN, Case, Fixture, passing, violating
from tests.policies.edited_stages import edited

ROLE = "postgresql:index/role:Role"
GRANT_ROLE = "postgresql:index/grantRole:GrantRole"
MAKER = {"username": "preprod_host_roles"}

HOST = "database-role-by-host"
POWER = "database-role-no-power"
MEMBER = "database-role-memberships"
GRANTED = "database-role-granted"
TOKEN = "database-role-by-token"
LIMITS = "database-role-limits"
SMALL = "database-role-disposable-is-small"
ROOM = "database-roles-leave-room"

LIMITED: dict[str, Any] = {
    "login": True,
    "connectionLimit": 10,
    "statementTimeout": 1000,
    "idleInTransactionSessionTimeout": 1000,
    "validUntil": "infinity",
}
LATER = edited("preprod", {"preprod.host.tenants.later": TenantLimits()})


def role(name: Any = "preprod_app", maker: str = "preprod_host_roles", **props: Any) -> Fixture:
    """A role, made by the host's maker of roles."""
    return Fixture(type=ROLE, props={"name": name, **props}, provider={"username": maker})


def limited(name: str = "preprod_app", **changes: Any) -> Fixture:
    """A role with limits but for the changes; None takes one away."""
    props = {key: value for key, value in (LIMITED | changes).items() if value is not None}
    return role(name, **props)


def unlimited(**changes: Any) -> Case:
    """It takes too much."""
    return violating(LIMITS, limited(**changes), title=str(changes))


def member(grantee: Any, of: Any, **props: Any) -> Fixture:
    """A membership."""
    return Fixture(
        type=GRANT_ROLE, props={"role": grantee, "grantRole": of, **props}, provider=MAKER
    )


def power(name: str = "preprod_app", **props: Any) -> Case:
    """It may too much."""
    return violating(POWER, role(name, **props), title=f"{name} {props}")


def of(name: str, *roles: Any) -> Case:
    """It is in a role where it has no business."""
    return violating(MEMBER, role(name, roles=list(roles)), title=f"{name} in {roles}")


def small(name: str, **props: Any) -> Case:
    """A disposable stage's role takes too much."""
    return violating(SMALL, role(name, **props), title=f"{name} {props}")


CASES = (
    passing(HOST, role()),
    passing(HOST, role("test_app"), title="a tenant's"),
    passing(HOST, role("test_etl"), title="one more"),
    passing(HOST, role("preprod_admin", "preprod_host_admin"), title="by the host's admin"),
    passing(HOST, role("later_app"), stages=LATER, title="a tenant without a stack file yet"),
    passing(HOST, member("test_admin", "test_app")),
    violating(HOST, role("test_app", "test_admin"), stack="test", title="a tenant"),
    violating(HOST, role("test_app", "preprod_host_roles"), stack="test", title="as its host"),
    violating(HOST, role("preprod_app", "preprod_admin"), title="the host's own tenant"),
    violating(HOST, role("preprod_app", UNKNOWN), title="nobody knows who"),
    violating(HOST, role("prod_app"), title="a stage that it does not host"),
    violating(HOST, role("reporting"), title="nobody's"),
    violating(HOST, role("preprod"), title="a stage's name alone"),
    violating(HOST, role("preprod_host_admin"), title="the host's own"),
    violating(HOST, role("preprod_master"), title="the master"),
    violating(HOST, role("rds_superuser"), title="RDS's"),
    violating(HOST, role("Preprod_app"), title="another case"),
    violating(HOST, role(UNKNOWN), title="unknown"),
    violating(HOST, Fixture(type=ROLE, provider=MAKER), title="absent"),
    violating(HOST, member("prod_admin", "prod_app"), title="a membership elsewhere"),
    passing(POWER, role(superuser=False, assumeRole="")),
    passing(POWER, role("test_admin", createDatabase=True)),
    power(superuser=True),
    power(superuser=UNKNOWN),
    power(createRole=True),
    power(replication=True),
    power(bypassRowLevelSecurity=True),
    power(createDatabase=True),
    power("preprod_readonly", createDatabase=True),
    power("test_admin", createRole=True),
    power(assumeRole="preprod_admin"),
    power(assumeRole=UNKNOWN),
    passing(MEMBER, role()),
    passing(MEMBER, role(roles=["rds_iam"])),
    passing(MEMBER, role("test_admin", roles=["rds_iam", "test_app", "test_readonly"])),
    of("preprod_app", "rds_superuser"),
    of("preprod_app", "preprod_admin"),
    of("preprod_readonly", "preprod_app"),
    of("test_admin", "preprod_app"),
    of("test_admin", "preprod_readonly"),
    of("test_admin", "pg_read_all_data"),
    of("preprod_admin", "RDS_IAM"),
    of("preprod_app", "rds_iam", UNKNOWN),
    violating(MEMBER, role(roles=UNKNOWN), title="unknown"),
    passing(GRANTED, member("test_admin", "test_readonly", withAdminOption=False)),
    passing(GRANTED, member("test_app", "rds_iam")),
    violating(GRANTED, member("test_app", "preprod_readonly"), title="another stage's"),
    violating(GRANTED, member("test_readonly", "test_app"), title="readers"),
    violating(GRANTED, member("test_admin", "rds_superuser"), title="the server"),
    violating(GRANTED, member("test_admin", UNKNOWN), title="unknown"),
    violating(GRANTED, member(UNKNOWN, "test_app"), title="to somebody unknown"),
    violating(GRANTED, Fixture(type=GRANT_ROLE), title="absent"),
    violating(GRANTED, member("test_admin", "test_app", withAdminOption=True), title="handed on"),
    violating(GRANTED, member("test_admin", "test_app", withAdminOption=UNKNOWN), title="perhaps"),
    passing(TOKEN, role(login=True, roles=["rds_iam"], password="")),
    passing(TOKEN, role(login=False), title="no login"),
    passing(TOKEN, role(), title="no login, by default"),
    violating(TOKEN, role(login=True, roles=["preprod_app"])),
    violating(TOKEN, role(login=True), title="no roles"),
    violating(TOKEN, role(login=UNKNOWN), title="a login perhaps"),
    violating(TOKEN, role(password="secret"), title="a password"),
    violating(TOKEN, role(passwordWoVersion=1), title="a password's version"),
    violating(TOKEN, role(passwordWo=UNKNOWN), title="an unknown password"),
    passing(LIMITS, limited()),
    passing(LIMITS, limited(validUntil=None, skipDropRole=False)),
    passing(LIMITS, role(login=False), title="no login"),
    unlimited(connectionLimit=None),
    unlimited(connectionLimit=-1),
    unlimited(connectionLimit=UNKNOWN),
    unlimited(statementTimeout=None),
    unlimited(statementTimeout=0),
    unlimited(idleInTransactionSessionTimeout=None),
    unlimited(idleInTransactionSessionTimeout=0),
    unlimited(login=UNKNOWN, connectionLimit=None),
    unlimited(validUntil="2030-01-01"),
    unlimited(validUntil=UNKNOWN),
    unlimited(skipDropRole=True),
    passing(SMALL, limited("test_app", connectionLimit=20)),
    passing(SMALL, limited("test_admin", connectionLimit=40), title="admins count alike"),
    passing(SMALL, limited("preprod_app", connectionLimit=100), title="the host's own"),
    passing(SMALL, limited("later_app", connectionLimit=900), stages=LATER, title="no file yet"),
    passing(SMALL, limited("test_app", connectionLimit=900), stack="test", title="no host"),
    passing(
        SMALL,
        limited("preprod_app", connectionLimit=100),
        stages=edited("preprod", {"preprod.stage.protected": False}),
        title="a host that is not protected itself",
    ),
    passing(SMALL, role("test_app"), title="absent is another rule's"),
    small("test_app", connectionLimit=100),
    small("test_etl", connectionLimit=100),
    small("test_readonly", connectionLimit=20),
    small("test_admin", connectionLimit=41),
    small("test_app", statementTimeout=3_600_000),
    small("test_app", idleInTransactionSessionTimeout=600_000),
    passing(ROOM, limited("preprod_app", connectionLimit=365), limited("test_app")),
    violating(
        ROOM,
        limited("preprod_app", connectionLimit=365),
        limited("test_app"),
        parameters={"minimum_free_connections": 26},
        title="too little room, as configured",
    ),
    passing(ROOM, role("preprod_app"), title="no limit is another rule's"),
    passing(ROOM, limited("preprod_app", connectionLimit=1000), stack="test", title="no host"),
    passing(ROOM, Fixture(type="aws:s3/bucket:Bucket"), title="no roles"),
    passing(
        ROOM,
        limited("preprod_app", connectionLimit=10),
        limited("other_app", connectionLimit=100),
        limited("prod_app", connectionLimit=100),
        title="a protected stage may have more",
    ),
    violating(
        ROOM,
        limited("preprod_app", connectionLimit=300),
        limited("test_app", connectionLimit=76),
        title="too many together",
    ),
    violating(
        ROOM,
        limited("preprod_app", connectionLimit=100),
        limited("test_app", connectionLimit=60),
        limited("test_etl", connectionLimit=40),
        title="a disposable stage with as many",
    ),
)
