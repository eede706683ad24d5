"""A tenant that takes all it can get: every role, every database that it can make, no timeouts."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

Connect = Callable[[str, str], psycopg.Connection[Any]]
"""A session as a user in a database."""

MADE_DATABASES: Final = 3
REFUSALS_IN_A_ROW: Final = 3

FREE_HANDS: Final = (
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
    "SET transaction_timeout = 0",
    "SET max_parallel_workers_per_gather = 8",
)
"""Timeouts are a courtesy: every session can undo its own."""

BURN: Final = """
    DO $$
    DECLARE n bigint := 0;
    BEGIN
        WHILE clock_timestamp() < to_timestamp({deadline}) LOOP
            FOR m IN 1..10000 LOOP n := n + m; END LOOP;
        END LOOP;
    END $$
"""
SPILL: Final = """
    SELECT count(*) FROM (
        SELECT md5(n::text) AS hash FROM generate_series(1, 100000) AS n ORDER BY hash OFFSET 0
    ) AS sorted
"""
WRITES: Final = (
    "TRUNCATE {}",
    "INSERT INTO {} SELECT n, repeat(md5(n::text), 20) FROM generate_series(1, 5000) AS n",
    "UPDATE {} SET n = -n",
)


@dataclass
class Taken:
    """What it got."""

    sessions: list[psycopg.Connection[Any]] = field(default_factory=list)
    by_role: Counter[str] = field(default_factory=Counter)
    refusals: set[str] = field(default_factory=set)


def make_databases(connect: Connect, admin: str, roles: Sequence[str], own: str) -> list[str]:
    """Databases that it may use: its own, without the limit on it, and some that it makes."""
    names = [f"{own}_{number}" for number in range(MADE_DATABASES)]
    with connect(admin, "postgres") as session:
        session.execute(SQL("ALTER DATABASE {} CONNECTION LIMIT -1").format(Identifier(own)))
        for name in names:
            with suppress(psycopg.errors.DuplicateDatabase):
                session.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
            for role in roles:
                session.execute(
                    SQL("GRANT ALL ON DATABASE {} TO {}").format(Identifier(name), Identifier(role))
                )
    return [own, *names]


def take_sessions(connect: Connect, roles: Sequence[str], databases: Sequence[str]) -> Taken:
    """Open sessions as every role, in every database, until no more is to be had."""
    taken = Taken()
    for role in roles:
        refused = 0
        while refused < REFUSALS_IN_A_ROW:
            database = databases[taken.by_role[role] % len(databases)]
            try:
                taken.sessions.append(connect(role, database))
            except psycopg.OperationalError as error:
                refused += 1
                taken.refusals.add(str(error).split("FATAL:")[-1].strip())
                continue
            refused = 0
            taken.by_role[role] += 1
    return taken


def flood(taken: Taken, kind: str, readonly: str, seconds: float) -> list[threading.Thread]:
    """Set all sessions to work; `kind` is `cpu` or `io`.

    All work ends by itself: a server does not notice that a client is gone while it computes, and
    what floods a machine must not need to be caught.
    """
    deadline = time.time() + seconds
    threads = []
    for number, session in enumerate(taken.sessions):
        writes = kind == "io" and number % 2 == 0 and session.info.user != readonly
        work = _burn if kind == "cpu" else (_write if writes else _spill)
        arguments = (work, session, number, deadline)
        threads.append(threading.Thread(target=_until_over, args=arguments, daemon=True))
    for thread in threads:
        thread.start()
    return threads


Work = Callable[[psycopg.Connection[Any], int, float], None]


def _until_over(work: Work, session: psycopg.Connection[Any], number: int, deadline: float) -> None:
    while not session.closed and time.time() < deadline:
        # Refused more space, it tries again.
        with suppress(psycopg.Error):
            for statement in FREE_HANDS:
                session.execute(statement)
            work(session, number, deadline)


def _burn(session: psycopg.Connection[Any], _: int, deadline: float) -> None:
    session.execute(SQL(BURN).format(deadline=Literal(deadline)))


def _spill(session: psycopg.Connection[Any], _: int, __: float) -> None:
    session.execute("SET work_mem = '64kB'")
    session.execute(SPILL)


def _write(session: psycopg.Connection[Any], number: int, _: float) -> None:
    table = Identifier("flood", f"t{number}")
    session.execute("CREATE SCHEMA IF NOT EXISTS flood")
    session.execute(SQL("CREATE TABLE IF NOT EXISTS {} (n int, text text)").format(table))
    for statement in WRITES:
        session.execute(Composed([SQL(statement).format(table)]))
