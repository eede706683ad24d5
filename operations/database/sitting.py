"""Who sits in a database, and how they come to leave it before it is dropped.

PostgreSQL cannot speak to an idle session: whoever sits there is listed for the one who asked, and
the session's next statement says `terminating connection due to administrator command`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Identifier

from operations.database.errors import RefusedError

POLL_SECONDS: Final = 0.1

SITTING: Final = """
    SELECT
        pid, usename, coalesce(application_name, ''), coalesce(client_addr::text, 'local'),
        coalesce(state, 'not shown'), extract(epoch FROM now() - xact_start)::float,
        pg_has_role(usesysid, 'USAGE')
    FROM pg_stat_activity
    WHERE datname = %s AND backend_type = 'client backend' AND pid <> pg_backend_pid()
    ORDER BY backend_start
"""


@dataclass(frozen=True, kw_only=True)
class Session:
    """Somebody's session."""

    pid: int
    user: str
    application: str
    client: str
    state: str
    transaction_seconds: float | None
    """Age of its transaction, None where it is in none."""

    may_end: bool
    """Whether the stage's admin may end it."""

    def __str__(self) -> str:
        age = self.transaction_seconds
        busy = f", {age:.0f} s into a transaction" if age is not None else ""
        named = f" ({self.application})" if self.application else ""
        return f"{self.user}{named} from {self.client}: {self.state}{busy}"


def sessions_in(connection: psycopg.Connection[Any], database: str) -> list[Session]:
    """Sessions of `database`, seen from another one."""
    return [
        Session(
            pid=pid,
            user=user,
            application=application,
            client=client,
            state=state,
            transaction_seconds=seconds,
            may_end=may_end,
        )
        for pid, user, application, client, state, seconds, may_end in connection.execute(
            SITTING, [database]
        ).fetchall()
    ]


def exists(connection: psycopg.Connection[Any], database: str) -> bool:
    """Whether the server has the database."""
    found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [database])
    return found.fetchone() is not None


def refuse_untouchable(sessions: list[Session]) -> None:
    """Raise RefusedError where somebody sits there whom the stage's admin may not end."""
    others = [str(session) for session in sessions if not session.may_end]
    if others:
        msg = (
            f"Sessions that the stage's admin may not end: {'; '.join(others)}. Nothing was "
            "changed.\n  next: ask whoever they are to leave."
        )
        raise RefusedError(msg)


def send_away(
    connection: psycopg.Connection[Any], database: str, grace_seconds: float
) -> list[Session]:
    """Let nobody in any more, give transactions time to end, end all sessions; who they were."""
    connection.execute(
        SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(Identifier(database))
    )
    deadline = time.monotonic() + grace_seconds
    while time.monotonic() < deadline and any(
        session.transaction_seconds is not None for session in sessions_in(connection, database)
    ):
        time.sleep(POLL_SECONDS)
    ended = sessions_in(connection, database)
    for session in ended:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [session.pid])
    return ended
