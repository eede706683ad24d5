"""What is measured: a workload on an engine, as commands that can be run again and again."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
POLICY_PACK: Final = ROOT / "policies"
FORGOTTEN: Final = (
    "AWS_PROFILE",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_STACK",
    "PYTHONDONTWRITEBYTECODE",
)
"""What the caller's environment might say of other stacks and accounts, or against caching."""


class Engine(StrEnum):
    """Who runs the program."""

    EMULATOR = "emulator"
    PULUMI = "pulumi"


class Action(StrEnum):
    """What is asked."""

    UP = "up from nothing"
    PREVIEW = "preview, no change"
    PREVIEW_CHANGE = "preview, one change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command line, where it runs and with what."""

    arguments: list[str]
    folder: Path
    environment: Mapping[str, str]

    def run(self) -> str:
        """Run it unmeasured; its output. Raises CalledProcessError."""
        return subprocess.run(
            self.arguments,
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout


class Workload(ABC):
    """A program on providers of the emulator, with a place in a temporary folder."""

    def __init__(self, name: str, tenants: int, place: Path) -> None:
        self.name = name
        self.tenants = tenants
        """Extra tenants of the benchmark's own program, 0 for a stack of the project."""
        self._place = place
        self._homes = 0
        self.resources = 0
        """Resources of the stack, known once it has been brought about by the emulator."""
        self.deployment = ""
        """The state that the emulator made, as `stack export` gives it."""

    @abstractmethod
    def fresh(self, engine: Engine) -> None:
        """Have nothing stand, and everything ready to begin."""

    @abstractmethod
    def command(self, engine: Engine, action: Action, *, policies: bool) -> Command:
        """The command to measure."""

    @abstractmethod
    def recording(self, action: Action, file: Path) -> Command:
        """The emulator's command, with what its monitor answers recorded."""

    @abstractmethod
    def close(self) -> None:
        """Leave nothing behind."""

    def count(self) -> None:
        """Keep the state that stands on the emulator, and count its resources."""
        command = self.command(Engine.EMULATOR, Action.PREVIEW, policies=False)
        module = command.arguments[:3]
        export = Command(
            arguments=[*module, "stack", "export", "--stack", self.stack],
            folder=command.folder,
            environment=command.environment,
        )
        self.deployment = export.run()
        self.resources = len(json.loads(self.deployment)["deployment"]["resources"])

    def hand_over(self) -> bool:
        """Have the CLI take the emulator's state where its own `up` was cut; whether it could."""
        return False

    @property
    @abstractmethod
    def stack(self) -> str:
        """Name of the stack."""

    @property
    @abstractmethod
    def program(self) -> Path:
        """Folder of the program."""

    def _next_home(self) -> Path:
        self._homes += 1
        home = self._place / f"home-{self._homes}"
        shutil.rmtree(self._place / f"home-{self._homes - 1}", ignore_errors=True)
        home.mkdir(parents=True)
        return home


def caller_environment() -> dict[str, str]:
    """The caller's environment, with the interpreter that runs this in front of every other."""
    kept = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
    kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return kept


def action_arguments(action: Action, *, policies: bool) -> list[str]:
    """Arguments that both engines understand alike."""
    verb = ["up", "--yes", "--skip-preview"] if action is Action.UP else ["preview"]
    pack = ["--policy-pack", str(POLICY_PACK)] if policies else []
    return [*verb, *pack, "--non-interactive", "--color", "never"]


def processor() -> str:
    """The machine's processor, as it calls itself."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
