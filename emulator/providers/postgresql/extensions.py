"""Extension of a database (source: `postgresql/resource_postgresql_extension.go`)."""

from __future__ import annotations

from psycopg.sql import SQL, Composable, Identifier

from emulator.providers.postgresql import types
from emulator.providers.postgresql.connections import Connections
from emulator.providers.postgresql.handler import Found
from emulator.providers.postgresql.memberships import database_exists
from emulator.providers.postgresql.schemas import split_id
from emulator.providers.provider import ProviderError
from emulator.values import Properties


class Extensions:
    """Handler of Extension."""

    resource_type = types.EXTENSION

    def create(self, connections: Connections, new: Properties) -> str:
        """CREATE EXTENSION IF NOT EXISTS."""
        database = new["database"] or connections.settings.database
        parts: list[Composable] = [
            SQL("CREATE EXTENSION IF NOT EXISTS {}").format(Identifier(new["name"]))
        ]
        if new["schema"]:
            parts.append(SQL("SCHEMA {}").format(Identifier(new["schema"])))
        if new["version"]:
            parts.append(SQL("VERSION {}").format(Identifier(new["version"])))
        if new["createCascade"]:
            parts.append(SQL("CASCADE"))
        with connections.transaction(database) as session:
            session.run(SQL(" ").join(parts))
            session.commit()
        return f"{database}.{new['name']}"

    def read(self, connections: Connections, id_: str, state: Properties) -> Found | None:
        """Schema and version from the catalogue."""
        database = state["database"] or connections.settings.database
        name = state["name"]
        if not name:
            database, name = split_id(id_, "database.extension")
        with connections.autocommitting() as session:
            if not database_exists(session, database):
                return None
        with connections.transaction(database) as session:
            rows = session.rows(
                "SELECT nspname, extversion FROM pg_extension"
                " JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = %s",
                (name,),
            )
        if not rows:
            return None
        schema, version = rows[0]
        found = {"name": name, "schema": schema, "version": version, "database": database}
        return f"{database}.{name}", {**state, **found}

    def update(self, connections: Connections, id_: str, old: Properties, new: Properties) -> str:
        """Move to another schema, then to another version."""
        extension = Identifier(new["name"])
        with connections.transaction(new["database"]) as session:
            if old["schema"] != new["schema"]:
                if not new["schema"]:
                    msg = "error setting extension name to an empty string"
                    raise ProviderError(msg)
                session.run(
                    SQL("ALTER EXTENSION {} SET SCHEMA {}").format(
                        extension, Identifier(new["schema"])
                    )
                )
            if old["version"] != new["version"]:
                version = new["version"]
                ending = SQL(" TO {}").format(Identifier(version)) if version else SQL("")
                session.run(SQL("ALTER EXTENSION {} UPDATE{}").format(extension, ending))
            session.commit()
        return f"{new['database']}.{new['name']}"

    def delete(self, connections: Connections, state: Properties) -> None:
        """DROP EXTENSION, with what depends on it where `dropCascade` says so."""
        mode = SQL("CASCADE" if state["dropCascade"] else "RESTRICT")
        with connections.transaction(state["database"]) as session:
            session.run(SQL("DROP EXTENSION {} {}").format(Identifier(state["name"]), mode))
            session.commit()
