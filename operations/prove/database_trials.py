"""Trials in a database: each in a transaction of its own, which is always rolled back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Composed, Identifier
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random

from operations.prove.cells import Operation, Outcome, Trial
from operations.prove.database_scene import MARK, OUTSIDER, DatabaseScene, Relation
from operations.prove.servers import Refused, Server

Session = psycopg.Connection[tuple[Any, ...]]

IN_SCENE: Final = (
    Operation.READ_OLD,
    Operation.READ_NEW,
    Operation.READ_VIEW,
    Operation.WRITE_ROWS,
    Operation.ALTER,
    Operation.GRANT,
)
"""Trials on what the scene has; the server's own databases have none."""

ANYWHERE: Final = (
    Operation.CREATE,
    Operation.TEMPORARY,
    Operation.PROGRAM,
    Operation.DROP,
)
NO_GRANTOR: Final = "no possible grantors"
"""How PostgreSQL refuses a membership to who could hand it out but for an option on the way."""

DISTURBED: Final = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.SerializationFailure,
)
CONCURRENTLY: Final = "tuple concurrently updated"
"""What PostgreSQL says where two change one row of a catalogue at once; it has no code for it."""

MOST_ATTEMPTS: Final = 10
LONGEST_PAUSE_SECONDS: Final = 0.2

_READ: Final = SQL("SELECT FROM {} LIMIT 1")
_WRITES: Final = (
    SQL("INSERT INTO {} VALUES (2)"),
    SQL("UPDATE {} SET n = 3"),
    SQL("DELETE FROM {}"),
    SQL("TRUNCATE {}"),
)


def try_database(
    server: Server, user: str, database: str, scene: DatabaseScene | None
) -> Iterator[Trial]:
    """Everything that a user may try in a database, over one session."""
    operations = (*(IN_SCENE if scene else ()), *ANYWHERE)
    try:
        session = server.connect(user, database)
    except Refused as refused:
        yield Trial(operation=Operation.CONNECT, outcome=refused.outcome, detail=refused.text)
        for operation in operations:
            yield Trial(operation=operation, outcome=refused.outcome, detail="no session")
        return
    with contextlib.closing(session):
        yield Trial(operation=Operation.CONNECT, outcome=Outcome.OPEN)
        for operation in operations:
            attempts = list(_attempts(operation, database, scene))
            if attempts:
                yield run(session, operation, attempts)


def run(session: Session, operation: Operation, attempts: list[Callable[[Session], bool]]) -> Trial:
    """All attempts that make one trial: open where all succeed, shut where none does."""
    opened, said = 0, ""
    for attempt in attempts:
        try:
            opened += _undisturbed(attempt, session)
        except psycopg.errors.InsufficientPrivilege as error:
            said = said or str(error.diag.message_primary)
        except psycopg.Error as error:
            if NO_GRANTOR in str(error):
                said = said or NO_GRANTOR
                continue
            text = f"{error.sqlstate}: {error.diag.message_primary or error}"
            return Trial(operation=operation, outcome=Outcome.UNTRIED, detail=text)
        finally:
            if not session.closed:
                session.rollback()
    if opened == len(attempts):
        return Trial(operation=operation, outcome=Outcome.OPEN)
    outcome = Outcome.PARTLY if opened else Outcome.SHUT
    partly = f"{opened} of {len(attempts)}: " if opened else ""
    return Trial(operation=operation, outcome=outcome, detail=partly + said)


def _undisturbed(attempt: Callable[[Session], bool], session: Session) -> bool:
    """What comes of an attempt, made again where another user's, at the same time, was in its way.

    Raises psycopg.Error.
    """
    for again in Retrying(
        stop=stop_after_attempt(MOST_ATTEMPTS),
        wait=wait_random(max=LONGEST_PAUSE_SECONDS),
        retry=retry_if_exception(_is_disturbed),
        before_sleep=lambda _: session.rollback(),
        reraise=True,
    ):
        with again:
            return attempt(session)
    raise AssertionError  # Retrying either returns or raises.


def _is_disturbed(error: BaseException) -> bool:
    return isinstance(error, DISTURBED) or CONCURRENTLY in str(error)


def _attempts(
    operation: Operation, database: str, scene: DatabaseScene | None
) -> Iterable[Callable[[Session], bool]]:
    if operation is Operation.CREATE:
        for schema in scene.schemas if scene else ("public",):
            table = Identifier(schema, f"{MARK}made")
            yield _statement(SQL("CREATE TABLE {} (n int)").format(table))
    elif operation is Operation.TEMPORARY:
        yield _statement(SQL("CREATE TEMPORARY TABLE {} (n int)").format(Identifier(f"{MARK}t")))
    elif operation is Operation.PROGRAM:
        yield _statement(SQL("COPY (SELECT 1) TO PROGRAM 'true'").format())
    elif operation is Operation.DROP:
        # DROP DATABASE cannot be taken back; it asks for ownership, and so does this.
        yield _statement(SQL("ALTER DATABASE {} CONNECTION LIMIT 7").format(Identifier(database)))
    elif scene is not None:
        yield from _attempts_in(operation, scene)


def _attempts_in(operation: Operation, scene: DatabaseScene) -> Iterable[Callable[[Session], bool]]:
    if operation is Operation.READ_OLD:
        yield from _each(_READ, scene.there_before)
    elif operation is Operation.READ_NEW:
        yield from _each(_READ, (*scene.by_admin, *scene.by_app))
    elif operation is Operation.READ_VIEW:
        yield from _each(_READ, scene.views)
    elif operation is Operation.WRITE_ROWS:
        for statement in _WRITES:
            yield from _each(statement, (*scene.by_admin, *scene.by_app))
        tables = [each for each in scene.there_before if not each.is_view]
        yield from _each(SQL("DELETE FROM {} WHERE false"), tables)
    elif operation is Operation.ALTER:
        yield from _each(SQL("ALTER TABLE {} ADD COLUMN m int"), scene.by_admin)
        yield from _each(SQL("DROP TABLE {} CASCADE"), scene.by_admin)
    else:
        for table in scene.by_admin:
            yield _grants(table)


def _each(statement: SQL, relations: Iterable[Relation]) -> Iterable[Callable[[Session], bool]]:
    for relation in relations:
        yield _statement(statement.format(relation.identifier))


def _statement(statement: Composed) -> Callable[[Session], bool]:
    def attempt(session: Session) -> bool:
        session.execute(statement)
        return True

    return attempt


def _grants(table: Relation) -> Callable[[Session], bool]:
    def attempt(session: Session) -> bool:
        """Whether the grant had an effect: without the right PostgreSQL may only warn."""
        grantee = Identifier(OUTSIDER)
        session.execute(SQL("GRANT SELECT ON {} TO {}").format(table.identifier, grantee))
        row = session.execute(
            "SELECT has_table_privilege(%s, format('%%I.%%I', %s::text, %s::text), 'SELECT')",
            [OUTSIDER, table.schema, table.name],
        ).fetchone()
        return row == (True,)

    return attempt
