"""A real PostgreSQL server for these tests, on a private socket, and programs that use it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from emulator.cloud.postgres.programs import find_programs, tethered
from emulator.cloud.provider_context import Credentials, Kept, ProviderContext
from emulator.providers.postgresql import PostgresqlProvider
from emulator.providers.provider import Checked, Difference, Resource
from emulator.values import Properties, without_secrets

PORT = 5432  # names the socket's file; nothing listens on TCP
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "16MB",
    "max_connections": "60",
}


@dataclass(frozen=True)
class Server:
    """A running server: its socket's folder, and how to look into it as its superuser."""

    folder: str

    def connect(self, database: str = "postgres", user: str = "superuser") -> Any:
        return psycopg.connect(
            host=self.folder, port=PORT, user=user, dbname=database, autocommit=True
        )

    def rows(self, query: str, parameters: tuple[Any, ...] = (), **where: str) -> list[Any]:
        with self.connect(**where) as connection:
            return list(connection.execute(query, parameters).fetchall())

    def run(self, *statements: str, **where: str) -> None:
        with self.connect(**where) as connection:
            for statement in statements:
                connection.execute(statement)

    def may_connect(self, user: str, database: str) -> bool:
        allowed: bool = self.rows(
            "SELECT has_database_privilege(%s, %s, 'CONNECT')", (user, database)
        )[0][0]
        if allowed:
            self.connect(database, user).close()
        else:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                self.connect(database, user)
        return allowed


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server with a superuser `superuser` and, as on RDS, a `master` that is none."""
    folder = tempfile.mkdtemp(prefix="pg-")
    data = f"{folder}/data"
    try:
        programs = find_programs(Path(folder) / "programs")
        os.chown(folder, programs.user.uid, programs.user.gid)
        options = ["-U", "superuser", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"]
        subprocess.run(
            tethered([programs.path("initdb"), "-D", data, *options], programs.user),
            check=True,
            capture_output=True,
            cwd=folder,
        )
        fast = [f"--{name}={value}" for name, value in FAST.items()]
        listen = ["-k", folder, "-c", "listen_addresses=", "-p", str(PORT)]
        with (
            Path(folder, "log").open("w") as log,
            subprocess.Popen(
                tethered([programs.path("postgres"), "-D", data, *listen, *fast], programs.user),
                stdout=log,
                stderr=subprocess.PIPE,
                cwd=folder,
                text=True,
            ) as process,
        ):
            assert process.stderr is not None
            any("ready to accept connections" in line for line in process.stderr)
            try:
                server = Server(folder)
                server.run("CREATE ROLE master LOGIN CREATEROLE CREATEDB")
                yield server
            finally:
                process.terminate()
                process.stderr.read()
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def clean(server: Server) -> Iterator[Server]:
    """The server, brought back after the test to `postgres` and `master` alone."""
    yield server
    with server.connect() as connection:
        for (database,) in connection.execute(
            "SELECT datname FROM pg_database WHERE oid >= 16384"
        ).fetchall():
            connection.execute(f"ALTER DATABASE {quoted(database)} IS_TEMPLATE false")
            connection.execute(f"DROP DATABASE {quoted(database)} WITH (FORCE)")
        connection.execute("ALTER DATABASE postgres OWNER TO superuser")
        connection.execute("GRANT CONNECT, TEMPORARY ON DATABASE postgres TO PUBLIC")
        roles = ", ".join(
            quoted(role)
            for (role,) in connection.execute(
                "SELECT rolname FROM pg_roles WHERE oid >= 16384 AND rolname <> 'master'"
            ).fetchall()
        )
        connection.execute(f"DROP OWNED BY {roles or 'master'} CASCADE")
        connection.execute("DROP OWNED BY master CASCADE")
        if roles:
            connection.execute(f"DROP ROLE {roles}")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def make_context(**changed: Any) -> ProviderContext:
    class NoDatabases:
        def engine_version(self, asked: str | None) -> str:
            raise AssertionError

    values: dict[str, Any] = {
        "account_id": "111111111111",
        "region": "eu-central-1",
        "credentials": Credentials(access_key_id="AKIATEST", secret_access_key="of-the-session"),
        "endpoint_url": "http://127.0.0.1:1",
        "ca_file": "/authority.pem",
        "folder": Path.cwd(),
        "kept": Kept(),
        "databases": NoDatabases(),
    }
    return ProviderContext(**values | changed)


@pytest.fixture
def context() -> ProviderContext:
    """A context whose AWS nobody answers for."""
    return make_context()


@dataclass
class Managed:
    """A resource as an engine keeps it."""

    type: str
    id: str
    inputs: Properties
    outputs: Properties


def token(type_: str) -> str:
    return f"postgresql:index/{type_[0].lower()}{type_[1:]}:{type_}"


class Program:
    """Does to one provider what an engine does for a program."""

    def __init__(self, provider: PostgresqlProvider) -> None:
        self.provider = provider

    def _urn(self, type_: str) -> str:
        return f"urn:pulumi:stage::project::{token(type_)}::it"

    def check(self, type_: str, olds: Properties | None = None, **inputs: Any) -> Checked:
        return self.provider.check(self._urn(type_), token(type_), olds or {}, inputs)

    def add(self, type_: str, **inputs: Any) -> Managed:
        checked = self.check(type_, **inputs)
        assert not checked.failures
        made = self.provider.create(self._urn(type_), token(type_), checked.inputs, preview=False)
        return Managed(type_, made.id, checked.inputs, without_secrets(made.outputs))

    def preview(self, type_: str, **inputs: Any) -> Resource:
        checked = self.check(type_, **inputs)
        assert not checked.failures
        return self.provider.create(self._urn(type_), token(type_), checked.inputs, preview=True)

    def diff(self, it: Managed, **inputs: Any) -> Difference:
        checked = self.check(it.type, it.inputs, **inputs)
        assert not checked.failures
        return self.provider.diff(
            self._urn(it.type), token(it.type), it.id, it.inputs, it.outputs, checked.inputs
        )

    def change(self, it: Managed, **inputs: Any) -> Managed:
        news = self.check(it.type, it.inputs, **inputs).inputs
        outputs = self.provider.update(
            self._urn(it.type), token(it.type), it.id, it.inputs, it.outputs, news, preview=False
        )
        return Managed(it.type, it.id, news, without_secrets(outputs))

    def refresh(self, it: Managed) -> Managed | None:
        found = self.provider.read(self._urn(it.type), token(it.type), it.id, it.inputs, it.outputs)
        if found is None:
            return None
        return Managed(it.type, found.id, found.inputs, without_secrets(found.outputs))

    def load(self, type_: str, id_: str) -> Managed | None:
        return self.refresh(Managed(type_, id_, {}, {}))

    def remove(self, it: Managed) -> None:
        self.provider.delete(self._urn(it.type), token(it.type), it.id, it.inputs, it.outputs)


Connect = Callable[..., Program]


@pytest.fixture
def connect(clean: Server, context: ProviderContext) -> Connect:
    """Makes programs on the server, as `master` unless told otherwise."""

    def make(username: str = "master", **config: Any) -> Program:
        provider = PostgresqlProvider(context)
        values = {
            "host": clean.folder,
            "port": str(PORT),
            "username": username,
            "superuser": "false",
        }
        provider.configure(values | config)
        return Program(provider)

    return make
