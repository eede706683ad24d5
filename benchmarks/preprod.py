"""The workload that people meet: preprod on the emulated AWS and a real PostgreSQL server."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Final

import yaml

from benchmarks.workloads import (
    ROOT,
    Action,
    Command,
    Engine,
    Workload,
    action_arguments,
    caller_environment,
)

STACK: Final = "preprod"
CONFIG_FILE: Final = re.compile(r"--config-file (.+)$", re.MULTILINE)


class Preprod(Workload):
    """The project's own program; each `up` begins with a new cloud process."""

    def __init__(self, place: Path) -> None:
        super().__init__(STACK, 0, place)
        self._home = place / "home-0"
        self._variables: dict[str, str] = {}
        self._config_file = ROOT / f"Pulumi.{STACK}.yaml"

    @property
    def stack(self) -> str:
        """Name of the stack."""
        return STACK

    @property
    def program(self) -> Path:
        """The project."""
        return ROOT

    def fresh(self, engine: Engine) -> None:
        """Start a cloud process that holds nothing, with a session open."""
        self.close()
        self._home = self._next_home()
        said = self._emulator(["emulator", "env", "--stack", STACK]).run()
        exports = [shlex.split(line)[1] for line in said.splitlines() if line.startswith("export ")]
        self._variables = dict(text.split("=", 1) for text in exports)
        if found := CONFIG_FILE.search(said):
            self._config_file = Path(shlex.split(found[1])[0])
        document = yaml.safe_load(self._config_file.read_text())
        document["config"]["development-stages:host"]["airflow"]["max_workers"] += 1
        self._changed.write_text(yaml.safe_dump(document, sort_keys=False))

    def command(self, engine: Engine, action: Action, *, policies: bool) -> Command:
        """The command on the stack that stands."""
        file = self._changed if action is Action.PREVIEW_CHANGE else self._config_file
        arguments = [*action_arguments(action, policies=policies), "--config-file", str(file)]
        if engine is Engine.EMULATOR:
            return self._emulator(["emulator", *arguments, "--stack", STACK])
        stack = f"organization/development-stages/{STACK}"
        return Command(
            arguments=["pulumi", *arguments, "--stack", stack],
            folder=ROOT,
            environment=caller_environment() | self._variables,
        )

    def recording(self, action: Action, file: Path) -> Command:
        """The same through the recorder."""
        arguments = self.command(Engine.EMULATOR, action, policies=False).arguments[2:]
        return self._emulator(["benchmarks.recording", str(file), *arguments])

    def close(self) -> None:
        """Stop the cloud process."""
        if self._home.is_dir():
            self._emulator(["emulator", "stop"]).run()

    @property
    def _changed(self) -> Path:
        return self._home / f"Pulumi.{STACK}.changed.yaml"

    def _emulator(self, module_and_arguments: list[str]) -> Command:
        environment = caller_environment() | {"EMULATOR_HOME": str(self._home)}
        arguments = [sys.executable, "-m", *module_and_arguments]
        return Command(arguments=arguments, folder=ROOT, environment=environment)
