"""A stage's readers read all of it, what comes later too, and do nothing else."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.whole.conftest import Project

MADE = {
    "TABLE {schema}.{maker}_rows AS SELECT 1 AS n": "{maker}_rows",
    "VIEW {schema}.{maker}_view AS SELECT 1 AS n": "{maker}_view",
    "MATERIALIZED VIEW {schema}.{maker}_matview AS SELECT 1 AS n": "{maker}_matview",
}
"""What the admin and the app may come to make, as the end of CREATE, and what it is called."""

REFUSED = (
    "INSERT INTO {table} VALUES (2)",
    "UPDATE {table} SET n = 2",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "SELECT * FROM {table} FOR UPDATE",
    "CREATE TABLE public.mine (n int)",
    "CREATE TEMPORARY TABLE mine (n int)",
    "CREATE VIEW public.mine AS SELECT 1",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql RETURN 1",
    "ALTER TABLE {table} ADD COLUMN m int",
    "DROP TABLE {table}",
    "COPY {table} TO PROGRAM 'true'",
    "COPY {table} TO '/tmp/mine'",
    "SELECT pg_read_file('PG_VERSION')",
    "SET ROLE {admin}",
    "GRANT {admin} TO {reader}",
    "ALTER ROLE {reader} CONNECTION LIMIT -1",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
)


def made(session: Any, maker: str, schema: str) -> list[str]:
    """Make one of each kind, and return their names."""
    names = []
    for statement, name in MADE.items():
        kind = "MATERIALIZED VIEW" if "MATVIEW" in name.upper() else statement.split()[0]
        full = f"{schema}.{name.format(maker=maker)}"
        session.execute(f"DROP {kind} IF EXISTS {full}")
        session.execute(f"CREATE {statement.format(schema=schema, maker=maker)}")
        names.append(full)
    return names


@pytest.mark.parametrize("stage", ["preprod", "test"])
def test_readers_read_whatever_the_admin_and_the_app_make(project: Project, stage: str) -> None:
    server, outputs = project.server(stage), project.outputs(stage)
    roles, database = outputs["database_roles"], outputs["databases"][0]
    for maker in ("admin", "app"):
        with server.connect(roles[maker], database) as session:
            names = made(session, maker, "public")
        with server.connect(roles["readonly"], database) as session:
            for name in names:
                assert session.execute(f"SELECT n FROM {name}").fetchone() == (1,), name


@pytest.mark.parametrize("statement", REFUSED)
def test_readers_are_refused_everything_but_reading(project: Project, statement: str) -> None:
    server, outputs = project.server("preprod"), project.outputs("preprod")
    roles, database = outputs["database_roles"], outputs["databases"][0]
    with server.connect(roles["admin"], database) as session:
        session.execute("CREATE TABLE IF NOT EXISTS public.kept (n int)")
    words = {"table": "public.kept", "admin": roles["admin"], "reader": roles["readonly"]}
    with (
        server.connect(roles["readonly"], database) as session,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        session.execute(statement.format(**words))


def test_readers_have_limits(project: Project) -> None:
    server, outputs = project.server("preprod"), project.outputs("preprod")
    role, database = outputs["database_roles"]["readonly"], outputs["databases"][0]
    with server.connect(role, database) as session:
        limits = session.execute(
            "SELECT rolconnlimit, current_setting('statement_timeout'), "
            "current_setting('idle_in_transaction_session_timeout') "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert limits == (20, "1h", "10min")
