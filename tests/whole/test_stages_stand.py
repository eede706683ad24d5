"""The stages stand as their exports describe, and stand still."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.whole.conftest import STAGES, Project

SECRET_WORDS = ("password", "secret", "token")


@pytest.mark.parametrize("stage", STAGES)
def test_a_second_preview_finds_nothing_to_do_even_after_looking_at_the_cloud(
    project: Project, stage: str
) -> None:
    answer = project.run("preview", "--stack", stage, "--refresh", "--expect-no-changes")

    assert "unchanged" in answer.stdout


@pytest.mark.parametrize("stage", STAGES)
def test_the_server_has_the_databases_and_roles_that_the_exports_name(
    project: Project, stage: str
) -> None:
    outputs = project.outputs(stage)
    roles = outputs["database_roles"]

    with project.server(stage).connect(roles["admin"], outputs["databases"][0]) as session:
        owners = dict(
            session.execute(
                "SELECT datname, pg_get_userbyid(datdba) FROM pg_database WHERE NOT datistemplate"
            ).fetchall()
        )
        found = {
            name: (can_login, creates_databases, creates_roles, is_superuser)
            for name, can_login, creates_databases, creates_roles, is_superuser in session.execute(
                "SELECT rolname, rolcanlogin, rolcreatedb, rolcreaterole, rolsuper FROM pg_roles"
            ).fetchall()
        }

    assert {owners[database] for database in outputs["databases"]} == {roles["admin"]}
    assert found[roles["admin"]] == (True, True, False, False), "makes databases, no roles"
    assert found[roles["app"]] == (True, False, False, False)
    assert found[roles["readonly"]] == (True, False, False, False)


@pytest.mark.parametrize("stage", STAGES)
def test_exports_are_ids_and_endpoints_and_no_secret(project: Project, stage: str) -> None:
    text = json.dumps(project.outputs(stage)).lower()

    assert not [word for word in SECRET_WORDS if word in text]


@pytest.mark.parametrize("stage", STAGES)
def test_no_state_file_holds_a_password_that_opens_the_server(project: Project, stage: str) -> None:
    server = project.server(stage)
    answer = project.run("stack", "export", "--show-secrets", "--stack", stage)
    export = json.loads(answer.stdout)
    passwords = set(_passwords(export["deployment"].get("resources", [])))
    users = [project.outputs("prod" if stage == "prod" else "preprod")["server_master"]]

    for password in passwords:
        for user in users:
            assert server.refusal(user, "postgres", password=password)


def _passwords(value: Any) -> list[str]:
    if isinstance(value, dict):
        found = [
            str(json.loads(item["plaintext"]) if isinstance(item, dict) else item)
            for key, item in value.items()
            if key == "password" and item
        ]
        return found + [hit for item in value.values() for hit in _passwords(item)]
    if isinstance(value, list):
        return [hit for item in value for hit in _passwords(item)]
    return []
