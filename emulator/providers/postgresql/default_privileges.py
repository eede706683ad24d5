"""DefaultPrivileges: what a role gets on objects that an owner makes from now on.

Source: `postgresql/resource_postgresql_default_privileges.go`.
"""

from __future__ import annotations

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable, Identifier

from emulator.providers.postgresql import types
from emulator.providers.postgresql.connections import Connections, Session, raw
from emulator.providers.postgresql.errors import NoEffectError
from emulator.providers.postgresql.grants import is_there
from emulator.providers.postgresql.handler import Found
from emulator.providers.postgresql.memberships import lock_role, membership_of
from emulator.providers.postgresql.privileges import (
    check_privileges,
    grantee_oid,
    read_back,
)
from emulator.providers.provider import ProviderError
from emulator.values import Properties

CATALOGUE_LETTERS: Final = {
    "table": "r",
    "sequence": "S",
    "function": "f",
    "routine": "f",
    "type": "T",
    "schema": "n",
}
QUERY: Final[LiteralString] = (
    "SELECT (entry).privilege_type FROM (SELECT defaclnamespace, aclexplode(defaclacl) AS entry"
    " FROM pg_default_acl WHERE defaclobjtype = %(letter)s) AS entries"
    " LEFT JOIN pg_namespace ON pg_namespace.oid = defaclnamespace"
    " WHERE (entry).grantee = %(grantee)s AND COALESCE(nspname, '') = %(schema)s"
    " AND pg_get_userbyid((entry).grantor) = %(owner)s"
)


class DefaultPrivileges:
    """Handler of DefaultPrivileges."""

    resource_type = types.DEFAULT_PRIVILEGES

    def create(self, connections: Connections, new: Properties) -> str:
        """REVOKE ALL, then GRANT, of the owner's defaults in one transaction."""
        _check(new)
        check_privileges(new["objectType"], new["privileges"], connections.major_version)
        with connections.transaction(new["database"]) as session:
            lock_role(session, new["owner"])
            with membership_of(session, [new["owner"]]):
                session.run(_revoke_statement(new))
                if new["privileges"]:
                    session.run(_grant_statement(new))
            if new["privileges"] and not _stated(session, new):
                msg = (
                    f"PostgreSQL accepted default privileges for role {new['role']!r} on "
                    f"{new['objectType']}s of owner {new['owner']!r} and keeps none: they are what "
                    "holds without them. Leave the resource out"
                )
                raise NoEffectError(msg)
            session.commit()
        return _id(new)

    def read(self, connections: Connections, id_: str, state: Properties) -> Found | None:
        """Privileges from the catalogue; None where there are none and some were wanted."""
        if not is_there(connections, state, needs_schema=bool(state["schema"])):
            return None
        with connections.transaction(state["database"]) as session:
            lock_role(session, state["owner"])
            stated = _stated(session, state)
            if not stated and state["privileges"]:
                return None
            privileges = read_back(connections, state, stated)
        return _id(state), {**state, "privileges": privileges}

    def update(self, connections: Connections, id_: str, old: Properties, new: Properties) -> str:
        """The same as creating."""
        return self.create(connections, new)

    def delete(self, connections: Connections, state: Properties) -> None:
        """REVOKE ALL."""
        with connections.transaction(state["database"]) as session:
            lock_role(session, state["owner"])
            with membership_of(session, [state["owner"]]):
                session.run(_revoke_statement(state))
            session.commit()


def _check(new: Properties) -> None:
    if new["schema"] and new["objectType"] == "schema":
        msg = "cannot specify `schema` when `object_type` is `schema`"
        raise ProviderError(msg)
    if new["withGrantOption"] and new["role"].lower() == "public":
        msg = "with_grant_option cannot be true for role 'public'"
        raise ProviderError(msg)


def _revoke_statement(state: Properties) -> Composable:
    return SQL("{} REVOKE ALL ON {} FROM {}").format(
        _beginning(state), _objects(state), Identifier(state["role"])
    )


def _grant_statement(state: Properties) -> Composable:
    return SQL("{} GRANT {} ON {} TO {}{}").format(
        _beginning(state),
        raw(",".join(state["privileges"])),
        _objects(state),
        Identifier(state["role"]),
        SQL(" WITH GRANT OPTION" if state["withGrantOption"] else ""),
    )


def _beginning(state: Properties) -> Composable:
    schema = state["schema"]
    where = SQL(" IN SCHEMA {}").format(Identifier(schema)) if schema else SQL("")
    owner = Identifier(state["owner"])
    return SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {}{}").format(owner, where)


def _objects(state: Properties) -> Composable:
    return raw(f"{state['objectType'].upper()}S")


def _stated(session: Session, state: Properties) -> list[str]:
    parameters = {
        "letter": CATALOGUE_LETTERS[state["objectType"]],
        "grantee": grantee_oid(session, state["role"]),
        "schema": state["schema"],
        "owner": state["owner"],
    }
    return sorted({row[0] for row in session.rows(QUERY, parameters)})


def _id(state: Properties) -> str:
    schema = state["schema"] or "noschema"
    return "_".join([state["role"], state["database"], schema, state["owner"], state["objectType"]])
