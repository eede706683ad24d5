"""`up` as people cut it short: Ctrl-C once and twice, a second run, a cloud that dies, kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.cloud import client
from emulator.home import Home
from tests.kill.stack_under_test import KILLED, StackUnderTest

PROGRAM = """
from pathlib import Path

import pulumi
import pulumi_aws as aws
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

PIPE = Path(__file__).parent / "pipe"


class Provider(ResourceProvider):
    def create(self, props):
        if PIPE.exists():
            PIPE.open("rb").read(1)  # until somebody writes it
        return CreateResult("slow", props)


class Slow(Resource):
    def __init__(self, name, opts=None):
        super().__init__(Provider(), name, {}, opts)


first = aws.sqs.Queue("first", name="first")
slow = Slow("slow", pulumi.ResourceOptions(depends_on=[first]))
aws.sqs.Queue("later", name="later", opts=pulumi.ResourceOptions(depends_on=[slow]))
"""
UP = ("up", "-s", "dev", "-y", "-f")
RUN_SECONDS = 60
"""Longest life of a run; one that hangs is killed, which its test then tells."""


class Hanging:
    """A run whose provider hangs."""

    def __init__(self, process: subprocess.Popen[str], pipe: int) -> None:
        self._process = process
        self._pipe = pipe
        self.said = ""

    def read_until(self, text: str) -> None:
        assert self._process.stdout is not None
        while text not in self.said:
            line = self._process.stdout.readline()
            assert line, f"{text!r} was never said:\n{self.said}"
            self.said += line

    def interrupt(self) -> None:
        os.kill(self._process.pid, signal.SIGINT)

    def release(self) -> None:
        """Let the provider go on."""
        os.write(self._pipe, b".")

    def end(self) -> int:
        """Wait for the end; the exit code."""
        rest, _ = self._process.communicate(timeout=RUN_SECONDS)
        self.said += rest
        return self._process.returncode


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[StackUnderTest]:
    folder, home = tmp_path / "project", Home(tmp_path / "home")
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: cut\nruntime: python\n")
    (folder / "Pulumi.dev.yaml").write_text("config:\n  aws:region: eu-west-1\n")
    (folder / "__main__.py").write_text(PROGRAM)
    stack = StackUnderTest(
        folder=folder,
        home=home,
        project="cut",
        stack="dev",
        account_id="123456789012",
        region="eu-west-1",
    )
    yield stack
    client.stop(home)


@contextmanager
def hanging(stack: StackUnderTest) -> Iterator[Hanging]:
    """`up`, hanging in the creation of `slow`; whatever happens it has ended afterwards."""
    path = stack.folder / "pipe"
    os.mkfifo(path)
    pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    with subprocess.Popen(
        [sys.executable, "-m", "emulator", *UP],
        cwd=stack.folder,
        env=stack.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        watchdog = threading.Timer(RUN_SECONDS, process.kill)
        watchdog.start()
        try:
            run = Hanging(process, pipe)
            run.read_until("Resource slow creating")
            yield run
        finally:
            watchdog.cancel()
            process.kill()
            path.unlink()
            os.close(pipe)


def names(stack: StackUnderTest) -> set[str]:
    """Names of the resources in state."""
    return {state.urn.rsplit("::", 1)[1] for state in stack.snapshot.resources if state.custom}


def test_ctrl_c_finishes_what_is_under_way_and_begins_nothing_new(stack: StackUnderTest) -> None:
    with hanging(stack) as run:
        run.interrupt()
        run.read_until("interrupted: finishing what is under way; interrupt again to stop now")
        run.release()
        assert run.end() == 1
    assert {"first", "slow"} <= names(stack)
    assert "later" not in names(stack)
    assert stack.snapshot.pending_operations == []
    stack.must(*UP)
    stack.check_settled()


def test_a_second_ctrl_c_ends_a_run_whose_provider_hangs(stack: StackUnderTest) -> None:
    with hanging(stack) as run:
        run.interrupt()
        run.read_until("interrupt again to stop now")
        run.interrupt()
        assert run.end() == 1
    assert "stopped: what was under way stays pending" in run.said
    (pending,) = stack.snapshot.pending_operations
    assert pending.resource.urn.endswith("::slow")
    answer = stack.run(*UP)
    assert answer.returncode == 0, answer.stdout
    assert "was cut off" in answer.stdout
    stack.check_settled()


def test_a_second_run_at_the_same_time_is_refused_and_changes_nothing(
    stack: StackUnderTest,
) -> None:
    with hanging(stack) as run:
        second = stack.run(*UP)
        assert second.returncode == 1
        assert "stack 'dev' is locked by another run" in second.stdout
        assert "python -m emulator up -s dev -y -f" in second.stdout
        run.release()
        assert run.end() == 0
    stack.check_settled()


def test_a_cloud_that_dies_ends_the_run_and_the_next_begins_with_nothing(
    stack: StackUnderTest,
) -> None:
    with hanging(stack) as run:
        cloud = client.running(stack.home)
        assert cloud is not None
        os.kill(cloud.pid, signal.SIGKILL)
        run.release()
        assert run.end() == 1
    assert "the provider is gone" in run.said
    assert {"first", "slow"} <= names(stack)
    answer = stack.run(*UP)
    assert answer.returncode == 0, answer.stdout
    assert "the cloud process that stack dev was made on is gone" in answer.stdout
    assert "its state is set aside as" in answer.stdout
    stack.check_settled()


def test_a_killed_run_is_made_up_for_by_the_next(stack: StackUnderTest) -> None:
    """One boundary of those that `python -m tests.kill` goes through."""
    boundaries = stack.folder / "met"
    boundaries.write_text("")
    answer = stack.run_until_boundary(boundaries, "before", 9, *UP)
    assert answer.returncode == KILLED
    stack.check_nothing_lost()
    stack.must(*UP)
    stack.check_converged(empty=False)
