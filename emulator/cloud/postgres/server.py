"""One PostgreSQL server: its process, its private socket, and the superuser's connection to it."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg

from emulator.cloud.postgres.programs import Programs
from emulator.cloud.postgres.spawner import Spawner, end_of
from emulator.cloud.postgres.template import SUPERUSER, copy_template

START_TIMEOUT_SECONDS: Final = 30
STOP_TIMEOUT_SECONDS: Final = 10
SOCKET_NAME: Final = ".s.PGSQL.5432"
SESSION_OPTIONS: Final = "-c log_statement=none -c log_min_duration_statement=-1"
"""Settings of the superuser's sessions: what they say may hold a password."""


class PostgresServer:
    """A server that listens on a unix socket in a folder that only its user may enter."""

    def __init__(self, folder: Path, programs: Programs, spawner: Spawner) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "postgresql.log"
        self._programs = programs
        self._spawner = spawner
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: psycopg.Connection[Any] | None = None
        self._connection_lock = threading.Lock()

    @property
    def socket_path(self) -> str:
        """Path of the socket."""
        return str(self.folder / SOCKET_NAME)

    def create(self, template: Path) -> None:
        """Make the data directory from the template."""
        copy_template(template, self.data, self._programs)

    def create_standby(self, primary: PostgresServer) -> None:
        """Make the data directory of a hot standby that follows another server."""
        self._spawner.run(
            self._programs,
            [
                self._programs.path("pg_basebackup"),
                f"--pgdata={self.data}",
                f"--dbname=host={primary.folder} user={SUPERUSER} dbname=replication",
                "--checkpoint=fast",
                "--no-sync",
                "--write-recovery-conf",
            ],
            self.log,
        )

    def start(self) -> None:
        """Start and wait until it takes connections. Raises RuntimeError with its log's end."""
        command = [self._programs.path("postgres"), "-D", str(self.data), "-k", str(self.folder)]
        self._process = self._spawner.start(
            self._programs,
            command,
            self.log,
            # an immediate shutdown: PostgreSQL takes its own children and shared memory with it
            death_signal=signal.SIGQUIT,
        )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while True:
            try:
                self.connect("postgres").close()
            except psycopg.OperationalError:
                if self._process.poll() is None and time.monotonic() < deadline:
                    time.sleep(0.02)
                    continue
                msg = f"PostgreSQL did not start: {end_of(self.log)}"
                raise RuntimeError(msg) from None
            return

    def stop(self) -> None:
        """End all connections, then the server."""
        self._drop_connection()
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)  # a fast shutdown
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait()

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def connect(self, database: str) -> psycopg.Connection[Any]:
        """Open a connection as the superuser, in autocommit mode."""
        return psycopg.connect(
            host=str(self.folder),
            port=5432,
            user=SUPERUSER,
            dbname=database,
            options=SESSION_OPTIONS,
            autocommit=True,
            connect_timeout=10,
        )

    @contextmanager
    def superuser(self) -> Iterator[psycopg.Connection[Any]]:
        """The superuser's standing connection, held by one thread at a time."""
        with self._connection_lock:
            if self._connection is None or self._connection.closed:
                self._connection = self.connect(SUPERUSER)
            yield self._connection

    def query(self, statement: LiteralString, parameters: Mapping[str, Any]) -> Any:
        """First row of a query, on a new connection where the standing one was cut.

        Raises psycopg.OperationalError where the server is not up.
        """
        try:
            with self.superuser() as connection:
                return connection.execute(statement, parameters).fetchone()
        except psycopg.OperationalError:
            self._drop_connection()
        with self.superuser() as connection:
            return connection.execute(statement, parameters).fetchone()

    def _drop_connection(self) -> None:
        with self._connection_lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None
