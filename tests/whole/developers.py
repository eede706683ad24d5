"""Developers who open doors, and what they hold open."""

from __future__ import annotations

import json
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psutil  # type: ignore[import-untyped]
import psycopg

from tests.whole.conftest import REGION, Project

DEVELOPERS = "arn:aws:iam::111111111111:role/developers"
DOOR = "arn:aws:iam::111111111111:role/devstages-preprod-readonly"
DOCUMENT = "devstages-preprod-readonly-session"
DATABASE = "preprod.im_data_db"
LOOKS = ("sts:AssumeRole", "ec2:DescribeInstances", "rds:DescribeDBInstances")
"""What `operations.connect.access` says that developers need of their own."""


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


@dataclass
class Developer:
    """Somebody with a laptop, who signed in to the account."""

    project: Project
    keys: Mapping[str, str]

    @property
    def variables(self) -> dict[str, str]:
        session = self.project.environment_of("preprod")
        return {**self.project.variables, **session, **self.keys}

    def client(self, service: str) -> Any:
        return client_of(service, self.variables)

    def command(self, *arguments: str, stage: str = "preprod") -> list[str]:
        return [sys.executable, "-m", "operations", "connect", "--stage", stage, *arguments]

    def connect(
        self, *arguments: str, stage: str = "preprod", **changed: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the command; a variable that is changed to nothing is not there."""
        variables = {k: v for k, v in (self.variables | changed).items() if v}
        return subprocess.run(
            self.command(*arguments, stage=stage),
            env=variables,
            cwd=self.project.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def refusal(self, *arguments: str, stage: str = "preprod", **changed: str) -> str:
        """What is said where no session comes about: what, next step, and no traceback."""
        answer = self.connect(*arguments, stage=stage, **changed)
        assert answer.returncode == 2, answer.stdout + answer.stderr
        assert "Traceback" not in answer.stderr
        assert "\n  next: " in answer.stderr
        assert self.variables["AWS_SECRET_ACCESS_KEY"] not in answer.stderr
        return answer.stderr

    def python(self, program: str) -> subprocess.CompletedProcess[str]:
        """Run a client through the door."""
        return self.connect("--exec", "--", sys.executable, "-c", program)


@dataclass
class Held:
    """A door that is held open."""

    process: subprocess.Popen[str]
    conninfo: str
    """Of the psql line."""
    said: str

    @property
    def parameters(self) -> dict[str, Any]:
        return psycopg.conninfo.conninfo_to_dict(self.conninfo)

    @property
    def plugin(self) -> psutil.Process:
        """The plugin."""
        (plugin,) = psutil.Process(self.process.pid).children(recursive=True)
        return plugin

    def end(self, number: int | None = None) -> tuple[int, str]:
        """Exit code, and what it said at the end."""
        if number is not None:
            self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


def client_of(service: str, variables: Mapping[str, str]) -> Any:
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=variables.get("AWS_SESSION_TOKEN"),
    )


def signed_in(administrator: Mapping[str, str]) -> dict[str, str]:
    answer = client_of("sts", administrator).assume_role(
        RoleArn=DEVELOPERS, RoleSessionName="jane@example.com"
    )
    keys = answer["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }


@contextmanager
def held_open(developer: Developer, tmp: Path) -> Iterator[Held]:
    """The command without a client, ended at the latest here."""
    process = subprocess.Popen(
        developer.command(),
        env=developer.variables | {"TMPDIR": str(tmp)},
        cwd=developer.project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = ""
        for line in process.stdout or ():
            said += line
            if line.startswith("    print("):  # the end of the notebook's cell
                break
        found = re.search(r"^psql (.*)$", said, re.MULTILINE)
        assert found, said + (process.communicate()[1] if process.poll() is not None else "")
        yield Held(process, shlex.split(found[1])[0], said)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate()


@contextmanager
def gateway_in_state(
    administrator: Mapping[str, str], gateway: str, change: str, back: str
) -> Iterator[None]:
    ec2 = client_of("ec2", administrator)
    getattr(ec2, change)(InstanceIds=[gateway])
    try:
        yield
    finally:
        getattr(ec2, back)(InstanceIds=[gateway])


def active_sessions(administrator: Mapping[str, str]) -> list[Any]:
    found: list[Any] = client_of("ssm", administrator).describe_sessions(State="Active")["Sessions"]
    return found


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
