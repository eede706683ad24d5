"""The pack on the stages that stand: clean, and the same by the CLI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from operations.violations import Violation, read
from tests.whole.conftest import ROOT, STAGES, Project

SERVER = "components/database_server.py"


@pytest.mark.parametrize("stage", STAGES)
def test_the_pack_finds_nothing_in_a_stage_that_stands(project: Project, stage: str) -> None:
    pack = str(ROOT / "policies")
    answer = project.run("preview", "--stack", stage, "--policy-pack", pack, "--suppress-outputs")

    assert read(answer.stdout) == []
    assert "development-stages@v" in answer.stdout


@pytest.mark.pulumi_cli
@pytest.mark.skipif(shutil.which("pulumi") is None, reason="no `pulumi` on PATH")
def test_the_cli_finds_with_the_pack_what_the_emulator_finds(
    project: Project, tmp_path: Path
) -> None:
    changed = Project(tmp_path / "project", project.home)
    shutil.copytree(project.folder, changed.folder)
    shutil.copytree(ROOT / "policies", changed.folder / "policies")
    (changed.folder / ".venv").symlink_to(sys.prefix)
    server = changed.folder / SERVER
    text = server.read_text()
    assert text.count("multi_az=settings.multi_az,") == 1
    server.write_text(text.replace("multi_az=settings.multi_az,", "multi_az=False,"))
    by_emulator = changed.run(
        "preview", "--stack", "preprod", "--policy-pack", "policies", check=False
    )
    by_cli = preview_by_cli(changed, "preprod")

    found = read(by_emulator.stdout)
    assert [violation.rule for violation in found] == ["server-multi-az"]
    assert by_emulator.returncode
    assert [without_type(violation) for violation in read(by_cli.stdout)] == [
        without_type(violation) for violation in found
    ]
    assert by_cli.returncode


def preview_by_cli(project: Project, stage: str) -> subprocess.CompletedProcess[str]:
    """As the emulator's `env` says that it goes."""
    environment = project.environment_of(stage)
    file = project.home / "stack-files" / f"Pulumi.{stage}.yaml"
    stack = f"organization/development-stages/{stage}"
    command = ["pulumi", "preview", "--stack", stack, "--config-file", str(file)]
    command += ["--policy-pack", "policies", "--non-interactive"]
    return subprocess.run(
        command,
        cwd=project.folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def without_type(violation: Violation) -> tuple[str, str, str, str]:
    """The CLI's text shortens the type."""
    name = violation.resource.split("::")[1]
    return violation.rule, name, violation.found, violation.remedy
