"""Where things are broken: all stages on one emulator, and who may break them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final

import boto3
import psycopg

from stages.names import Names
from tests.whole.conftest import REGION, Project

ACCOUNTS: Final = {"preprod": "111111111111", "test": "111111111111", "prod": "222222222222"}
CREDENTIALS: Final = f"{sys.executable} -m emulator credentials {{arn}}"


def names(stage: str) -> Names:
    """Names of a stage of the project's own stack files."""
    return Names(prefix="devstages", account_id=ACCOUNTS[stage], region=REGION, stage=stage)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The cell by which a breakage has to be found."""

    principal: str
    """How its name ends."""

    operation: str
    target: str
    """How its name ends."""

    verdict: str = "leak"

    def is_in(self, tried: Iterable[dict[str, Any]]) -> bool:
        """Whether the proof has it."""
        return any(
            cell["verdict"] == self.verdict
            and cell["operation"] == self.operation
            and cell["principal"]["name"].endswith(self.principal)
            and cell["target"]["name"].endswith(self.target)
            for cell in tried
        )

    def __str__(self) -> str:
        return f"{self.verdict}: {self.principal} → {self.target}: {self.operation}"


@dataclass(frozen=True, kw_only=True)
class Breakage:
    """Something that somebody might do, and how the proof has to find it."""

    name: str
    what: str
    wanted: Wanted
    do: Callable[[Ground], None]
    undo: Callable[[Ground], None]


@dataclass
class Ground:
    """Stages that stand, and their administrators."""

    project: Project
    _outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    _kept: dict[str, Any] = field(default_factory=dict)

    def prove(self, *options: str, command: str = CREDENTIALS) -> subprocess.CompletedProcess[str]:
        """Run the proof as somebody would; without a command as preprod's administrator alone."""
        environment = dict(self.project.environment_of("preprod"))
        return subprocess.run(
            [sys.executable, "-m", "operations", "prove", *options],
            env=self.project.variables | environment | {"PROVE_CREDENTIALS_COMMAND": command},
            cwd=self.project.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def tried(self) -> list[dict[str, Any]]:
        """All cells. Raises ValueError where they could not be tried."""
        answer = self.prove("--json")
        if not answer.stdout:
            raise ValueError(answer.stderr)
        found: list[dict[str, Any]] = json.loads(answer.stdout)["tried"]
        return found

    def database(self, stage: str) -> str:
        """The stage's database."""
        return names(stage).database("im_data_db")

    def sql(self, stage: str, user: str, *statements: str, database: str = "postgres") -> None:
        """Run statements on the stage's server."""
        with closing(self.connect(stage, user, database)) as session:
            for statement in statements:
                session.execute(statement.encode())

    def connect(self, stage: str, user: str, database: str) -> psycopg.Connection[Any]:
        """A session as anybody."""
        return self.project.server(stage).connect(user, database)

    def aws(self, stage: str, service: str) -> Any:
        """A client of the administrator of the stage's account."""
        session = self.project.environment_of(stage)
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=session["AWS_ENDPOINT_URL"],
            aws_access_key_id=session["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=session["AWS_SECRET_ACCESS_KEY"],
        )

    def keep(self, key: str, value: Any) -> None:
        """Remember what stood before, to put it back."""
        self._kept[key] = value

    def kept(self, key: str) -> Any:
        """What stood before."""
        return self._kept.pop(key)
