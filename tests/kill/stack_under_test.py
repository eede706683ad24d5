"""A copy of a program on an emulator of its own, whose commands can be killed and checked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from emulator.engine.resource_state import Snapshot
from emulator.home import Home
from emulator.state.backend import FileBackend
from emulator.state.stack_name import parse_stack_name
from emulator.state.stack_store import StackStore
from tests.kill.inventory import Inventory, differences

ROOT: Final = Path(__file__).parents[2]
VICTIM: Final = Path(__file__).with_name("victim.py")
KILLED: Final = -9
END_SECONDS: Final = 10
"""Within which the children of a killed engine have to be gone."""
COMMAND_SECONDS: Final = 300


class NotConvergedError(Exception):
    """Something was lost, doubled or left behind; the text says what."""


@dataclass
class StackUnderTest:
    """One stack of a project, alone in its account."""

    folder: Path
    """The project, a copy that may be edited."""
    home: Home
    project: str
    stack: str
    account_id: str
    region: str
    inventory: Inventory = field(init=False)

    def __post_init__(self) -> None:
        self.inventory = Inventory(self.home, self.account_id, self.region)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return self._run([sys.executable, "-m", "emulator", *command])

    def run_until_boundary(
        self, boundaries: Path, sides: str, every: int, *command: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command that dies at the first boundary not met before (see `victim`)."""
        return self._run(
            [sys.executable, str(VICTIM), str(boundaries), sides, str(every), *command]
        )

    def run_until(self, moment: float, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command and kill it at a moment of `time.monotonic`."""
        with subprocess.Popen(
            [sys.executable, "-m", "emulator", *command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                said, _ = process.communicate(timeout=max(0.0, moment - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                said, _ = process.communicate()
        self._wait_for_children(process.pid)
        return subprocess.CompletedProcess(command, process.returncode, said, "")

    @property
    def environment(self) -> dict[str, str]:
        """Environment of a command."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PULUMI_", "PG"))}
        return kept | {"EMULATOR_HOME": str(self.home.root), "PYTHONPATH": str(ROOT)}

    @property
    def snapshot(self) -> Snapshot:
        """State as it stands, a cut run's journal taken into account."""
        store = StackStore(
            FileBackend(self.home.state), parse_stack_name(self.stack, self.project), self.home
        )
        return store.load().snapshot

    def check_nothing_lost(self) -> None:
        """See that state and account agree, save for what is pending. Raises NotConvergedError."""
        found = differences(self.inventory.standing(), [self.snapshot])
        if found:
            raise NotConvergedError("; ".join(found))

    def check_settled(self) -> None:
        """See that state and account agree, and nothing is pending. Raises NotConvergedError."""
        self.check_nothing_lost()
        snapshot = self.snapshot
        if snapshot.pending_operations:
            urns = ", ".join(item.resource.urn for item in snapshot.pending_operations)
            msg = f"still pending: {urns}"
            raise NotConvergedError(msg)
        unfinished = [s.urn for s in snapshot.resources if s.delete or s.pending_replacement]
        if unfinished:
            msg = f"still to be deleted or replaced: {', '.join(unfinished)}"
            raise NotConvergedError(msg)

    def check_converged(self, *, empty: bool) -> None:
        """See that what was asked for stands, once, or nothing at all. Raises NotConvergedError."""
        self.check_settled()
        if empty and (standing := self.inventory.standing()):
            msg = f"left behind: {', '.join(standing)}"
            raise NotConvergedError(msg)
        if not empty:
            self.must("preview", "-s", self.stack, "--refresh", "--expect-no-changes")

    def must(self, *command: str) -> None:
        """Run a command that has to succeed. Raises NotConvergedError with what it said."""
        answer = self.run(*command)
        if answer.returncode:
            raise NotConvergedError(failure(command, answer))

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a file of the project, as somebody with an editor would."""
        path = self.folder / file
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} is in {path} {text.count(old)} times"
        path.write_text(text.replace(old, new))

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            said, _ = process.communicate(timeout=COMMAND_SECONDS)
        self._wait_for_children(process.pid)
        return subprocess.CompletedProcess(command, process.returncode, said, "")

    def _wait_for_children(self, engine_pid: int) -> None:
        """The program and the providers of an engine end with it."""
        deadline = time.monotonic() + END_SECONDS
        while left := _children(engine_pid):
            if time.monotonic() > deadline:
                msg = f"processes {left} outlive engine {engine_pid}"
                raise NotConvergedError(msg)
            time.sleep(0.01)


def failure(command: tuple[str, ...], answer: subprocess.CompletedProcess[str]) -> str:
    """What a command that failed said last, on one line."""
    lines = [line.strip() for line in answer.stdout.splitlines() if line.strip()]
    told = r"\berror: |failed|^[-+~]+ .* (create|update|replace|delete)"
    errors = [line for line in lines if re.search(told, line)] or lines
    return f"`{' '.join(command)}` ended with {answer.returncode}: {' | '.join(errors[-4:])}"


def _children(engine_pid: int) -> list[int]:
    """Processes that an engine started, which bear its number (Linux; none elsewhere)."""
    mark = f"ENGINE_PID={engine_pid}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found
