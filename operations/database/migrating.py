"""Brings a database's schema up to its migrations, with dbmate.

dbmate, because it commits a migration and the note that it was applied in one transaction, and
serialises runs by an advisory lock: one that was killed leaves nothing to clear up.
https://github.com/amacneil/dbmate
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import psycopg

from operations.database.declared import Schema
from operations.database.errors import FailedError
from operations.server_sessions import DatabaseServer

NOTES: Final = "public.schema_migrations"
"""The table in which dbmate notes what it applied."""

LOCK_WAIT: Final = "60s"


def migrate(server: DatabaseServer, admin: str, database: str, schema: Schema) -> list[str]:
    """Apply what is pending to `database`, signed in as its owner; the files that were applied.

    Each file is a transaction of its own. Raises FailedError with the database's own words.
    """
    numbers = list(schema.files)
    with server.connect(admin, database, application="schema migration") as connection:
        before = applied(connection)
    _refuse_gaps(schema, numbers, before)
    answer = _dbmate(server, admin, database, schema)
    with server.connect(admin, database, application="schema migration") as connection:
        after = applied(connection) or []
    if answer.returncode or set(after) < set(numbers):
        done = ", ".join(schema.files[number].name for number in after if number in numbers)
        said = (answer.stderr or answer.stdout).strip()
        msg = f"Migration of {database} stopped: {said}\n  applied so far: {done or 'nothing'}"
        raise FailedError(f"{msg}\n  next: mend the file that failed; the others stay.")
    return [schema.files[number].name for number in numbers if number not in (before or ())]


def applied(connection: psycopg.Connection[Any]) -> list[str] | None:
    """Numbers of the migrations that were applied; None where none ever was."""
    there = connection.execute("SELECT to_regclass(%s)", [NOTES]).fetchone()
    if there is None or there[0] is None:
        return None
    rows = connection.execute("SELECT version FROM public.schema_migrations ORDER BY 1").fetchall()
    return [row[0] for row in rows]


def _refuse_gaps(schema: Schema, numbers: list[str], before: list[str] | None) -> None:
    """A file below one that was applied would run in another order than it was written for."""
    last = max((number for number in before or () if number in numbers), default="")
    late = [schema.files[n].name for n in numbers if n < last and n not in (before or ())]
    if late:
        msg = (
            f"{', '.join(late)} would come after {schema.files[last].name}, which was applied "
            "already: give it the next free number."
        )
        raise FailedError(msg)


def _dbmate(
    server: DatabaseServer, admin: str, database: str, schema: Schema
) -> subprocess.CompletedProcess[str]:
    program = shutil.which("dbmate", path=_search_path())
    if program is None:
        raise FailedError("dbmate is not installed; `make install` brings it.")
    # In the environment and not in the arguments, which other users of the machine may read.
    url = _url(server, admin, server.token(admin), database)
    return subprocess.run(
        [
            program,
            f"--env-file={os.devnull}",
            f"--migrations-dir={schema.folder}",
            f"--migrations-table={NOTES}",
            "--no-dump-schema",
            "--migration-lock",
            f"--migration-lock-timeout={LOCK_WAIT}",
            "migrate",
        ],
        env={"DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _search_path() -> str:
    """The virtual environment's programs first: dbmate came with the requirements."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def _url(server: DatabaseServer, user: str, password: str, database: str) -> str:
    options = {
        "sslmode": "verify-full",
        "application_name": "schema migration",
        "connect_timeout": "10",
    }
    if authorities := os.environ.get("PGSSLROOTCERT"):
        options["sslrootcert"] = authorities
    who = f"{quote(user, safe='')}:{quote(password, safe='')}"
    where = f"{server.address}:{server.port}/{quote(database, safe='')}"
    return f"postgres://{who}@{where}?{urlencode(options)}"
