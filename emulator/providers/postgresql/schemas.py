"""Schema of a database (source: `postgresql/resource_postgresql_schema.go`)."""

from __future__ import annotations

from typing import Any

from psycopg.sql import SQL, Composable, Identifier

from emulator.providers.postgresql import types
from emulator.providers.postgresql.connections import Connections, Session
from emulator.providers.postgresql.handler import Found
from emulator.providers.postgresql.memberships import (
    database_exists,
    database_owner,
    membership_of,
    role_exists,
    schema_exists,
)
from emulator.providers.provider import ProviderError
from emulator.values import Properties


class Schemas:
    """Handler of Schema."""

    resource_type = types.SCHEMA

    def create(self, connections: Connections, new: Properties) -> str:
        """CREATE SCHEMA, as a member of the database's and the schema's owner for the moment."""
        database = new["database"] or connections.settings.database
        with connections.transaction(database) as session:
            owner_of_database = database_owner(session, database)
            roles = [owner_of_database]
            if new["owner"] not in ("", owner_of_database):
                roles.append(new["owner"])
            with membership_of(session, roles):
                if not schema_exists(session, new["name"]):
                    session.run(_create_statement(new))
                elif new["owner"]:
                    _set_owner(session, new)
                for statement in _policy_statements("GRANT", new["name"], new["policies"]):
                    session.run(statement)
            session.commit()
        return f"{database}.{new['name']}"

    def read(self, connections: Connections, id_: str, state: Properties) -> Found | None:
        """Owner from the catalogue; policies are not read, as in the plugin."""
        database = state["database"] or connections.settings.database
        name = state["name"]
        if not name:
            database, name = split_id(id_, "database.schema")
        with connections.autocommitting() as session:
            if not database_exists(session, database):
                return None
        with connections.transaction(database) as session:
            owner = session.value(
                "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = %s", (name,)
            )
        if owner is None:
            return None
        found = {"name": name, "owner": owner, "database": database}
        return f"{database}.{name}", {**state, **found}

    def update(self, connections: Connections, id_: str, old: Properties, new: Properties) -> str:
        """Rename, then owner, then policies."""
        database = new["database"] or connections.settings.database
        with connections.transaction(database) as session:
            if old["name"] != new["name"]:
                session.run(
                    SQL("ALTER SCHEMA {} RENAME TO {}").format(
                        Identifier(old["name"]), Identifier(new["name"])
                    )
                )
            if old["owner"] != new["owner"]:
                _set_owner(session, new)
            if old["policies"] != new["policies"]:
                _set_policies(session, old, new)
            session.commit()
        return f"{database}.{new['name']}"

    def delete(self, connections: Connections, state: Properties) -> None:
        """DROP SCHEMA, with what is in it where `dropCascade` says so."""
        with connections.transaction(state["database"]) as session:
            if not schema_exists(session, state["name"]):
                return
            mode = SQL("CASCADE" if state["dropCascade"] else "RESTRICT")
            with membership_of(session, [state["owner"]]):
                session.run(SQL("DROP SCHEMA {} {}").format(Identifier(state["name"]), mode))
            session.commit()


def split_id(id_: str, form: str) -> tuple[str, str]:
    """Both parts of an id in an import; raises ProviderError for another number of parts."""
    parts = id_.split(".")
    if len(parts) != len(form.split(".")):
        msg = f"ID {id_} has not the expected format '{form}': {parts}"
        raise ProviderError(msg)
    return parts[0], parts[1]


def _create_statement(new: Properties) -> Composable:
    condition = SQL("IF NOT EXISTS " if new["ifNotExists"] else "")
    owner = new["owner"]
    ending = SQL(" AUTHORIZATION {}").format(Identifier(owner)) if owner else SQL("")
    return SQL("CREATE SCHEMA {}{}{}").format(condition, Identifier(new["name"]), ending)


def _set_owner(session: Session, new: Properties) -> None:
    if not new["owner"]:
        msg = "error setting schema owner to an empty string"
        raise ProviderError(msg)
    session.run(
        SQL("ALTER SCHEMA {} OWNER TO {}").format(Identifier(new["name"]), Identifier(new["owner"]))
    )


def _by_role(policies: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Policies by lower-case role; those of one role are one policy."""
    merged: dict[str, dict[str, Any]] = {}
    for policy in policies:
        old = merged.get(policy["role"].lower(), {})
        merged[policy["role"].lower()] = {key: old.get(key) or policy[key] for key in policy}
    return merged


def _set_policies(session: Session, old: Properties, new: Properties) -> None:
    before, after = _by_role(old["policies"]), _by_role(new["policies"])
    statements: list[Composable] = []
    for role, policy in before.items():
        is_changed = before[role] != after.get(role)
        is_role_there = not policy["role"] or role_exists(session, policy["role"])
        if is_changed and (role in after or is_role_there):
            statements += _policy_statements("REVOKE", new["name"], [policy])
    for role, policy in after.items():
        if policy != before.get(role):
            statements += _policy_statements("GRANT", new["name"], [policy])
    with membership_of(session, [new["owner"]] if new["owner"] else []):
        for statement in statements:
            session.run(statement)


def _policy_statements(
    action: str, schema: str, policies: list[dict[str, Any]]
) -> list[Composable]:
    statements: list[Composable] = []
    for policy in _by_role(policies).values():
        role = Identifier(policy["role"]) if policy["role"] else SQL("PUBLIC")
        for flag, privilege in (("create", SQL("CREATE")), ("usage", SQL("USAGE"))):
            has_option = policy[f"{flag}WithGrant"]
            if not policy[flag] and not has_option:
                continue
            if action == "GRANT":
                option = SQL(" WITH GRANT OPTION" if has_option else "")
                statement = SQL("GRANT {} ON SCHEMA {} TO {}{}").format(
                    privilege, Identifier(schema), role, option
                )
            else:
                option = SQL("GRANT OPTION FOR " if has_option else "")
                statement = SQL("REVOKE {}{} ON SCHEMA {} FROM {}").format(
                    option, privilege, Identifier(schema), role
                )
            statements.append(statement)
    return statements
