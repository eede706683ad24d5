"""Compares the schemas of a stage's databases with the declared ones, and only reads.

Where the stage is protected it signs in as one who can do nothing but read.
"""

from __future__ import annotations

from pathlib import Path

import psycopg

from operations.database.declared import Schema, find_schema
from operations.database.differences import Compared, Violation, compare
from operations.database.errors import FailedError
from operations.database.migrating import NOTES, applied
from operations.database.objects import READING, read_objects
from operations.server_sessions import DatabaseServer, find_reader, find_server
from operations.stage_files import StageFile


def check(stage: StageFile, databases: tuple[str, ...], folder: Path = Path()) -> list[Violation]:
    """Violations in the stage's `databases`, named without the stage.

    Raises FailedError and NoSessionError where it could not look.
    """
    server = find_server(stage) if stage.disposable else find_reader(stage)
    found = []
    for database in databases:
        found += check_database(server, stage, find_schema(database, folder))
    return found


def check_database(server: DatabaseServer, stage: StageFile, schema: Schema) -> list[Violation]:
    """Violations in one database at `server`. Raises FailedError and NoSessionError."""
    names, snapshot = stage.names, schema.snapshot()
    database = names.database(schema.database)
    with server.connect(
        names.readonly, database, application="schema check", options=READING
    ) as connection:
        major = connection.info.server_version // 10_000
        if major != snapshot.postgresql:
            msg = (
                f"{database} is on PostgreSQL {major}, {schema.snapshot_file} was made on "
                f"{snapshot.postgresql}, which writes definitions otherwise: declare it anew."
            )
            raise FailedError(msg)
        try:
            live, done = read_objects(connection, names), applied(connection)
        except psycopg.errors.InsufficientPrivilege as error:
            msg = (
                f"{names.readonly} may not read {NOTES} in {database}: {error.diag.message_primary}"
                ".\n  next: `up` of the stage with --refresh puts its grants right."
            )
            raise FailedError(msg) from None
    compared = Compared(stage=stage.stage, database=database, disposable=stage.disposable)
    return compare(compared, schema, snapshot, live, done)
