"""The database servers, and sessions on them as any user, by tokens that anybody has signed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from botocore.exceptions import ClientError

from operations.prove.cells import Outcome, Owned
from operations.prove.ways import Clients, NoWayError
from policies.stage_map import Stage, Stages
from stages.names import Names

CONNECT_SECONDS: Final = 15
APPLICATION: Final = "prove"
SHARED: Final = {"postgres": "server-database", "template1": "template"}
"""Databases that belong to the server, and of which kind they are."""

_SHUT: Final = (
    "PAM authentication failed",
    "password authentication failed",
    "no pg_hba.conf entry",
    "permission denied for database",
    "is not permitted to log in",
    "not currently accepting connections",
)
_FULL: Final = ("too many connections for", "remaining connection slots are reserved")
_LOGINS: Final = """
    SELECT rolname, rolconnlimit, pg_has_role(oid, 'rds_iam', 'MEMBER') FROM pg_roles
    WHERE rolcanlogin AND rolname NOT LIKE 'rds%' AND rolname <> 'postgres' ORDER BY rolname
"""
"""Roles that people and programs sign in as; those whose names begin with rds are AWS's own."""


@dataclass(frozen=True)
class Refused(Exception):  # noqa: N818 - an answer, no error
    """No session came about: shut, or not found out."""

    outcome: Outcome
    text: str
    is_full: bool = False


@dataclass(frozen=True, kw_only=True)
class User:
    """A login role."""

    owned: Owned
    connection_limit: int
    """As the server has it: -1 for none."""

    only_by_token: bool
    """Whether RDS lets it sign in by token and never by a password."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.owned.name


@dataclass(frozen=True, kw_only=True)
class Server:
    """The server of a host, and who administers its account."""

    host: str
    names: Names
    tenants: tuple[Stage, ...]
    address: str
    port: int
    resource_id: str
    """By which IAM knows it."""

    operator: Clients
    _tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def token(self, clients: Clients, user: str) -> str:
        """Token for a user, signed by a principal's keys; good for 15 minutes."""
        key = ("" if clients.keys is None else clients.keys.access_key_id, user)
        with self._lock:
            if key not in self._tokens:
                self._tokens[key] = clients("rds").generate_db_auth_token(
                    DBHostname=self.address,
                    Port=self.port,
                    DBUsername=user,
                    Region=self.names.region,
                )
            return self._tokens[key]

    def connect(
        self, user: str, database: str, password: str | None = None, *, tls: str = "verify-full"
    ) -> psycopg.Connection[tuple[Any, ...]]:
        """A session, by the administrator's token unless `password` is given.

        The first statement begins a transaction. Raises Refused.
        """
        try:
            return psycopg.connect(
                host=self.address,
                port=self.port,
                user=user,
                password=self.token(self.operator, user) if password is None else password,
                dbname=database,
                sslmode=tls,
                connect_timeout=CONNECT_SECONDS,
                application_name=APPLICATION,
                options="-c lock_timeout=10s",
            )
        except psycopg.OperationalError as error:
            raise refusal(error) from None

    @property
    def databases(self) -> dict[str, Owned]:
        """Every database that somebody may try, by its name."""
        own = {
            name: Owned(kind=kind, stage=self.host, name=name, place=self.host)
            for name, kind in SHARED.items()
        }
        for stage in self.tenants:
            for database in stage.settings.tenant.databases:
                name = stage.names.database(database)
                own[name] = Owned(kind="database", stage=stage.name, name=name, place=self.host)
        return own

    @property
    def itself(self) -> Owned:
        """The server as a target."""
        return Owned(kind="server", stage=self.host, name="server", place=self.host)

    def users(self) -> list[User]:
        """Every login role that there is, and those that settings name.

        A role that no setting knows belongs to nobody, so that nothing may open to it.
        """
        known: dict[str, tuple[str, str | None]] = {
            self.names.master: ("master", self.host),
            self.names.host_admin: ("host-admin", self.host),
            self.names.host_roles: ("host-roles", self.host),
        }
        for tenant in self.tenants:
            known[tenant.names.admin] = ("admin", tenant.name)
            known[tenant.names.app] = ("app", tenant.name)
            known[tenant.names.readonly] = ("reader", tenant.name)
        with self.connect(self.names.host_admin, "postgres") as session:
            rows = session.execute(_LOGINS).fetchall()
        found = {name: (limit, by_token) for name, limit, by_token in rows}
        users = []
        for name in sorted({**known, **found}):
            kind, stage = known.get(name, ("unknown", None))
            limit, by_token = found.get(name, (0, True))
            owned = Owned(kind=kind, stage=stage, name=name, place=self.host)
            users.append(User(owned=owned, connection_limit=limit, only_by_token=by_token))
        return users


def refusal(error: Exception) -> Refused:
    """What a failed sign-in says, without what libpq puts around it."""
    said = str(error).strip() or type(error).__name__
    text = said.rpartition("FATAL:")[2].strip().splitlines()[0]
    if any(words in text for words in _FULL):
        return Refused(Outcome.UNTRIED, text, is_full=True)
    shut = any(words in text for words in _SHUT)
    return Refused(Outcome.SHUT if shut else Outcome.UNTRIED, text)


def find_server(stages: Stages, host: Stage, operator: Clients) -> Server:
    """The server of a host. Raises NoWayError where there is none."""
    identifier = host.names.resource("server")
    try:
        found = operator("rds").describe_db_instances(DBInstanceIdentifier=identifier)
    except ClientError as error:
        msg = f"RDS instance {identifier}: {error}\n  next: bring stage {host.name} up first."
        raise NoWayError(msg) from None
    instance = found["DBInstances"][0]
    endpoint = instance["Endpoint"]
    return Server(
        host=host.name,
        names=host.names,
        tenants=stages.hosted_by(host.name),
        address=endpoint["Address"],
        port=int(endpoint["Port"]),
        resource_id=instance["DbiResourceId"],
        operator=operator,
    )
