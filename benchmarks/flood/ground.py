"""The server that two stages share, as the program makes it, on an emulator of its own.

Sessions go to PostgreSQL's own socket: past the emulator's front, which is no part of RDS and would
be measured, too. Roles, grants and limits are the program's. The server is made to write as RDS's
does (fsync and all), which the emulator saves itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from benchmarks.workloads import ROOT, caller_environment
from emulator.cloud.record import temporary_folder
from emulator.home import Home

HOST: Final = "preprod"
TENANT: Final = "test"
SUPERUSER: Final = "rdsadmin"
"""The emulated RDS's own."""

SOCKET: Final = ".s.PGSQL.5432"
DURABLE: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
SAMPLE_SECONDS: Final = 0.25
END_ALL: Final = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE usename = ANY(%s) AND backend_type = 'client backend'"
)


class Ground:
    """Preprod and test."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._environment = caller_environment() | {"EMULATOR_HOME": str(home)}
        self.outputs: dict[str, dict[str, Any]] = {}

    def stand_up(self) -> None:
        """Bring both stages up."""
        for stage in (HOST, TENANT):
            self._emulator("up", "--stack", stage, "--yes", "--skip-preview")
            said = self._emulator("stack", "output", "--json", "--stack", stage)
            self.outputs[stage] = json.loads(said)
        (socket,) = temporary_folder(Home(self._home)).glob(f"servers/*/{SOCKET}")
        self.folder = socket.parent
        self._limits = self._read_limits()
        self.configure(DURABLE)

    def _emulator(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "emulator", *arguments],
            cwd=ROOT,
            env=dict(self._environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        ).stdout

    def close(self) -> None:
        """Take it all away."""
        self._emulator("reset", "--yes")

    def roles(self, stage: str) -> list[str]:
        """Login roles of a stage: admin, app, readonly."""
        roles: Mapping[str, str] = self.outputs[stage]["database_roles"]
        return [roles[name] for name in ("admin", "app", "readonly")]

    def database(self, stage: str) -> str:
        """Database of a stage."""
        return str(self.outputs[stage]["databases"][0])

    def connect(self, user: str, database: str) -> psycopg.Connection[Any]:
        """A session as anybody, in autocommit mode."""
        return psycopg.connect(
            host=str(self.folder), port=5432, user=user, dbname=database, autocommit=True
        )

    def configure(self, values: Mapping[str, str]) -> None:
        """Set server parameters, as a parameter group does."""
        with self.connect(SUPERUSER, SUPERUSER) as session:
            for name, value in values.items():
                setting = SQL("ALTER SYSTEM SET {} = {}").format(Identifier(name), Literal(value))
                session.execute(setting)
            session.execute("SELECT pg_reload_conf()")

    def _read_limits(self) -> dict[str, int]:
        with self.connect(SUPERUSER, SUPERUSER) as session:
            rows = session.execute(
                "SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname = ANY(%s)",
                [self.roles(TENANT)],
            )
            return dict(rows.fetchall())

    @property
    def limits(self) -> dict[str, int]:
        """Connections that each role of the tenant may have, as the program set them."""
        return dict(self._limits)

    def limit_roles(self, most: int | None) -> None:
        """Set the connection limits of the tenant's roles: the program's, others, or -1 for none.

        The tenant cannot: it makes no roles.
        """
        with self.connect(SUPERUSER, SUPERUSER) as session:
            for role, limit in self._limits.items():
                wanted = limit if most is None else most
                session.execute(
                    SQL("ALTER ROLE {} CONNECTION LIMIT {}").format(
                        Identifier(role), Literal(wanted)
                    )
                )

    def end_sessions(self) -> None:
        """End all of the tenant's sessions, and drop the databases that it made meanwhile."""
        with self.connect(SUPERUSER, SUPERUSER) as session:
            while session.execute(END_ALL, [self.roles(TENANT)]).fetchall():
                time.sleep(SAMPLE_SECONDS)
            made = session.execute(
                "SELECT datname FROM pg_database WHERE datdba = %s::regrole AND datname <> %s",
                [self.roles(TENANT)[0], self.database(TENANT)],
            ).fetchall()
            for (name,) in made:
                session.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
            session.execute("CHECKPOINT")
        with self.connect(SUPERUSER, self.database(TENANT)) as session:
            session.execute("DROP SCHEMA IF EXISTS flood CASCADE")

    def temporary_bytes(self) -> int:
        """What temporary files take on the disk now."""
        total = 0
        for folder in (self.folder / "data" / "base").glob("pgsql_tmp*"):
            for path in folder.rglob("*"):
                try:
                    total += path.stat().st_size
                except OSError:
                    continue  # gone meanwhile
        return total


class TemporaryFiles:
    """Watches how much temporary files take at most."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most_bytes = 0

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self.most_bytes = max(self.most_bytes, self._ground.temporary_bytes())

    def __enter__(self) -> TemporaryFiles:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def cores() -> int:
    """Cores of the machine, which server, tenant and neighbour share."""
    return os.cpu_count() or 1
