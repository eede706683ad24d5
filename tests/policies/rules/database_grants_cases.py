"""Cases of policies/rules/database_grants.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Case, Fixture, passing, violating

GRANT = "postgresql:index/grant:Grant"
DEFAULTS = "postgresql:index/defaultPrivileges:DefaultPrivileges"
OLD_DEFAULTS = "postgresql:index/defaultPrivileg:DefaultPrivileg"

OWN = "database-grant-own-roles"
PUBLIC = "database-grant-nothing-to-public"
ON = "database-grant-not-handed-on"
READ = "readonly-privileges"
MAKES = "readonly-makes-nothing"


def grant(role: Any, privileges: Any = (), kind: Any = "table", **props: Any) -> Fixture:
    """A grant."""
    return Fixture(
        type=GRANT,
        props={"role": role, "privileges": privileges, "objectType": kind, **props},
        provider={"username": "preprod_admin"},
    )


def connect(
    role: Any, maker: Any = "preprod_host_admin", privileges: Any = ("CONNECT",), **changes: Any
) -> Fixture:
    """The host's grant by which a tenant's admin reaches the server."""
    props = {"role": role, "database": "postgres", "objectType": "database"} | changes
    return Fixture(
        type=GRANT,
        props=props | {"privileges": list(privileges)},
        provider={"username": maker},
    )


def default(owner: Any, role: Any, privileges: Any = (), type_: str = DEFAULTS) -> Fixture:
    """Default privileges on tables."""
    props = {"owner": owner, "role": role, "objectType": "table", "privileges": privileges}
    return Fixture(type=type_, props=props)


def reader(kind: Any, *privileges: Any) -> Case:
    """Readers get too much."""
    fixture = grant("preprod_readonly", list(privileges), kind)
    return violating(READ, fixture, title=f"{privileges} on {kind}")


CASES = (
    passing(OWN, grant("preprod_app")),
    passing(OWN, grant("preprod_etl")),
    passing(OWN, grant("public")),
    passing(OWN, grant("PUBLIC"), title="PUBLIC in capitals"),
    passing(OWN, default("preprod_admin", "preprod_readonly")),
    passing(OWN, default("preprod_admin", "public")),
    passing(OWN, connect("test_admin"), title="the host's to a tenant's admin"),
    violating(OWN, grant("test_app"), title="another stage's"),
    violating(OWN, grant("preprod_app"), stack="test", title="from test to preprod"),
    violating(OWN, grant("preprod_host_admin"), title="the host's"),
    violating(OWN, grant("reporting"), title="nobody's"),
    violating(OWN, grant("rds_superuser"), title="RDS's"),
    violating(OWN, grant(UNKNOWN), title="unknown"),
    violating(OWN, Fixture(type=GRANT), title="absent"),
    violating(OWN, default("preprod_admin", "test_readonly"), title="defaults for another stage"),
    violating(OWN, default("test_admin", "preprod_readonly"), title="defaults of another stage"),
    violating(OWN, default("test_app", "preprod_app", (), OLD_DEFAULTS), title="the old type"),
    violating(OWN, default(UNKNOWN, "preprod_app"), title="unknown owner"),
    violating(OWN, connect("test_admin", "preprod_admin"), title="not by the host"),
    violating(OWN, connect("preprod_admin"), stack="test", title="in a tenant's stack"),
    violating(OWN, connect("test_app"), title="to another role"),
    violating(OWN, connect("prod_admin"), title="to a stage that it does not host"),
    violating(OWN, connect("test_admin", database="preprod.im_data_db"), title="elsewhere"),
    violating(OWN, connect("test_admin", objectType="schema"), title="on a schema"),
    violating(OWN, connect("test_admin", privileges=["CONNECT", "CREATE"]), title="and more"),
    violating(
        OWN,
        Fixture(
            type=DEFAULTS,
            props=dict(connect("test_admin").props) | {"owner": "preprod_admin"},
            provider={"username": "preprod_host_admin"},
        ),
        title="default privileges in the same words",
    ),
    passing(PUBLIC, grant("public", [])),
    passing(PUBLIC, grant("public", None), title="null, as state has it"),
    passing(PUBLIC, grant("preprod_app", ["SELECT"])),
    violating(PUBLIC, grant("public", ["CONNECT"])),
    violating(PUBLIC, grant("Public", ["USAGE"], "schema"), title="another case"),
    violating(PUBLIC, grant("public", UNKNOWN), title="unknown"),
    violating(PUBLIC, grant("public", [UNKNOWN]), title="something unknown"),
    violating(PUBLIC, default("preprod_admin", "public", ["EXECUTE"])),
    passing(ON, grant("preprod_app")),
    passing(ON, grant("preprod_app", withGrantOption=False)),
    violating(ON, grant("preprod_app", withGrantOption=True)),
    violating(ON, grant("preprod_app", withGrantOption=UNKNOWN), title="perhaps"),
    passing(READ, grant("preprod_app", ["INSERT"])),
    passing(READ, grant("preprod_readonly", ["SELECT"], "table")),
    passing(READ, grant("preprod_readonly", ["select"], "sequence"), title="in small letters"),
    passing(READ, grant("preprod_readonly", ["USAGE"], "schema")),
    passing(READ, grant("preprod_readonly", ["CONNECT"], "database")),
    reader("table", "SELECT", "INSERT"),
    reader("table", "ALL"),
    reader("table", "ALL PRIVILEGES"),
    reader("table", UNKNOWN),
    reader("sequence", "USAGE"),
    reader("schema", "USAGE", "CREATE"),
    reader("database", "CONNECT", "TEMPORARY"),
    reader("function", "EXECUTE"),
    reader("foreign_server", "USAGE"),
    reader(UNKNOWN, "SELECT"),
    violating(READ, grant("preprod_Reader2", ["UPDATE"]), title="another role for reading"),
    violating(READ, default("preprod_admin", "preprod_readonly", ["SELECT", "DELETE"])),
    passing(MAKES, default("preprod_app", "preprod_readonly", ["SELECT"])),
    violating(MAKES, default("preprod_readonly", "preprod_app", ["SELECT"])),
)
