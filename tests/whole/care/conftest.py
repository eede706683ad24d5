"""Preprod and test on an emulator of their own, and the commands that look after databases."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import boto3
import pytest

from operations.server_sessions import DatabaseServer, find_server
from operations.stage_files import StageFile, read_stage
from tests.whole.conftest import ROOT, Project, copy_program

DATABASE: Final = "im_data_db"
ENGINE: Final = f"{shlex.quote(sys.executable)} -m emulator"
KILLED: Final = -signal.SIGKILL


class Care:
    """The project whose databases are looked after."""

    def __init__(self, base: Path) -> None:
        self.project = Project(base / "project", base / "home")
        copy_program(self.project.folder)
        for name in ("policies", "schemas"):
            (self.project.folder / name).symlink_to(ROOT / name)

    def run(self, *arguments: str, stage: str = "test") -> subprocess.CompletedProcess[str]:
        """A command, by the administrator of the stage's account."""
        return subprocess.run(
            [sys.executable, "-m", "operations", "database", *arguments, "--stage", stage],
            env=self.project.variables | dict(self.project.environment_of(stage)),
            cwd=self.project.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def recreate(self, engine: str = ENGINE) -> subprocess.CompletedProcess[str]:
        """Test's database made anew."""
        return self.run("recreate", "--yes", "--grace", "0", "--engine", engine)

    def stage(self, name: str) -> StageFile:
        """A stage as its file describes it now."""
        return read_stage(name, self.project.folder)

    @property
    def generation(self) -> int:
        """Generation of test's database in its stack file."""
        return self.stage("test").settings.tenant.databases[DATABASE].generation

    @contextmanager
    def signed_in(self, stage: str) -> Iterator[DatabaseServer]:
        """The stage's server, for a test's own process."""
        with pytest.MonkeyPatch.context() as patch:
            for key, value in self.project.environment_of(stage).items():
                patch.setenv(key, value)
            patch.setattr(boto3, "DEFAULT_SESSION", None)
            yield find_server(self.stage(stage))


@pytest.fixture(scope="session")
def care(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Care]:
    """Preprod and test, both with the declared schema."""
    care = Care(tmp_path_factory.mktemp("care"))
    try:
        for stage in ("preprod", "test"):
            care.project.up(stage)
            answer = care.run("migrate", stage=stage)
            assert answer.returncode == 0, answer.stderr
        yield care
    finally:
        care.project.run("reset", "--yes", check=False)
