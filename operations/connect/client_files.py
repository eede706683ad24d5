"""What database clients are given: a password file that is renewed, and variables."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from psycopg.conninfo import make_conninfo

from operations.connect.door import Door
from operations.connect.tunnel import LOCAL
from operations.server_sessions import DatabaseServer

PRIVATE: Final = 0o600
PARAMETERS: Final = {
    "PGHOST": "host",
    "PGHOSTADDR": "hostaddr",
    "PGPORT": "port",
    "PGDATABASE": "dbname",
    "PGUSER": "user",
    "PGSSLMODE": "sslmode",
    "PGSSLROOTCERT": "sslrootcert",
    "PGPASSFILE": "passfile",
}
"""Each variable of libpq as its connection strings call it."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """How a client comes in."""

    door: Door
    server: DatabaseServer
    port: int
    """The local one."""

    password_file: Path

    @property
    def variables(self) -> dict[str, str]:
        """Variables of libpq; the token is in a file, which no list of processes shows."""
        return {
            "PGHOST": self.server.address,  # what the certificate is checked against
            "PGHOSTADDR": LOCAL,
            "PGPORT": str(self.port),
            "PGUSER": self.door.user,
            "PGDATABASE": self.door.database,
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(self.door.certificates),
            "PGPASSFILE": str(self.password_file),
        }

    @property
    def connection_string(self) -> str:
        """The same as one text."""
        named = {PARAMETERS[name]: value for name, value in self.variables.items()}
        return make_conninfo(**named)

    def write_token(self, token: str) -> None:
        """Put a token where clients find it; one that reads meanwhile finds the old one."""
        server, door = self.server, self.door
        fields = (server.address, str(self.port), door.database, door.user, token)
        new = self.password_file.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "w") as file:
            file.write(":".join(map(_escaped, fields)) + "\n")
        new.replace(self.password_file)


@contextmanager
def client_files(door: Door, server: DatabaseServer, port: int) -> Iterator[Client]:
    """A client whose files are gone at the end."""
    with tempfile.TemporaryDirectory(prefix=f"connect-{door.stage.stage}-") as folder:
        file = Path(folder, "pgpass")
        yield Client(door=door, server=server, port=port, password_file=file)


def _escaped(field: str) -> str:
    """https://www.postgresql.org/docs/current/libpq-pgpass.html."""
    return field.replace("\\", "\\\\").replace(":", "\\:")
