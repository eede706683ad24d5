"""Whether a database is as new: what it holds is declared, and no row was ever written."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Identifier

from operations.database.checking import check_database
from operations.database.declared import Schema
from operations.server_sessions import DatabaseServer
from operations.stage_files import StageFile

OF_A_NEW_ONE: Final = frozenset({"migration-pending", "missing"})


def is_as_new(server: DatabaseServer, stage: StageFile, schema: Schema) -> bool:
    """Whether making it anew would change nothing but apply what migrations are pending.

    So it is after a run that was cut short between the making and the last migration.
    """
    violations = check_database(server, stage, schema)
    if any(violation.kind not in OF_A_NEW_ONE for violation in violations):
        return False
    pending = any(violation.kind == "migration-pending" for violation in violations)
    if violations and not pending:
        return False
    names = stage.names
    database = names.database(schema.database)
    with server.connect(names.admin, database, application="database recreate") as connection:
        return not _was_used(connection)


def _was_used(connection: psycopg.Connection[Any]) -> bool:
    used = connection.execute(
        "SELECT FROM pg_sequences WHERE last_value IS NOT NULL LIMIT 1"
    ).fetchone()
    if used is not None:
        return True
    tables = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^pg_'"
        " AND schemaname <> 'information_schema' AND tablename <> 'schema_migrations'"
    ).fetchall()
    return any(_has_rows(connection, schema, table) for schema, table in tables)


def _has_rows(connection: psycopg.Connection[Any], schema: str, table: str) -> bool:
    query = SQL("SELECT FROM {} LIMIT 1").format(Identifier(schema, table))
    return connection.execute(query).fetchone() is not None
