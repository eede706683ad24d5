"""Empties a table of a disposable stage, and what depends on it if that is wanted, at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Identifier

from operations.database.errors import FailedError, RefusedError

LOCK_SECONDS: Final = 5
"""How long to wait for sessions that use the tables; behind a waiting TRUNCATE all others queue."""

FIND: Final = """
    SELECT c.oid, c.relkind::text, format('%%I.%%I', n.nspname, c.relname)
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relname = %(table)s AND n.nspname = %(schema)s
"""
AFFECTED: Final = """
    WITH RECURSIVE links(oid, to_oid, because) AS (
        SELECT conrelid, confrelid, format('%%s refers to %%s', conname, confrelid::regclass)
        FROM pg_constraint WHERE contype = 'f' AND conparentid = 0
        UNION ALL
        SELECT inhrelid, inhparent, format('part of %%s', inhparent::regclass) FROM pg_inherits
    ),
    affected(oid, because) AS (
        SELECT %(table)s::oid, '' COLLATE "C"
        UNION
        SELECT l.oid, l.because FROM affected AS a JOIN links AS l ON l.to_oid = a.oid
    ),
    once AS (SELECT oid, min(because) AS because FROM affected GROUP BY oid)
    SELECT
        n.nspname, c.relname, o.because, c.relkind = 'p', pg_total_relation_size(c.oid),
        ARRAY(
            SELECT d.objid::regclass::text
            FROM pg_depend AS d JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
            AND d.refobjid = c.oid AND d.deptype IN ('a', 'i')
        )
    FROM once AS o
    JOIN pg_class AS c ON c.oid = o.oid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    ORDER BY o.oid <> %(table)s, 1, 2
"""


@dataclass(frozen=True, kw_only=True)
class Affected:
    """A table that would be emptied."""

    schema: str
    table: str
    because: str
    """Why it goes too; empty for the table that was named."""

    rows: int
    size_bytes: int
    sequences: tuple[str, ...]
    """Its own, which would start anew."""

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{self.schema}.{self.table}"

    @property
    def is_part(self) -> bool:
        """Whether it is a part of another, rather than a table that refers to one."""
        return self.because.startswith("part of ")


def find_affected(connection: psycopg.Connection[Any], table: str) -> list[Affected]:
    """What goes with `table`, written `[schema.]table`: itself first. Raises FailedError."""
    schema, _, plain = table.rpartition(".")
    found = connection.execute(FIND, {"table": plain, "schema": schema or "public"}).fetchone()
    if found is None:
        database = connection.info.dbname
        msg = f"There is no table {schema or 'public'}.{plain} in {database}: {_near(connection)}"
        raise FailedError(msg)
    oid, kind, name = found
    if kind not in ("r", "p"):
        raise FailedError(f"{name} is no table: a view, a sequence or an index holds no rows.")
    affected = []
    for row in connection.execute(AFFECTED, {"table": oid}).fetchall():
        schema, plain, because, partitioned, size_bytes, sequences = row
        affected.append(
            Affected(
                schema=schema,
                table=plain,
                because=because,
                rows=0 if partitioned else _count(connection, schema, plain),
                size_bytes=size_bytes,
                sequences=tuple(sequences),
            )
        )
    return affected


def refuse_dependants(affected: list[Affected], *, cascade: bool) -> None:
    """Raise RefusedError where tables refer to the one that was named, unless they go too."""
    dependants = [one for one in affected[1:] if not one.is_part]
    if dependants and not cascade:
        told = "; ".join(f"{one.name} ({one.rows:,} rows, {one.because})" for one in dependants)
        msg = (
            f"Tables refer to {affected[0].name}: {told}. --cascade empties them, too; nothing "
            "was changed."
        )
        raise RefusedError(msg)


def truncate(connection: psycopg.Connection[Any], affected: list[Affected]) -> None:
    """Empty exactly these tables and start their sequences anew, all or nothing.

    They are named one by one: CASCADE would take along what has come to depend on them since
    somebody was asked. Raises FailedError where a session holds one of them, and then too.
    """
    tables = SQL(", ").join(Identifier(one.schema, one.table) for one in affected)
    try:
        with connection.transaction():
            connection.execute(SQL("SET LOCAL lock_timeout = {}").format(f"{LOCK_SECONDS}s"))
            connection.execute(SQL("TRUNCATE {} RESTART IDENTITY").format(tables))
    except psycopg.errors.LockNotAvailable:
        msg = (
            f"Other sessions use {', '.join(one.name for one in affected)}; after {LOCK_SECONDS} s "
            "nothing was changed.\n  next: try again, or look who it is in pg_stat_activity."
        )
        raise FailedError(msg) from None
    except (psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedTable) as error:
        msg = (
            f"The tables changed meanwhile ({error.diag.message_primary}); nothing was emptied.\n"
            "  next: try again and look anew at what would go."
        )
        raise FailedError(msg) from None


def _count(connection: psycopg.Connection[Any], schema: str, table: str) -> int:
    row = connection.execute(
        SQL("SELECT count(*) FROM ONLY {}").format(Identifier(schema, table))
    ).fetchone()
    return int(row[0]) if row else 0


def _near(connection: psycopg.Connection[Any]) -> str:
    rows = connection.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    ).fetchall()
    return "it has " + (", ".join(row[0] for row in rows) or "none at all") + "."
