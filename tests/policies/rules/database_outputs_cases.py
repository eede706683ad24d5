"""Cases of policies/rules/database_outputs.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, violating

P = "postgresql:index/"
DATABASE = f"{P}database:Database"
GRANT = f"{P}grant:Grant"
SCHEMA = f"{P}schema:Schema"

SHUT = "database-shut-to-public"
NAMED = "database-named-by-output"

MADE = Fixture(type=DATABASE, name="db", props={"name": "preprod.a"})
OTHER = Fixture(type=DATABASE, name="other", props={"name": "preprod.b"})


def revoke(source: str = "db", **changes: Any) -> Fixture:
    """PUBLIC shut out of a database, but for the changes."""
    props = {"role": "public", "objectType": "database", "privileges": [], "database": "preprod.a"}
    sources = {"database": [f"{DATABASE}::{source}"]} if source else {}
    return Fixture(type=GRANT, props=props | changes, sources=sources)


def connect(maker: str, type_: str = GRANT) -> Fixture:
    """The host's grant by which a tenant's admin reaches the server."""
    props = {
        "role": "test_admin",
        "database": "postgres",
        "objectType": "database",
        "privileges": ["CONNECT"],
    }
    return Fixture(type=type_, props=props, provider={"username": maker})


CASES = (
    passing(SHUT, MADE, revoke()),
    passing(SHUT, MADE, revoke(privileges=None), title="null, as state has it"),
    passing(SHUT, MADE, revoke(database=UNKNOWN), title="a name that is computed"),
    passing(SHUT, MADE, OTHER, revoke(), revoke("other", database="preprod.b"), title="two"),
    passing(SHUT, revoke(), title="no database"),
    violating(SHUT, MADE, title="none"),
    violating(SHUT, MADE, OTHER, revoke(), title="one of two"),
    violating(SHUT, MADE, revoke(""), title="the name as text"),
    violating(SHUT, MADE, revoke(database="preprod.b"), title="another one's name in fact"),
    violating(SHUT, MADE, revoke(role="preprod_app"), title="another role"),
    violating(SHUT, MADE, revoke(database="preprod.b"), title="another one's name in fact"),
    violating(SHUT, MADE, revoke(role=UNKNOWN), title="an unknown role"),
    violating(SHUT, MADE, revoke(objectType="schema"), title="a schema"),
    violating(SHUT, MADE, revoke(privileges=["CONNECT"]), title="with privileges"),
    violating(SHUT, MADE, revoke(privileges=UNKNOWN), title="with unknown ones"),
    passing(NAMED, MADE, revoke()),
    passing(NAMED, connect("preprod_host_admin"), title="the host's grant"),
    violating(NAMED, MADE, revoke(""), title="as text"),
    violating(NAMED, MADE, revoke("gone"), title="from something else"),
    violating(NAMED, Fixture(type=SCHEMA), title="absent"),
    violating(NAMED, connect("preprod_admin"), title="on postgres, not by the host"),
    violating(NAMED, connect("preprod_host_admin", SCHEMA), title="no grant"),
)
