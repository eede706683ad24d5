"""Makes `declared.json`: the migrations applied to a scratch database, and what is there then.

The scratch database lies on a disposable stage's server and gets the grants of a stage's database,
as components/stage_database.py makes them, so that default privileges give what they give.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.sql import SQL, Composed, Identifier

from operations.database.declared import Schema, Snapshot
from operations.database.errors import RefusedError
from operations.database.migrating import migrate
from operations.database.objects import READING, read_objects
from operations.server_sessions import DatabaseServer
from operations.stage_files import StageFile
from stages.names import Names

TABLE_PRIVILEGES = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"


def declare(server: DatabaseServer, stage: StageFile, schema: Schema) -> Snapshot:
    """What the migrations make. Raises RefusedError where the stage is none to try things on."""
    if not stage.disposable:
        msg = (
            f"Stage {stage.stage} is protected: a scratch database belongs on a disposable stage, "
            "whose file says protected: false."
        )
        raise RefusedError(msg)
    names, schemas = stage.names, stage.settings.tenant.databases[schema.database].schemas
    scratch = names.database(f"{schema.database}_declared")
    digests = schema.digests
    with _scratch_database(server, names, scratch):
        with server.connect(names.admin, scratch, application="schema declaration") as connection:
            for statement in _standing_grants(names, scratch, schemas):
                connection.execute(statement)
        migrate(server, names.admin, scratch, schema)
        with server.connect(
            names.admin, scratch, application="schema declaration", options=READING
        ) as connection:
            objects = read_objects(connection, names)
            major = connection.info.server_version // 10_000
    return Snapshot(postgresql=major, migrations=digests, objects=objects)


@contextmanager
def _scratch_database(server: DatabaseServer, names: Names, scratch: str) -> Iterator[None]:
    drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(scratch))
    with server.connect(names.admin, "postgres", application="schema declaration") as connection:
        connection.execute(drop)  # one that a killed run left
        connection.execute(
            SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(Identifier(scratch))
        )
        try:
            yield
        finally:
            connection.execute(drop)


def _standing_grants(names: Names, database: str, schemas: tuple[str, ...]) -> list[Composed]:
    """What the program grants in a stage's database before anything is in it."""
    it, admin = Identifier(database), Identifier(names.admin)
    app, readonly = Identifier(names.app), Identifier(names.readonly)
    statements: list[Composed] = [
        SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(it),
        SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(it, app),
        SQL("GRANT CONNECT ON DATABASE {} TO {}").format(it, readonly),
    ]
    for schema in map(Identifier, schemas):
        statements += [
            SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(schema, admin),
            SQL("GRANT CREATE, USAGE ON SCHEMA {} TO {}").format(schema, app),
            SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, readonly),
        ]
    default = SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT ")
    statements += [
        default.format(owner) + SQL(rights).format(readonly)
        for owner in (admin, app)
        for rights in ("SELECT ON TABLES TO {}", "SELECT ON SEQUENCES TO {}")
    ]
    statements += [
        default.format(admin) + SQL("{} ON TABLES TO {}").format(SQL(TABLE_PRIVILEGES), app),
        default.format(admin) + SQL("SELECT, UPDATE, USAGE ON SEQUENCES TO {}").format(app),
    ]
    return statements
