"""How the host's admins come to stand on a new PostgreSQL server without a lasting password.

RDS switches password sign-in off for members of `rds_iam`, also for indirect ones, and the creator
of a role is one of its members: once an admin stands, its maker, the master, signs in by token as
well. So a run that was cut short finds the door that is open: token first, then a password.
Facts: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html and
https://www.postgresql.org/docs/18/role-attributes.html

There are two admins because the provider reads default privileges under advisory locks on their
owner, then on the owner's members. `<stage>_admin` is a member of `<stage>_app`; if one role had
made both and so were a member of both, reading those of the one and of the other at the same time,
as a refresh does, would deadlock. So `admin` makes the tenants' admins, `roles_admin` the rest, and
`admin` is a member of `roles_admin` to be able to hand out what that one made.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString

import boto3
import psycopg
from psycopg import sql
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_SECONDS = 300
"""How long a server that RDS calls available may take to answer, or to know a new password."""

PAUSE_SECONDS = 2
CONNECT_SECONDS = 10
SHARED_DATABASES = ("postgres", "template1")
"""Databases that the master owns and that PUBLIC could connect to."""


class BootstrapError(Exception):
    """The server could not be bootstrapped: what was tried, and what to do next."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server, and where to find it."""

    identifier: str
    resource_id: str
    address: str
    port: int
    region: str
    master: str


def make_host_admins(server: Server, admin: str, roles_admin: str) -> None:
    """Let both stand on `server`, and nobody have a password; whatever was done already stays.

    Raises BootstrapError.
    """
    rds = boto3.client("rds", region_name=server.region)
    _check_identity(rds, server)
    connection = _sign_in(rds, server)
    with connection:
        _shut_public_out(connection)
        _make_admins(connection, admin, roles_admin)
        _check(connection, admin)


def _check_identity(rds: Any, server: Server) -> None:
    """Refuse, before anything is changed, another instance than the program made."""
    instance = _describe(rds, server)
    if instance["DbiResourceId"] != server.resource_id:
        msg = (
            f"RDS instance {server.identifier} is {instance['DbiResourceId']}, not "
            f"{server.resource_id} as recorded. Run `pulumi refresh` and look at the preview."
        )
        raise BootstrapError(msg)


def _describe(rds: Any, server: Server) -> dict[str, Any]:
    found: dict[str, Any] = rds.describe_db_instances(DBInstanceIdentifier=server.identifier)
    instance: dict[str, Any] = found["DBInstances"][0]
    return instance


def _sign_in(rds: Any, server: Server) -> psycopg.Connection[Any]:
    """A connection as the master, by token where that works already, by a new password else."""
    token = rds.generate_db_auth_token(server.address, server.port, server.master, server.region)
    try:
        return _connect(server, token)
    except psycopg.OperationalError as error:
        if _is_certificate_error(error):
            raise _untrusted(server, error) from None
    password = _set_password(rds, server)

    def try_both() -> psycopg.Connection[Any]:
        # The token may have failed only because the server was not answering yet.
        try:
            return _connect(server, password)
        except psycopg.OperationalError:
            return _connect(server, token)

    return _patiently(try_both, server)


def _set_password(rds: Any, server: Server) -> str:
    """A new random password for the master, known to nobody but the caller, once RDS applied it."""
    password = secrets.token_urlsafe(32)
    rds.modify_db_instance(
        DBInstanceIdentifier=server.identifier, MasterUserPassword=password, ApplyImmediately=True
    )
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=server.identifier)
    for attempt in Retrying(
        stop=stop_after_delay(PATIENCE_SECONDS),
        wait=wait_fixed(PAUSE_SECONDS),
        retry=retry_if_exception(lambda error: isinstance(error, _StillPendingError)),
        reraise=True,
    ):
        with attempt:
            pending = _describe(rds, server).get("PendingModifiedValues", {})
            if "MasterUserPassword" in pending:
                msg = f"RDS has not applied the new password of {server.identifier} yet."
                raise _StillPendingError(msg)
    return password


class _StillPendingError(BootstrapError):
    pass


def _connect(server: Server, password: str) -> psycopg.Connection[Any]:
    # libpq takes the authority's certificates from PGSSLROOTCERT.
    return psycopg.connect(
        host=server.address,
        port=server.port,
        user=server.master,
        password=password,
        dbname="postgres",
        sslmode="verify-full",
        connect_timeout=CONNECT_SECONDS,
        application_name="server bootstrap",
    )


def _patiently(
    connect: Callable[[], psycopg.Connection[Any]], server: Server
) -> psycopg.Connection[Any]:
    def worth_retrying(error: BaseException) -> bool:
        return isinstance(error, psycopg.OperationalError) and not _is_certificate_error(error)

    try:
        for attempt in Retrying(
            stop=stop_after_delay(PATIENCE_SECONDS),
            wait=wait_fixed(PAUSE_SECONDS),
            retry=retry_if_exception(worth_retrying),
            reraise=True,
        ):
            with attempt:
                return connect()
    except psycopg.OperationalError as error:
        if _is_certificate_error(error):
            raise _untrusted(server, error) from None
        msg = (
            f"No sign-in as {server.master} at {server.address}:{server.port} within "
            f"{PATIENCE_SECONDS} s, neither by token nor by a new password: {error} "
            "Is the port open from here, and may these credentials rds-db:connect?"
        )
        raise BootstrapError(msg) from None
    raise AssertionError  # Retrying either returns or raises.


def _is_certificate_error(error: BaseException) -> bool:
    text = str(error)
    return "certificate" in text or "SSL" in text


def _untrusted(server: Server, error: BaseException) -> BootstrapError:
    msg = (
        f"The certificate of {server.address}:{server.port} is not trusted: {error} Set "
        "PGSSLROOTCERT to the authority's file; for RDS it is "
        "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
    )
    return BootstrapError(msg)


def _shut_public_out(connection: psycopg.Connection[Any]) -> None:
    for database in SHARED_DATABASES:
        connection.execute(
            sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(
                sql.Identifier(database)
            )
        )


def _make_admins(connection: psycopg.Connection[Any], admin: str, roles_admin: str) -> None:
    """CREATEDB, as nobody can hand out more than they have and the tenants' admins get it."""
    _make_role(connection, roles_admin, "LOGIN CREATEROLE")
    _make_role(connection, admin, "LOGIN CREATEROLE CREATEDB")
    connection.execute(
        sql.SQL("GRANT {} TO {}").format(sql.Identifier(roles_admin), sql.Identifier(admin))
    )
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE postgres TO {} WITH GRANT OPTION").format(
            sql.Identifier(admin)
        )
    )
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE postgres TO {}").format(sql.Identifier(roles_admin))
    )


def _make_role(connection: psycopg.Connection[Any], name: str, attributes: LiteralString) -> None:
    role = sql.Identifier(name)
    exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = sql.SQL("CREATE" if exists is None else "ALTER")
    connection.execute(sql.SQL("{} ROLE {} {}").format(verb, role, sql.SQL(attributes)))
    connection.execute(sql.SQL("GRANT rds_iam TO {} WITH ADMIN OPTION").format(role))


def _check(connection: psycopg.Connection[Any], admin: str) -> None:
    """PostgreSQL only warns of a REVOKE or GRANT without effect: look whether they had one."""
    checks = {
        f"Anybody may still connect to {database}": (
            "SELECT NOT has_database_privilege('public', %s, 'CONNECT')",
            database,
        )
        for database in SHARED_DATABASES
    }
    checks[f"{admin} may not let others connect to postgres"] = (
        "SELECT has_database_privilege(%s, 'postgres', 'CONNECT WITH GRANT OPTION')",
        admin,
    )
    for wrong, (query, value) in checks.items():
        row = connection.execute(query, [value]).fetchone()
        if row is None or not row[0]:
            msg = f"{wrong}: the master does not own that database."
            raise BootstrapError(msg)
