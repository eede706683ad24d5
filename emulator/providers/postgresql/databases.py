"""Database (source: `postgresql/resource_postgresql_database.go`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg.sql import SQL, Composable, Identifier

from emulator.providers.postgresql import types
from emulator.providers.postgresql.connections import Connections, Session, raw
from emulator.providers.postgresql.handler import Found
from emulator.providers.postgresql.memberships import (
    database_owner,
    grant_membership,
    lock_role,
    revoke_membership,
)
from emulator.providers.postgresql.roles import quoted_text
from emulator.values import Properties


class Databases:
    """Handler of Database."""

    resource_type = types.DATABASE

    def create(self, connections: Connections, new: Properties) -> str:
        """CREATE DATABASE, as a member of the owner for the moment."""
        with _acting_as_owner(connections, new["owner"]) as session:
            session.run(_create_statement(connections, new))
        return str(new["name"])

    def read(self, connections: Connections, id_: str, state: Properties) -> Found | None:
        """Everything from the catalogue but the template, which it does not hold."""
        with connections.autocommitting() as session:
            rows = session.rows(
                "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate,"
                " datctype, spcname, datconnlimit, datallowconn, datistemplate"
                " FROM pg_database JOIN pg_tablespace ON dattablespace = pg_tablespace.oid"
                " WHERE datname = %s",
                (id_,),
            )
        if not rows:
            return None
        names = (
            "owner",
            "encoding",
            "lcCollate",
            "lcCtype",
            "tablespaceName",
            "connectionLimit",
            "allowConnections",
            "isTemplate",
        )
        found = dict(zip(names, rows[0], strict=True))
        template = state["template"] or "template0"
        return id_, {**state, **found, "name": id_, "template": template}

    def update(self, connections: Connections, id_: str, old: Properties, new: Properties) -> str:
        """ALTER DATABASE for what changed."""
        database = Identifier(new["name"])
        changed = {name for name in new if old[name] != new[name]}
        with connections.autocommitting() as session:
            if "name" in changed:
                session.run(
                    SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(old["name"]), database)
                )
        if changed & {"owner", "alterObjectOwnership"} and new["alterObjectOwnership"]:
            _hand_over_objects(connections, new)
        if "owner" in changed and new["owner"]:
            with _acting_as_owner(connections, new["owner"]) as session:
                session.run(
                    SQL("ALTER DATABASE {} OWNER TO {}").format(database, Identifier(new["owner"]))
                )
        with connections.autocommitting() as session:
            for what in _alterations(changed, new):
                session.run(SQL("ALTER DATABASE {} {}").format(database, what))
        return str(new["name"])

    def delete(self, connections: Connections, state: Properties) -> None:
        """End the database's connections and DROP it."""
        name: str = state["name"]
        database = Identifier(name)
        with _acting_as_owner(connections, state["owner"]) as session:
            if state["isTemplate"]:
                session.run(SQL("ALTER DATABASE {} IS_TEMPLATE false").format(database))
            session.run(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(database))
            session.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> pg_backend_pid()",
                (name,),
            )
            session.run(SQL("DROP DATABASE {} WITH ( FORCE )").format(database))


@contextmanager
def _acting_as_owner(connections: Connections, owner: str) -> Iterator[Session]:
    """Session whose user is a member of the owner meanwhile, one such at a time per user."""
    current_user = connections.settings.current_user
    with connections.autocommitting() as session:
        if not owner:
            yield session
            return
        with connections.transaction() as lock:
            lock_role(lock, current_user)
            is_granted = grant_membership(session, owner, current_user)
            try:
                yield session
            finally:
                if is_granted:
                    with suppress(psycopg.Error):  # the plugin loses this error, too
                        revoke_membership(session, owner, current_user)


def _create_statement(connections: Connections, new: Properties) -> Composable:
    owner = new["owner"] or connections.settings.current_user
    template, encoding = new["template"] or "template0", new["encoding"] or "UTF8"
    parts: list[Composable] = [
        SQL("CREATE DATABASE {} OWNER {}").format(Identifier(new["name"]), Identifier(owner)),
        SQL("TEMPLATE {}").format(_name_or_default(template)),
        SQL("ENCODING {}").format(_text_or_default(encoding)),
    ]
    for property_, keyword in (("lcCollate", "LC_COLLATE"), ("lcCtype", "LC_CTYPE")):
        if new[property_]:
            parts.append(raw(keyword))
            parts.append(_text_or_default(new[property_]))
    if new["tablespaceName"]:
        parts.append(SQL("TABLESPACE {}").format(_name_or_default(new["tablespaceName"])))
    parts.append(raw(f"ALLOW_CONNECTIONS {_flag(new['allowConnections'])}"))
    parts.append(raw(f"CONNECTION LIMIT {new['connectionLimit']:d}"))
    parts.append(raw(f"IS_TEMPLATE {_flag(new['isTemplate'])}"))
    return SQL(" ").join(parts)


def _name_or_default(name: str) -> Composable:
    return SQL("DEFAULT") if name.upper() == "DEFAULT" else Identifier(name)


def _text_or_default(text: str) -> Composable:
    return SQL("DEFAULT") if text.upper() == "DEFAULT" else quoted_text(text)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _alterations(changed: set[str], new: Properties) -> list[Composable]:
    alterations: list[Composable] = []
    tablespace = new["tablespaceName"]
    if "tablespaceName" in changed:
        is_reset = not tablespace or tablespace.upper() == "DEFAULT"
        alterations.append(
            SQL("RESET TABLESPACE")
            if is_reset
            else SQL("SET TABLESPACE {}").format(Identifier(tablespace))
        )
    if "connectionLimit" in changed:
        alterations.append(raw(f"CONNECTION LIMIT = {new['connectionLimit']:d}"))
    if "allowConnections" in changed:
        alterations.append(raw(f"ALLOW_CONNECTIONS {_flag(new['allowConnections'])}"))
    if "isTemplate" in changed:
        alterations.append(raw(f"IS_TEMPLATE {_flag(new['isTemplate'])}"))
    return alterations


def _hand_over_objects(connections: Connections, new: Properties) -> None:
    """REASSIGN OWNED inside the database from its owner to the new one."""
    owner: str = new["owner"]
    current_user = connections.settings.current_user
    if not owner:
        return
    with connections.transaction(new["name"]) as lock, connections.autocommitting() as session:
        lock_role(lock, current_user)
        old_owner = database_owner(session, new["name"])
        if old_owner == owner:
            return
        is_granted = grant_membership(session, old_owner, current_user)
        try:
            lock.run(
                SQL("REASSIGN OWNED BY {} TO {}").format(Identifier(old_owner), Identifier(owner))
            )
            lock.commit()
        finally:
            if is_granted:
                with suppress(psycopg.Error):
                    revoke_membership(session, old_owner, current_user)
