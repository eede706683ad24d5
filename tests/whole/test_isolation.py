"""Nobody gets into another stage's database, also after a database was made anew."""

from __future__ import annotations

import pytest

from tests.whole.conftest import STAGES, Project

ROLES = ("admin", "app", "readonly")
HOSTED_TOGETHER = ("preprod", "test")


def tries(project: Project) -> list[tuple[str, str, str, bool]]:
    """Every login role of the shared server on every database of it: stage, user, database, may."""
    outputs = {stage: project.outputs(stage) for stage in HOSTED_TOGETHER}
    return [
        (stage, outputs[stage]["database_roles"][role], database, stage == owner)
        for stage in HOSTED_TOGETHER
        for role in ROLES
        for owner in HOSTED_TOGETHER
        for database in outputs[owner]["databases"]
    ]


def matrix(project: Project) -> dict[tuple[str, str], bool]:
    """Who can connect where, as tried."""
    server = project.server("preprod")
    return {(user, db): not server.refusal(user, db) for _, user, db, _ in tries(project)}


def expected(project: Project) -> dict[tuple[str, str], bool]:
    """Who may connect where: a stage's roles to the stage's databases, nobody else."""
    return {(user, db): may for _, user, db, may in tries(project)}


def make_outsider(project: Project, stage: str) -> str:
    """A login role without any grant, made by the one who makes roles."""
    server = project.server(stage)
    maker = project.outputs(stage)["server_admins"][-1]
    with server.connect(maker, "postgres") as session:
        exists = session.execute("SELECT 1 FROM pg_roles WHERE rolname = 'outsider'").fetchone()
        if not exists:
            session.execute("CREATE ROLE outsider LOGIN IN ROLE rds_iam")
    return "outsider"


def test_a_stages_roles_reach_the_stages_databases_and_no_others(project: Project) -> None:
    assert matrix(project) == expected(project)


@pytest.mark.parametrize("stage", ["preprod", "prod"])
def test_an_outsider_without_grants_is_refused_by_every_database(
    project: Project, stage: str
) -> None:
    outsider = make_outsider(project, stage)
    server = project.server(stage)
    hosted = HOSTED_TOGETHER if stage == "preprod" else (stage,)
    databases = [db for name in hosted for db in project.outputs(name)["databases"]]

    opened = [
        db for db in [*databases, "postgres", "template1"] if not server.refusal(outsider, db)
    ]

    assert opened == []


def test_nobody_of_one_account_gets_into_the_other_accounts_server(project: Project) -> None:
    prod, preprod = project.server("prod"), project.server("preprod")
    role = project.outputs("prod")["database_roles"]["readonly"]
    database = project.outputs("prod")["databases"][0]
    stranger = type(prod)(prod.address, prod.port, preprod.session)

    assert "PAM authentication failed" in prod.refusal(
        role, database, password=stranger.token(role)
    )


def test_a_table_made_later_is_read_by_readers_and_written_by_the_app(project: Project) -> None:
    for stage in STAGES:
        server, outputs = project.server(stage), project.outputs(stage)
        roles, database = outputs["database_roles"], outputs["databases"][0]
        for maker in (roles["admin"], roles["app"]):
            table = f"made_by_{maker}"
            with server.connect(maker, database) as session:
                session.execute(f"CREATE TABLE IF NOT EXISTS {table} (n int)")
            with server.connect(roles["app"], database) as session:
                session.execute(f"INSERT INTO {table} VALUES (1)")
            with server.connect(roles["readonly"], database) as session:
                assert session.execute(f"SELECT count(*) FROM {table}").fetchone() != (0,)
                with pytest.raises(Exception, match=r"read-only|permission denied"):
                    session.execute(f"INSERT INTO {table} VALUES (2)")


def test_a_database_made_anew_by_an_edit_is_as_closed_as_before(project: Project) -> None:
    outputs = project.outputs("test")
    server, roles = project.server("test"), outputs["database_roles"]
    database = outputs["databases"][0]
    with server.connect(roles["admin"], database) as session:
        session.execute("CREATE TABLE IF NOT EXISTS polluted (n int)")

    project.edit(
        "test", "        connections: 50\n", "        connections: 50\n        generation: 2\n"
    )
    project.up("test")

    with server.connect(roles["admin"], database) as session:
        tables = session.execute("SELECT to_regclass('polluted')").fetchone()
    assert tables == (None,), "the database was made anew, empty"
    assert matrix(project) == expected(project)
    outsider = make_outsider(project, "preprod")
    assert server.refusal(outsider, database)
    project.run("preview", "--stack", "test", "--refresh", "--expect-no-changes")
