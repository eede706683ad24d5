"""What the managed service does inside a server: the master user and parameter groups."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

import psycopg
from psycopg import sql

from emulator.cloud.postgres.server import PostgresServer

log = logging.getLogger(__name__)

OURS: Final = frozenset(
    {
        "archive_command",
        "archive_mode",
        "archive_library",
        "cluster_name",
        "config_file",
        "data_directory",
        "dynamic_library_path",
        "external_pid_file",
        "fsync",
        "full_page_writes",
        "hba_file",
        "huge_pages",
        "ident_file",
        "io_method",
        "listen_addresses",
        "log_destination",
        "log_directory",
        "log_filename",
        "logging_collector",
        "port",
        "primary_conninfo",
        "restore_command",
        "shared_buffers",
        "shared_preload_libraries",
        "synchronous_commit",
        "unix_socket_directories",
        "unix_socket_group",
        "unix_socket_permissions",
    }
)
"""Parameters that describe the machine below or need a library that is not there: kept in the
parameter group, not passed on."""


def create_master(server: PostgresServer, master: str, password: str, database: str | None) -> None:
    """Create the master user as RDS does, and the initial database where one was asked for.

    The master is no superuser. It owns `postgres` and `template1`, which is what lets it take
    CONNECT from PUBLIC there.
    """
    name = sql.Identifier(master)
    with server.superuser() as connection:
        connection.execute(
            sql.SQL(
                "CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {} VALID UNTIL 'infinity'"
            ).format(name, _verifier(connection, master, password))
        )
        connection.execute(sql.SQL("GRANT rds_superuser TO {} WITH ADMIN OPTION").format(name))
        for owned in ("postgres", "template1"):
            connection.execute(
                sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(owned), name)
            )
        if database and database != "postgres":
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), name)
            )


def set_password(server: PostgresServer, role: str, password: str) -> None:
    """Give a role a new password."""
    with server.superuser() as connection:
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(role), _verifier(connection, role, password)
            )
        )


def _verifier(connection: psycopg.Connection[Any], role: str, password: str) -> sql.Literal:
    """What the server stores in place of the password, made here so that no statement holds it."""
    made = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return sql.Literal(made.decode())


def apply_parameters(server: PostgresServer, parameters: Mapping[str, str]) -> bool:
    """Apply a parameter group; whether something waits for a restart.

    A value that PostgreSQL refuses, and a formula over the instance class, is passed over with a
    line in the log: RDS would compute or refuse it, and neither should end the server here.
    """
    waits = False
    with server.superuser() as connection:
        rows = connection.execute("SELECT name, setting, context FROM pg_settings").fetchall()
        known = {name: (setting, context) for name, setting, context in rows}
        connection.execute("ALTER SYSTEM RESET ALL")
        for name, value in sorted(parameters.items()):
            if name in OURS or not (name in known or name == "rds.force_ssl"):
                continue
            try:
                connection.execute(
                    sql.SQL("ALTER SYSTEM SET {} = {}").format(
                        sql.SQL(".").join(sql.Identifier(part) for part in name.split(".")),
                        sql.Literal(value),
                    )
                )
            except psycopg.Error as error:
                reason = error.diag.message_primary or type(error).__name__
                log.warning("parameter %s=%s was not applied: %s", name, value, reason)
                continue
            setting, context = known.get(name, (value, "user"))
            waits = waits or (context == "postmaster" and setting != value)
        connection.execute("SELECT pg_reload_conf()")
    return waits


def promote(server: PostgresServer) -> None:
    """Make a standby a server of its own."""
    with server.superuser() as connection:
        connection.execute("SELECT pg_promote(wait => true)")
