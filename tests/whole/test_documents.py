"""The documents say what is true: pictures are fresh, commands run."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from operations.next_steps import next_steps
from operations.picture import draw, read_stack
from tests.whole.conftest import ROOT, STAGES, Project

FENCE = re.compile(r"```bash\n(.*?)```", re.DOTALL)
INLINE_MAKE = re.compile(r"`make ([a-z-]+)")


def commands() -> list[str]:
    """Every command line of the README's shell blocks, without its comment."""
    blocks = FENCE.findall((ROOT / "README.md").read_text())
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def targets() -> set[str]:
    """Targets of the Makefile."""
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_picture_is_what_the_stages_have_registered(project: Project) -> None:
    exports = [project.run("stack", "export", "--stack", stage).stdout for stage in STAGES]
    picture = draw([read_stack(json.loads(export)) for export in exports])

    fresh = (ROOT / "docs" / "architecture.svg").read_text()
    assert picture == fresh, "draw it anew: python -m operations.picture (see its docstring)"


def test_every_make_target_that_the_readme_names_exists() -> None:
    named = {shlex.split(line)[1] for line in commands() if line.startswith("make ")}
    named |= set(INLINE_MAKE.findall((ROOT / "README.md").read_text()))

    assert named <= targets()
    assert {"up", "test"} <= named


@pytest.mark.parametrize(
    "line", [line for line in commands() if line.startswith("python -m emulator")]
)
def test_every_emulator_command_of_the_readme_runs(project: Project, line: str) -> None:
    project.run(*shlex.split(line)[3:])


def test_the_line_that_reads_the_database_makes_a_session_over_verified_tls(
    project: Project,
) -> None:
    outputs = project.outputs("test")
    steps = dict(next_steps("test", outputs, project.outputs(outputs["host"])))
    line = next(command for command in steps.values() if "pgcli" in command)
    # The client of the line is for people at a terminal; this one takes the same parameters.
    assert "PGSSLMODE=verify-full" in line
    role = outputs["database_roles"]["readonly"]

    assert f"--username {role}" in line
    assert project.server("test").refusal(role, outputs["databases"][0]) == ""


def test_the_line_that_looks_at_the_emulated_aws_finds_the_server(project: Project) -> None:
    outputs = project.outputs("preprod")
    steps = dict(next_steps("preprod", outputs, outputs))
    line = next(command for command in steps.values() if command.startswith("aws "))
    answer = subprocess.run(
        ["bash", "-c", line],
        env=dict(project.environment_of("preprod")) | {"PATH": _path()},
        capture_output=True,
        text=True,
        check=True,
    )

    assert outputs["server_identifier"] in answer.stdout


def _path() -> str:
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
