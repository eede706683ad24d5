"""Grant: a role's privileges on objects of a database (`resource_postgresql_grant.go`)."""

from __future__ import annotations

from emulator.providers.postgresql import types
from emulator.providers.postgresql.connections import Connections, Session
from emulator.providers.postgresql.effects import check_grant
from emulator.providers.postgresql.grant_statements import (
    WITHOUT_SCHEMA,
    grant_id,
    grant_statement,
    revoke_statement,
)
from emulator.providers.postgresql.handler import Found
from emulator.providers.postgresql.memberships import (
    database_exists,
    database_owner,
    lock_database,
    lock_role,
    membership_of,
    role_exists,
    schema_exists,
)
from emulator.providers.postgresql.privileges import (
    PUBLIC,
    check_privileges,
    holdings,
    read_back,
)
from emulator.providers.provider import ProviderError
from emulator.values import Properties


class Grants:
    """Handler of Grant."""

    resource_type = types.GRANT

    def create(self, connections: Connections, new: Properties) -> str:
        """REVOKE ALL, then GRANT, in one transaction."""
        _grant(connections, new, new)
        return grant_id(new)

    def read(self, connections: Connections, id_: str, state: Properties) -> Found | None:
        """Privileges from the catalogue; None where role, database or schema is gone."""
        if not is_there(connections, state, needs_schema=_needs_schema(state)):
            return None
        with connections.transaction(state["database"]) as session:
            found = _read(connections, session, state)
        return grant_id(state), {**state, **found}

    def update(self, connections: Connections, id_: str, old: Properties, new: Properties) -> str:
        """REVOKE what was granted before, then GRANT."""
        _grant(connections, new, old)
        return grant_id(new)

    def delete(self, connections: Connections, state: Properties) -> None:
        """REVOKE."""
        _change(connections, {**state, "privileges": []}, state)


def is_there(connections: Connections, state: Properties, *, needs_schema: bool) -> bool:
    """Whether the role, the database and the schema that a grant speaks of exist."""
    with connections.autocommitting() as session:
        if not database_exists(session, state["database"]):
            return False
        if state["role"] != PUBLIC and not role_exists(session, state["role"]):
            return False
    if not needs_schema:
        return True
    with connections.transaction(state["database"]) as session:
        return schema_exists(session, state["schema"])


def _needs_schema(state: Properties) -> bool:
    return state["objectType"] not in WITHOUT_SCHEMA and bool(state["schema"])


def _grant(connections: Connections, new: Properties, revoked: Properties) -> None:
    _check(new)
    check_privileges(new["objectType"], new["privileges"], connections.major_version)
    _change(connections, new, revoked)


def _check(new: Properties) -> None:
    """Raise ProviderError for properties that do not go together (messages of the plugin)."""
    object_type, objects, columns = new["objectType"], new["objects"], new["columns"]
    is_column = object_type == "column"
    problem = ""
    if not new["schema"] and object_type not in WITHOUT_SCHEMA:
        problem = "parameter 'schema' is mandatory for postgresql_grant resource"
    elif objects and object_type in ("database", "schema"):
        problem = "cannot specify `objects` when `object_type` is `database` or `schema`"
    elif columns and not is_column:
        problem = "cannot specify `columns` when `object_type` is not `column`"
    elif is_column and not columns:
        problem = "must specify `columns` when `object_type` is `column`"
    elif is_column and len(new["privileges"]) != 1:
        problem = "must specify exactly 1 `privileges` when `object_type` is `column`"
    elif is_column and len(objects) != 1:
        problem = "must specify exactly 1 table in the `objects` field when it is `column`"
    elif object_type.startswith("foreign_") and len(objects) != 1:
        problem = f"one element must be specified in `objects` when it is `{object_type}`"
    if problem:
        raise ProviderError(problem)


def _change(connections: Connections, new: Properties, revoked: Properties) -> None:
    """Revoke what `revoked` says and grant what `new` says, and see that it came true."""
    with connections.transaction(new["database"]) as session:
        lock_role(session, new["role"])
        if new["objectType"] == "database":
            lock_database(session, new["database"])
        revoke = revoke_statement(revoked)
        with membership_of(session, _owners(session, new)):
            if revoke is not None:
                session.run(revoke)
            if new["privileges"]:
                session.run(grant_statement(new))
            check_grant(session, new, revoked, connections.major_version)
        session.commit()


def _owners(session: Session, state: Properties) -> list[str]:
    """Owners of the schema and of the tables in it, whose membership a change needs."""
    object_type, schema = state["objectType"], state["schema"]
    if object_type in WITHOUT_SCHEMA:
        return []
    owners: list[str] = []
    if object_type != "schema":
        rows = session.rows(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = %s", (schema,)
        )
        owners = [row[0] for row in rows]
    schema_owner = session.value(
        "SELECT rolname FROM pg_namespace JOIN pg_roles ON nspowner = pg_roles.oid"
        " WHERE nspname = %s",
        (schema,),
    )
    if schema_owner is None:
        msg = f"could not find schema {schema!r} while looking for its owner"
        raise ProviderError(msg)
    if schema_owner not in owners:
        owners.append(schema_owner)
    return [
        database_owner(session, state["database"]) if owner == "pg_database_owner" else owner
        for owner in owners
    ]


def _read(connections: Connections, session: Session, state: Properties) -> Properties:
    held = holdings(session, state)
    if state["objectType"] == "column":
        wanted = state["privileges"][0]
        return {"columns": [item.object_name for item in held if wanted in item.stated]}
    if state["objectType"] in (*WITHOUT_SCHEMA, "schema"):
        stated = held[0].stated if held else frozenset()
        return {"privileges": read_back(connections, state, stated)}
    by_name: dict[str, set[str]] = {}
    for item in held:  # functions of one name and other arguments count as one
        by_name.setdefault(item.object_name, set()).update(item.stated)
    for found in by_name.values():
        privileges = read_back(connections, state, found)
        if privileges != state["privileges"]:
            return {"privileges": privileges}
    return {}
