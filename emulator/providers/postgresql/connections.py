"""Connections to a server, opened for one piece of work and closed after it.

The plugin keeps none idle either (`SetMaxIdleConns(0)` in `postgresql/config.go`), so that a
database can be dropped while a provider lives; it opens at most `maxConnections` per database.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, LiteralString

import psycopg
from psycopg.sql import SQL, Composable, Composed

from emulator.providers.postgresql.configuration import Settings
from emulator.providers.postgresql.errors import describe, redact
from emulator.providers.provider import ProviderError

CANCEL_TIMEOUT_SECONDS: Final = 5
PRIVILEGE_WARNINGS: Final = frozenset({"01006", "01007"})
"""SQLSTATEs of `privilege_not_revoked` and `privilege_not_granted`, only ever warnings:
https://www.postgresql.org/docs/current/errcodes-appendix.html"""

Parameters = Sequence[Any] | Mapping[str, Any]


def raw(text: str) -> SQL:
    """SQL text that is no literal of ours: keywords that were checked before."""
    return SQL(text)


class Session:
    """One connection at work, and the warnings that its statements brought."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection
        self.warnings: list[tuple[str, str]] = []
        """SQLSTATE and text."""
        connection.add_notice_handler(self._note)

    def _note(self, diagnostic: psycopg.errors.Diagnostic) -> None:
        if diagnostic.severity_nonlocalized == "WARNING":  # it is empty once this returns
            self.warnings.append((diagnostic.sqlstate or "", diagnostic.message_primary or ""))

    @property
    def privilege_warnings(self) -> list[str]:
        """Texts of the warnings that say that a grant or a revoke did nothing, or not all."""
        return [text for sqlstate, text in self.warnings if sqlstate in PRIVILEGE_WARNINGS]

    @property
    def major_version(self) -> int:
        """Major version of the server."""
        return self._connection.info.server_version // 10_000

    def run(self, statement: Composable) -> None:
        """Run a statement that returns nothing of interest."""
        self._connection.execute(Composed([statement]))

    def rows(self, query: LiteralString, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return self._connection.execute(query, parameters).fetchall()

    def value(self, query: LiteralString, parameters: Parameters = ()) -> Any:
        """First value of a query's first row, None where there is no row."""
        row = self._connection.execute(query, parameters).fetchone()
        return None if row is None else row[0]

    def commit(self) -> None:
        """Commit what was done so far."""
        self._connection.commit()


class Connections:
    """Opens connections with one configuration; safe between threads."""

    def __init__(self, settings: Settings, password: str) -> None:
        self.settings = settings
        self._password = password
        self._slots: dict[str, threading.Semaphore] = {}
        self._live: set[psycopg.Connection[tuple[Any, ...]]] = set()
        self._lock = threading.Lock()
        self._server_major_version: int | None = None

    @contextmanager
    def transaction(self, database: str = "") -> Iterator[Session]:
        """Transaction on a database (the provider's own by default), undone unless committed."""
        with self._open(database or self.settings.database, autocommit=False) as session:
            yield session

    @contextmanager
    def autocommitting(self) -> Iterator[Session]:
        """Statements on the provider's own database that each commit by themselves."""
        with self._open(self.settings.database, autocommit=True) as session:
            yield session

    @property
    def major_version(self) -> int:
        """Major version that the program stated, else the server's.

        Asked of the provider's own database once, before anything else is done, as in the plugin:
        a provider whose own database is closed to it can do nothing.
        """
        if self._server_major_version is None:
            with self.autocommitting() as session:
                self._server_major_version = session.major_version
        return self.settings.expected_major_version or self._server_major_version

    def cancel(self) -> None:
        """Stop the statements that run now."""
        with self._lock:
            live = list(self._live)
        for connection in live:
            if not connection.closed:
                connection.cancel_safe(timeout=CANCEL_TIMEOUT_SECONDS)

    @contextmanager
    def _open(self, database: str, *, autocommit: bool) -> Iterator[Session]:
        with self._slot(database):
            connection = self._connect(database, autocommit=autocommit)
            with self._lock:
                self._live.add(connection)
            try:
                yield Session(connection)
            finally:
                with self._lock:
                    self._live.discard(connection)
                connection.close()

    @contextmanager
    def _slot(self, database: str) -> Iterator[None]:
        limit = self.settings.max_connections
        if limit <= 0:
            yield
            return
        with self._lock:
            slot = self._slots.setdefault(database, threading.Semaphore(limit))
        timeout_seconds = self.settings.connect_timeout_seconds
        if not slot.acquire(timeout=timeout_seconds):
            msg = (
                f"no connection to database {database!r} became free in {timeout_seconds} s: all "
                f"{limit} are in use. Raise the provider's maxConnections, or chain the resources"
            )
            raise ProviderError(msg)
        try:
            yield
        finally:
            slot.release()

    def _connect(self, database: str, *, autocommit: bool) -> psycopg.Connection[tuple[Any, ...]]:
        settings = self.settings
        try:
            return psycopg.connect(
                host=settings.host,
                port=settings.port,
                user=settings.username,
                password=self._password,
                dbname=database,
                sslmode=settings.ssl_mode,
                sslrootcert=settings.ssl_root_certificate_file,
                connect_timeout=settings.connect_timeout_seconds,
                fallback_application_name="Pulumi provider",
                gssencmode="disable",
                passfile=f"{os.devnull}/none",  # not the file of whoever started the process
                options="",
                autocommit=autocommit,
                prepare_threshold=None,
            )
        except psycopg.Error as error:
            text = redact(describe(error), [self._password])
        where = f"{settings.host}:{settings.port}, database {database!r}"
        msg = f"could not connect to PostgreSQL at {where} as {settings.username!r}: {text}"
        if settings.iam_auth and not settings.iam_region:
            msg += ". The IAM token was signed for no region: set the provider's awsRdsIamRegion"
        raise ProviderError(msg)
