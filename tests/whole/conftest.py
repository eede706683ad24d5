"""All stages on one emulator: a copy of the program, a home, real sessions on real servers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = ("Pulumi.yaml", "__main__.py", "stages", "components", "dags")
STAGES = ("preprod", "test", "prod")
REGION = "eu-west-1"


@dataclass
class Project:
    """A copy of the program, and the emulator that runs it."""

    folder: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    _sessions: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run an emulator command in the copy."""
        answer = subprocess.run(
            [sys.executable, "-m", "emulator", *arguments],
            env=self.variables,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and answer.returncode:
            pytest.fail(f"{arguments}: exit {answer.returncode}\n{answer.stdout}\n{answer.stderr}")
        return answer

    @property
    def variables(self) -> dict[str, str]:
        """Environment of an emulator command."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PULUMI_", "PG"))}
        return kept | {"EMULATOR_HOME": str(self.home), "PYTHONPATH": str(ROOT)} | self.environment

    def up(self, stage: str) -> None:
        """Bring a stage about."""
        self.run("up", "--stack", stage, "--yes", "--skip-preview")

    def outputs(self, stage: str) -> dict[str, Any]:
        """Outputs of a stage."""
        answer = self.run("stack", "output", "--json", "--stack", stage)
        outputs: dict[str, Any] = json.loads(answer.stdout)
        return outputs

    def edit(self, stage: str, old: str, new: str) -> None:
        """Change a stack file, as somebody with an editor would."""
        file = self.folder / f"Pulumi.{stage}.yaml"
        text = file.read_text()
        assert text.count(old) == 1, f"{old!r} is in {file} {text.count(old)} times"
        file.write_text(text.replace(old, new))

    def environment_of(self, stage: str) -> Mapping[str, str]:
        """Environment of the administrator of a stage's account."""
        if stage not in self._sessions:
            lines = self.run("env", "--stack", stage).stdout.splitlines()
            pairs = (line.removeprefix("export ").split("=", 1) for line in lines if "=" in line)
            self._sessions[stage] = {key: value.strip("'") for key, value in pairs}
        return self._sessions[stage]

    def server(self, stage: str) -> Server:
        """The database server that a stage's databases are on."""
        host = "preprod" if stage == "test" else stage
        outputs = self.outputs(host)
        return Server(outputs["server_address"], outputs["server_port"], self.environment_of(host))


@dataclass(frozen=True)
class Server:
    """A database server's front door."""

    address: str
    port: int
    session: Mapping[str, str]

    def token(self, user: str) -> str:
        """IAM token of the account's administrator for a database user."""
        rds = boto3.client(
            "rds",
            region_name=REGION,
            aws_access_key_id=self.session["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.session["AWS_SECRET_ACCESS_KEY"],
        )
        token: str = rds.generate_db_auth_token(
            DBHostname=self.address, Port=self.port, DBUsername=user, Region=REGION
        )
        return token

    def connect(self, user: str, database: str, **changed: Any) -> psycopg.Connection[Any]:
        """Session as a user, by token, over verified TLS unless changed."""
        parameters: dict[str, Any] = {
            "host": self.address,
            "port": self.port,
            "user": user,
            "dbname": database,
            "sslmode": "verify-full",
            "sslrootcert": self.session["PGSSLROOTCERT"],
            "connect_timeout": 10,
        } | changed
        if "password" not in parameters:
            parameters["password"] = self.token(user)
        return psycopg.connect(**parameters, autocommit=True)

    def refusal(self, user: str, database: str, **changed: Any) -> str:
        """Why a session is refused, empty where it is not."""
        try:
            self.connect(user, database, **changed).close()
        except psycopg.OperationalError as error:
            return str(error)
        return ""


def copy_program(folder: Path) -> None:
    """Copy what makes the program, without the emulator and the tests."""
    folder.mkdir(parents=True)
    for name in [*PROGRAM, *(f"Pulumi.{stage}.yaml" for stage in STAGES)]:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Preprod, test and prod, up on one emulator."""
    base = tmp_path_factory.mktemp("whole")
    project = Project(base / "project", base / "home")
    copy_program(project.folder)
    try:
        for stage in STAGES:
            project.up(stage)
        yield project
    finally:
        project.run("reset", "--yes", check=False)
