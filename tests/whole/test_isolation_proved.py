"""The isolation is proved, and the proof sees where it is broken (`make prove-bites` for more)."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.prove.__main__ import BREAKAGES
from tests.prove.ground import Ground
from tests.whole.conftest import ROOT, Project

TOGETHER = (
    "public-connects-to-postgres",
    "readers-make-temporary-tables",
    "one-login-too-many",
    "app-without-token",
    "no-connection-limit-in-prod",
    "tasks-sign-in-as-anybody",
    "open-key",
    "another-account-is-trusted",
    "developers-shut-out",
    "one-role-too-many",
)
"""Breakages that show in cells of their own, so that one proof finds them all."""


def leftovers(ground: Ground) -> list[str]:
    """What the proof has made and not removed."""
    found = []
    for stage in ("preprod", "prod"):
        iam = ground.aws(stage, "iam")
        found += [role["RoleName"] for role in iam.list_roles()["Roles"]]
        found += [user["UserName"] for user in iam.list_users()["Users"]]
        with ground.connect(stage, f"{stage}_host_admin", "postgres") as session:
            found += [name for (name,) in session.execute("SELECT rolname FROM pg_roles")]
    for stage in ("preprod", "test", "prod"):
        with ground.connect(stage, f"{stage}_admin", ground.database(stage)) as session:
            found += [name for (name,) in session.execute("SELECT relname FROM pg_class")]
        s3, bucket = ground.aws(stage, "s3"), ground.project.outputs(stage)["data_bucket"]
        versions = s3.list_object_versions(Bucket=bucket)
        for each in [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]:
            found.append(each["Key"])
    return [name for name in found if name.startswith(("prove-", "prove_"))]


def test_nothing_leaks_and_every_door_opens(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ground = Ground(project)
    file = tmp_path_factory.mktemp("prove") / "isolation.md"
    answer = ground.prove("--markdown", str(file))

    assert answer.returncode == 0, answer.stdout + answer.stderr
    last = answer.stdout.splitlines()[-1]
    assert last.endswith(" cells, 0 leaks, 0 doors shut")
    assert int(last.split()[0]) > 2000
    assert leftovers(ground) == []
    # Other tests leave roles of their own, which add lines and cells to it.
    fresh = set(file.read_text().splitlines())
    page = (ROOT / "docs" / "isolation.md").read_text().splitlines()
    assert [line for line in page if line not in fresh and "doors shut" not in line] == [], (
        'write it anew: make prove PROVE="--markdown docs/isolation.md"'
    )


def test_without_anybodys_keys_the_policy_simulator_says_the_same_of_one_account(
    project: Project,
) -> None:
    ground = Ground(project)
    answer = ground.prove("--stage", "preprod", command="")
    everywhere = ground.prove(command="")

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.splitlines()[-1].endswith(" cells, 0 leaks, 0 doors shut")
    assert "devstages-test-task of 111111111111 → devstages-preprod-readonly" in answer.stdout
    assert everywhere.returncode == 2
    assert "stage prod is in 222222222222" in everywhere.stderr
    assert leftovers(ground) == []


def test_whatever_is_broken_is_found_and_named(project: Project) -> None:
    ground = Ground(project)
    chosen = [breakage for breakage in BREAKAGES if breakage.name in TOGETHER]
    with ExitStack() as stack:
        for breakage in chosen:
            breakage.do(ground)
            stack.callback(breakage.undo, ground)
        tried = ground.tried()

    assert len(chosen) == len(TOGETHER)
    assert [str(b.wanted) for b in chosen if not b.wanted.is_in(tried)] == []


def test_a_stage_that_is_not_there_and_a_command_that_gives_nothing_end_with_what_to_do(
    project: Project,
) -> None:
    ground = Ground(project)
    unknown = ground.prove("--stage", "nowhere")
    refused = ground.prove("--credentials-command", "false {arn}")

    assert (unknown.returncode, refused.returncode) == (2, 2)
    assert "There is no stage 'nowhere'; there are preprod, prod, test" in unknown.stderr
    assert "next: run it yourself" in refused.stderr
    assert "Traceback" not in unknown.stderr + refused.stderr
