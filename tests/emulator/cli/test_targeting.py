"""`--target`, `--target-dependents` and `--exclude` on the command line of what deploys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.engine.targets import Selection
from tests.emulator.cli.conftest import Machine
from tests.emulator.cli.test_whole_way import Stack

PROGRAM = """
import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult


class Provider(ResourceProvider):
    def create(self, props):
        return CreateResult(props["name"], props)

    def diff(self, id, olds, news):
        return DiffResult(olds["size"] != news["size"], [], [], False)

    def update(self, id, olds, news):
        return UpdateResult(news)


class Thing(Resource):
    def __init__(self, name, size, opts=None):
        super().__init__(Provider(), name, {"name": name, "size": size}, opts)


size = pulumi.Config().require_int("size")
first = Thing("first", size)
Thing("second", size, pulumi.ResourceOptions(depends_on=[first]))
Thing("third", size)
"""
URN = "urn:pulumi:dev::demo::pulumi-python:dynamic:Resource::"


@pytest.mark.parametrize("command", [["up", "-f"], ["preview"], ["destroy", "-f"]], ids=" ".join)
def test_what_is_chosen_reaches_the_engine(machine: Machine, command: list[str]) -> None:
    machine.run("up", "-s", "dev", "-f")
    flags = ["-t", "urn:a", "--target", "urn:b", "--target-dependents"]
    assert machine.run(*command, "-s", "dev", *flags)[0] == 0
    chosen = Selection(targets=("urn:a", "urn:b"), target_dependents=True)
    assert machine.requests[-1].selection == chosen
    flags = ["-x", "urn:a", "--exclude", "urn:b", "--exclude-dependents"]
    assert machine.run(*command, "-s", "dev", *flags)[0] == 0
    spared = Selection(excludes=("urn:a", "urn:b"), exclude_dependents=True)
    assert machine.requests[-1].selection == spared


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    (tmp_path / "Pulumi.yaml").write_text("name: demo\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  size: 1\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    stack = Stack(tmp_path)
    yield stack
    stack.run("stop")


def test_only_what_is_chosen_is_touched_and_what_is_unknown_is_refused(stack: Stack) -> None:
    code, out, error = stack.run("up", "-s", "dev", "-f")
    assert code == 0, out + error
    (stack.folder / "Pulumi.dev.yaml").write_text("config:\n  size: 2\n")

    code, out, _ = stack.run("preview", "-s", "dev", "--target", f"{URN}frist")
    assert code == 1
    assert f"Target '{URN}frist' could not be found in the stack." in out

    code, out, _ = stack.run("preview", "-s", "dev", "-t", f"{URN}first")
    assert (code, _touched(out, "update")) == (0, ["first"])
    arguments = ["-t", f"{URN}first", "--target-dependents"]
    code, out, _ = stack.run("preview", "-s", "dev", *arguments)
    assert (code, _touched(out, "update")) == (0, ["first", "second"])

    code, out, _ = stack.run("up", "-s", "dev", "-f", "-x", f"{URN}third")
    assert (code, _touched(out, "updated")) == (0, ["first", "second"])
    code, out, _ = stack.run("destroy", "-s", "dev", "-f", "-t", f"{URN}first")
    assert code == 1
    assert f"Resource '{URN}second' will be destroyed but was not specified" in out
    code, out, _ = stack.run("destroy", "-s", "dev", "-f", *arguments)
    assert (code, _touched(out, "deleted")) == (0, ["first", "second"])


def _touched(out: str, done: str) -> list[str]:
    """Names of the resources in the lines that say so."""
    lines = [line.split() for line in out.splitlines() if "dynamic:Resource" in line]
    return sorted(words[2] for words in lines if len(words) > 3 and words[3] == done)
