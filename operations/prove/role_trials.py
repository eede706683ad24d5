"""Trials of one database role against another, and against the server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Identifier

from operations.prove.cells import Operation, Outcome, Trial
from operations.prove.database_scene import MARK
from operations.prove.database_trials import Session, run
from operations.prove.servers import Refused, Server

AGAINST_ROLE: Final = (Operation.JOIN, Operation.LIMIT, Operation.END)


class Victims:
    """An idle session of each role, made to be ended; one that was ended is made anew."""

    def __init__(self, server: Server, homes: Mapping[str, str]) -> None:
        """`homes` gives each role a database that it may connect to."""
        self._server, self._homes = server, homes
        self._sessions: dict[str, psycopg.Connection[tuple[Any, ...]]] = {}

    def pid(self, user: str) -> int | None:
        """Process of the role's idle session, None where it cannot sign in at all."""
        session = self._sessions.get(user)
        if session is None:
            if user not in self._homes:
                return None
            try:
                session = self._server.connect(user, self._homes[user])
            except Refused:
                return None
            session.autocommit = True
            self._sessions[user] = session
        return session.info.backend_pid

    def forget(self, user: str) -> None:
        """The role's session was ended."""
        self._sessions.pop(user).close()

    def close(self) -> None:
        """End all."""
        for session in self._sessions.values():
            session.close()


def try_roles(
    server: Server, user: str, home: str | None, others: list[str], victims: Victims
) -> Iterator[tuple[str, Trial]]:
    """What a user may do to each of the others and to itself, as pairs of whom and what.

    `home` is a database that the user may connect to: without one nothing can be tried, and
    nothing be done.
    """
    refused = Refused(Outcome.SHUT, "it may connect to no database")
    try:
        if home is None:
            raise refused
        session = server.connect(user, home)
    except Refused as error:
        for other in others:
            for operation in AGAINST_ROLE:
                if (user, operation) != (other, Operation.JOIN):
                    yield (
                        other,
                        Trial(operation=operation, outcome=error.outcome, detail=error.text),
                    )
        yield "", Trial(operation=Operation.MAKE_ROLES, outcome=error.outcome, detail=error.text)
        return
    with contextlib.closing(session):
        for other in others:
            if other != user:
                yield other, _join(session, user, other)
            yield other, _limit(session, other)
            yield other, _end(session, other, victims)
        yield "", _make_roles(session)


def _join(session: Session, user: str, other: str) -> Trial:
    statement = SQL("GRANT {} TO {}").format(Identifier(other), Identifier(user))
    return run(session, Operation.JOIN, [lambda one: bool(one.execute(statement))])


def _limit(session: Session, other: str) -> Trial:
    statement = SQL("ALTER ROLE {} CONNECTION LIMIT 99").format(Identifier(other))
    return run(session, Operation.LIMIT, [lambda one: bool(one.execute(statement))])


def _end(session: Session, other: str, victims: Victims) -> Trial:
    pid = victims.pid(other)
    if pid is None:
        shut = "it has no session, as it may connect to no database"
        return Trial(operation=Operation.END, outcome=Outcome.SHUT, detail=shut)

    def attempt(one: Session) -> bool:
        return one.execute("SELECT pg_terminate_backend(%s, 2000)", [pid]).fetchone() == (True,)

    trial = run(session, Operation.END, [attempt])
    if trial.outcome is Outcome.OPEN:
        victims.forget(other)
    return trial


def _make_roles(session: Session) -> Trial:
    statement = SQL("CREATE ROLE {}").format(Identifier(f"{MARK}made"))
    return run(session, Operation.MAKE_ROLES, [lambda one: bool(one.execute(statement))])


def try_to_exhaust(server: Server, user: str, home: str, limit: int) -> Trial:
    """Open one session more than `limit`, which is what settings allow: the last is refused."""
    with contextlib.ExitStack() as stack:
        for count in range(limit + 1):
            try:
                stack.enter_context(contextlib.closing(server.connect(user, home)))
            except Refused as refused:
                outcome = Outcome.SHUT if refused.is_full else Outcome.UNTRIED
                detail = f"{count} sessions, then: {refused.text}"
                return Trial(operation=Operation.EXHAUST, outcome=outcome, detail=detail)
    return Trial(
        operation=Operation.EXHAUST,
        outcome=Outcome.OPEN,
        detail=f"{limit + 1} sessions, settings allow {limit}",
    )


def compare_limit(recorded: int, limit: int) -> Trial:
    """Where load is not wanted: the limit that the server has recorded, beside the settings'."""
    is_kept = 0 <= recorded <= limit
    return Trial(
        operation=Operation.EXHAUST,
        outcome=Outcome.SHUT if is_kept else Outcome.OPEN,
        detail=f"CONNECTION LIMIT {recorded}, settings say {limit}",
    )
