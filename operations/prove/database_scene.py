"""What the trials in a database need, made by its owners and removed afterwards.

Everything bears a name that begins with `prove_`: what a run that was killed left is removed by the
next one. Two runs at once would remove each other's, so a lock on the server keeps the second out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Identifier

from operations.prove.servers import Refused, Server
from operations.prove.ways import NoWayError
from policies.stage_map import Stage

MARK: Final = "prove_"
OUTSIDER: Final = "prove_outsider"
LOCK_ID: Final = 7_768_483
"""Any number: it has to be the same in every run."""

RELATIONS: Final = """
    SELECT n.nspname, c.relname, c.relkind::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^pg_'
        AND n.nspname <> 'information_schema'
    ORDER BY 1, 2
"""


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A table or a view."""

    schema: str
    name: str
    is_view: bool

    @property
    def identifier(self) -> Identifier:
        """Quoted."""
        return Identifier(self.schema, self.name)


@dataclass(frozen=True, kw_only=True)
class DatabaseScene:
    """One database, with what was made in it."""

    stage: Stage
    database: str
    schemas: tuple[str, ...]
    there_before: tuple[Relation, ...]
    """What the stage itself had; the first of ours where it had nothing."""

    by_admin: tuple[Relation, ...]
    by_app: tuple[Relation, ...]
    views: tuple[Relation, ...]


@contextlib.contextmanager
def alone_on(server: Server) -> Iterator[None]:
    """Keep another run away from the server. Raises NoWayError where there is one."""
    with _signed_in(server, server.names.host_admin, "postgres") as session:
        row = session.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_ID]).fetchone()
        if row != (True,):
            msg = f"Another run tries the server of {server.host} right now: wait until it ends."
            raise NoWayError(msg)
        yield


@contextlib.contextmanager
def outsider_on(server: Server) -> Iterator[None]:
    """A login role without any grant, as long as the trials last."""
    with _signed_in(server, server.names.host_roles, "postgres") as session:
        role = Identifier(OUTSIDER)
        drop = SQL("DROP ROLE IF EXISTS {}").format(role)
        session.execute(drop)
        session.execute(SQL("CREATE ROLE {} LOGIN CONNECTION LIMIT 5").format(role))
        try:
            session.execute(SQL("GRANT rds_iam TO {}").format(role))
            yield
        finally:
            session.execute(drop)


@contextlib.contextmanager
def scene_in(server: Server, stage: Stage, database: str) -> Iterator[DatabaseScene]:
    """Tables of both makers and views, in every schema.

    A maker who cannot sign in or make tables has none here: that is for the trials to find.
    """
    schemas = stage.settings.tenant.databases[database].schemas
    name = stage.names.database(database)
    with contextlib.ExitStack() as stack:
        there: tuple[Relation, ...] = ()
        made: dict[str, tuple[tuple[Relation, Relation], ...]] = {}
        for maker, user in (("admin", stage.names.admin), ("app", stage.names.app)):
            made[maker] = ()
            with contextlib.suppress(Refused):
                session = stack.enter_context(contextlib.closing(server.connect(user, name)))
                session.autocommit = True
                _drop_ours(session)
                stack.callback(_drop_ours, session)
                there = there or _relations(session)
                with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
                    made[maker] = tuple(_make(session, schema, maker) for schema in schemas)
        yield DatabaseScene(
            stage=stage,
            database=name,
            schemas=schemas,
            there_before=there or tuple(table for table, _ in made["admin"]),
            by_admin=tuple(table for table, _ in made["admin"]),
            by_app=tuple(table for table, _ in made["app"]),
            views=tuple(view for pairs in made.values() for _, view in pairs),
        )


def scene_to_ask_about(server: Server, stage: Stage, database: str) -> DatabaseScene:
    """The database as it stands: nothing is made in it. Raises NoWayError."""
    name = stage.names.database(database)
    with _signed_in(server, stage.names.admin, name) as session:
        there = _relations(session)
    return DatabaseScene(
        stage=stage,
        database=name,
        schemas=stage.settings.tenant.databases[database].schemas,
        there_before=there,
        by_admin=(),
        by_app=(),
        views=(),
    )


def _make(session: psycopg.Connection[Any], schema: str, maker: str) -> tuple[Relation, Relation]:
    table = Relation(schema=schema, name=f"{MARK}table_by_{maker}", is_view=False)
    view = Relation(schema=schema, name=f"{MARK}view_by_{maker}", is_view=True)
    session.execute(SQL("CREATE TABLE {} (n int)").format(table.identifier))
    session.execute(SQL("INSERT INTO {} VALUES (1)").format(table.identifier))
    session.execute(
        SQL("CREATE VIEW {} AS SELECT n FROM {}").format(view.identifier, table.identifier)
    )
    return table, view


def _relations(session: psycopg.Connection[Any]) -> tuple[Relation, ...]:
    """What the stage itself has."""
    return tuple(
        Relation(schema=schema, name=name, is_view=kind in "vm")
        for schema, name, kind in session.execute(RELATIONS).fetchall()
        if not name.startswith(MARK)
    )


def _drop_ours(session: psycopg.Connection[Any]) -> None:
    for schema, name, kind in session.execute(RELATIONS).fetchall():
        if name.startswith(MARK) and kind in "rv":
            kind_words = SQL("VIEW") if kind == "v" else SQL("TABLE")
            statement = SQL("DROP {} IF EXISTS {} CASCADE").format(
                kind_words, Identifier(schema, name)
            )
            with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
                session.execute(statement)


@contextlib.contextmanager
def _signed_in(
    server: Server, user: str, database: str
) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    try:
        session = server.connect(user, database)
    except Refused as refused:
        msg = (
            f"{user} cannot sign in to {database} at {server.address}:{server.port}: "
            f"{refused.text}\n  next: are all stages up? Bring them up with --refresh."
        )
        raise NoWayError(msg) from None
    session.autocommit = True
    try:
        yield session
    finally:
        session.close()
