"""The neighbour: a steady load of small transactions at a fixed rate, whoever else is there.

It runs as a process of its own, `python -m benchmarks.flood.neighbour`, with a JSON object as its
one argument, until its standard input ends; then it writes what it saw. A transaction's time counts
from when it was due, not from when a session was free for it: waiting in a line is latency, too.
"""

from __future__ import annotations

import json
import queue
import random
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg

SESSIONS: Final = 8
INSTRUMENTS: Final = 1000

CONNECT_EVERY_SECONDS: Final = 0.25
PATIENCE_SECONDS: Final = 5
"""How long a transaction waits for a session, or a newcomer for a connection, and then gives up."""

TABLES: Final = """
    CREATE TABLE IF NOT EXISTS load_instruments (id int PRIMARY KEY, currency text);
    CREATE TABLE IF NOT EXISTS load_prices (
        id int REFERENCES load_instruments, at timestamptz, price numeric, PRIMARY KEY (id, at)
    );
    INSERT INTO load_instruments SELECT n, 'EUR' FROM generate_series(1, 1000) AS n
    ON CONFLICT DO NOTHING;
    INSERT INTO load_prices
    SELECT n, now() - interval '1 second' * m, m
    FROM generate_series(1, 1000) AS n, generate_series(1, 200) AS m
    ON CONFLICT DO NOTHING;
    ANALYZE load_prices;
"""


class GaveUpError(psycopg.Error):
    """No session was free in time."""


class Neighbour:
    """Sessions, what is due, and what came of it."""

    def __init__(self, folder: str, user: str, database: str, rate: float) -> None:
        self._where = f"host='{folder}' port=5432 user='{user}' dbname='{database}'"
        self._where += f" connect_timeout={PATIENCE_SECONDS}"
        self._rate = rate
        self._due: queue.SimpleQueue[float | None] = queue.SimpleQueue()
        self.seen: list[tuple[str, float, float, str]] = []
        """Kind, when it was due, seconds, the error or nothing."""

    def connect(self) -> psycopg.Connection[Any]:
        """A session."""
        return psycopg.connect(self._where, autocommit=True)

    def run(self, is_over: threading.Event) -> None:
        """Work until it is over."""
        with self.connect() as session:
            session.execute(TABLES)
        workers = [threading.Thread(target=self._work) for _ in range(SESSIONS)]
        comer = threading.Thread(target=self._come_anew, args=(is_over,))
        for thread in (*workers, comer):
            thread.start()
        due = time.monotonic()
        while not is_over.is_set():
            self._due.put(due)
            due += 1 / self._rate
            time.sleep(max(0.0, due - time.monotonic()))
        for _ in workers:
            self._due.put(None)
        for thread in (*workers, comer):
            thread.join()

    def _work(self) -> None:
        session = self.connect()
        while (due := self._due.get()) is not None:
            if session.closed:
                session = self._again(session)

            def transact(due: float = due, session: psycopg.Connection[Any] = session) -> None:
                if time.monotonic() - due > PATIENCE_SECONDS:
                    raise GaveUpError
                instrument = random.randint(1, INSTRUMENTS)  # noqa: S311 - a load, not a secret
                with session.transaction():
                    session.execute(
                        "INSERT INTO load_prices VALUES (%s, clock_timestamp(), 1)", [instrument]
                    )
                    session.execute(
                        "SELECT * FROM load_prices WHERE id = %s ORDER BY at DESC LIMIT 10",
                        [instrument],
                    ).fetchall()

            self._note("transaction", due, transact)
        session.close()

    def _again(self, session: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
        try:
            return self.connect()
        except psycopg.Error:
            return session  # and what is due fails

    def _come_anew(self, is_over: threading.Event) -> None:
        while not is_over.wait(CONNECT_EVERY_SECONDS):
            self._note("connection", time.monotonic(), lambda: self.connect().close())

    def _note(self, kind: str, due: float, action: Callable[[], None]) -> None:
        error = ""
        try:
            action()
        except psycopg.Error as raised:
            error = str(raised).split("FATAL:")[-1].strip() or "no session was free in 5 s"
        self.seen.append((kind, due, time.monotonic() - due, error))


def main() -> None:
    """Work until standard input ends; write what was seen, as JSON."""
    neighbour = Neighbour(**json.loads(sys.argv[1]))
    is_over = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        is_over.set()

    threading.Thread(target=wait, daemon=True).start()
    neighbour.run(is_over)
    json.dump(neighbour.seen, sys.stdout)


if __name__ == "__main__":
    main()
