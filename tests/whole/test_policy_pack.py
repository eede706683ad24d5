"""The pack on the stages that stand: clean, and the same by the CLI."""

from __future__ import annotations

import os
import re
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


def test_every_command_of_the_document_runs(project: Project, tmp_path: Path) -> None:
    copy = with_policies(project, tmp_path)
    document = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    (config,) = re.findall(r"```json\n(.*?)```", document, re.DOTALL)
    (copy.folder / "config.json").write_text(config)
    blocks = re.findall(r"```bash\n(.*?)```", document, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("python")]

    assert len(lines) == 4
    for line in lines:
        answer = subprocess.run(
            ["bash", "-c", line],
            cwd=copy.folder,
            env=copy.variables | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, f"{line}\n{answer.stdout}\n{answer.stderr}"
    assert answer.stdout


@pytest.mark.pulumi_cli
@pytest.mark.skipif(shutil.which("pulumi") is None, reason="no `pulumi` on PATH")
def test_the_cli_finds_with_the_pack_what_the_emulator_finds(
    project: Project, tmp_path: Path
) -> None:
    changed = with_policies(project, tmp_path)
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


def with_policies(project: Project, place: Path) -> Project:
    """A copy of the program beside its pack, on the same emulator."""
    copy = Project(place / "project", project.home)
    shutil.copytree(project.folder, copy.folder)
    for folder in ("policies", "operations"):
        shutil.copytree(ROOT / folder, copy.folder / folder)
    return copy


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
