"""The command line, the real engine and the real cloud together, with a program of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import os
import signal
from pathlib import Path

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

LOG = Path(__file__).parent / "made.log"


class Provider(ResourceProvider):
    def create(self, props):
        with LOG.open("a") as log:
            log.write(f"create {props['name']}\\n")
        if Path(LOG.parent / f"kill-{props['name']}").exists():
            os.kill(os.getppid(), signal.SIGKILL)  # the engine, in the middle of an operation
            os._exit(1)
        return CreateResult(props["name"], props)

    def diff(self, id, olds, news):
        return DiffResult(olds["size"] != news["size"], [], [], False)

    def update(self, id, olds, news):
        return UpdateResult(news)

    def delete(self, id, props):
        with LOG.open("a") as log:
            log.write(f"delete {id}\\n")


class Thing(Resource):
    def __init__(self, name, size, opts=None):
        props = {"name": name, "size": size, "password": pulumi.Output.secret("planted-s3cr3t")}
        super().__init__(Provider(), name, props, opts)


size = pulumi.Config().require_int("size")
first = Thing("first", size)
second = Thing("second", 1, pulumi.ResourceOptions(depends_on=[first], protect=True))
pulumi.export("id", second.id)
pulumi.export("password", pulumi.Output.secret("planted-s3cr3t"))
"""


class Stack:
    """A stack of a small program, worked on by a process per command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("AWS_", "PULUMI_", "EMULATOR_"))
        } | {"PYTHONPATH": str(ROOT)}

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command: exit code, stdout, stderr."""
        done = subprocess.run(
            [sys.executable, "-m", "emulator", *arguments],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
        return done.returncode, done.stdout, done.stderr

    def log(self) -> list[str]:
        """What the provider was asked to do."""
        path = self.folder / "made.log"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("project")
    (folder / "Pulumi.yaml").write_text("name: demo\nruntime: python\n")
    (folder / "Pulumi.dev.yaml").write_text("config:\n  size: 1\n")
    (folder / "__main__.py").write_text(PROGRAM)
    stack = Stack(folder)
    yield stack
    stack.run("stop")


def test_a_stack_comes_up_survives_a_kill_goes_down_and_leaves_no_secret(stack: Stack) -> None:
    trap = stack.folder / "kill-second"
    trap.touch()
    code, _, _ = stack.run("up", "-s", "dev", "-f")
    assert code == -9
    _, exported, _ = stack.run("stack", "export", "-s", "dev")
    (pending,) = json.loads(exported)["deployment"]["pending_operations"]
    assert pending["type"] == "creating"
    assert pending["resource"]["urn"].endswith("::second")

    trap.unlink()
    code, out, error = stack.run("up", "-s", "dev", "-y")
    assert code == 0, out + error
    assert "took over the lock" in error
    assert "an earlier run was cut off" in error
    assert "was cut off" in out
    assert stack.log() == ["create first", "create second", "create second"]

    assert stack.run("preview", "-s", "dev", "--refresh", "--expect-no-changes")[0] == 0
    (stack.folder / "Pulumi.dev.yaml").write_text("config:\n  size: 2\n")
    code, out, _ = stack.run("preview", "-s", "dev", "--json", "--expect-no-changes")
    assert code == 7
    assert json.loads(out)["changeSummary"] == {"same": 2, "update": 1}
    code, out, _ = stack.run("up", "-s", "dev", "-f", "--diff")
    assert code == 0
    assert "~ size    : 1 => 2" in out

    code, out, _ = stack.run("destroy", "-s", "dev", "-f")
    assert code == 1
    assert "protect" in out
    assert stack.log()[3:] == []
    assert stack.run("state", "unprotect", "--all", "-s", "dev", "-y")[0] == 0
    code, out, error = stack.run("destroy", "-s", "dev", "-f")
    assert code == 0, out + error
    assert stack.log()[3:] == ["delete second", "delete first"]
    assert stack.run("stack", "output", "-s", "dev", "--json")[1] == "{}\n"

    files = [path for path in stack.folder.rglob("*") if path.is_file() and path.suffix != ".py"]
    assert len(files) > 10
    for path in files:
        if "__pycache__" not in path.parts:
            assert b"planted-s3cr3t" not in path.read_bytes(), path
