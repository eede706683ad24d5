"""The workload of any size: `program/` on a provider in memory."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from pathlib import Path
from typing import Final

import yaml

from benchmarks.floor import serving
from benchmarks.memory_provider import PACKAGE
from benchmarks.workloads import (
    ROOT,
    Action,
    Command,
    Engine,
    Workload,
    action_arguments,
    caller_environment,
)

PROGRAM: Final = Path(__file__).with_name("program")
PROJECT: Final = "tenants"
STACK: Final = "bench"
POLICY_CONFIG: Final = {"isolation": {"disabled_rules": ["isolation-resource-is-judged"]}}
"""The pack would refuse a resource of a provider that it does not know."""
ACCOUNT: Final = "999999999999"
NETWORK: Final = "10.99.0.0/16"


class Tenants(Workload):
    """So many tenants of twelve resources."""

    def __init__(self, tenants: int, place: Path) -> None:
        super().__init__(f"{tenants:,} tenants", tenants, place)
        self._stack = contextlib.ExitStack()
        self._port = self._stack.enter_context(serving("benchmarks.memory_provider"))
        self._home = place

    @property
    def stack(self) -> str:
        """Name of the stack."""
        return STACK

    @property
    def program(self) -> Path:
        """A copy, since the CLI writes into a stack file."""
        return self._home / "program"

    def fresh(self, engine: Engine) -> None:
        """Give the next run folders of its own."""
        self._home = self._next_home()
        shutil.copytree(PROGRAM, self.program)
        (self.program / "policies.json").write_text(json.dumps(POLICY_CONFIG))
        self._write("Pulumi.bench.yaml", {}, 30)
        (self._home / "state").mkdir()
        if engine is Engine.PULUMI:
            self._pulumi(["stack", "init", STACK]).run()
        written = yaml.safe_load((self.program / "Pulumi.bench.yaml").read_text())
        self._write("changed.yaml", written, 31)

    def command(self, engine: Engine, action: Action, *, policies: bool) -> Command:
        """The command on the stack that stands."""
        arguments = [*action_arguments(action, policies=policies), "--stack", STACK]
        if action is Action.PREVIEW_CHANGE:
            arguments += ["--config-file", str(self.program / "changed.yaml")]
        if policies:
            arguments += ["--policy-pack-config", str(self.program / "policies.json")]
        if engine is Engine.PULUMI:
            return self._pulumi(arguments)
        return self._emulator(["benchmarks.emulator_command", *arguments])

    def recording(self, action: Action, file: Path) -> Command:
        """The same through the recorder."""
        arguments = self.command(Engine.EMULATOR, action, policies=False).arguments[2:]
        return self._emulator(["benchmarks.recording", str(file), *arguments])

    def hand_over(self) -> bool:
        """Import what the emulator made: there are no secrets in it, so any passphrase does."""
        self.fresh(Engine.PULUMI)
        exported = json.loads(self.deployment)
        exported["deployment"].pop("secrets_providers", None)
        file = self._home / "deployment.json"
        file.write_text(json.dumps(exported))
        self._pulumi(["stack", "import", "--stack", STACK, "--file", str(file)]).run()
        return True

    def close(self) -> None:
        """End the provider."""
        self._stack.close()

    def _write(self, name: str, written: dict[str, object], first_days: int) -> None:
        # The project's policies ask which stage a stack is: one that hosts nobody but itself.
        stage = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())["config"]
        host = stage["development-stages:host"]
        host["tenants"], host["network"]["cidr"] = {STACK: {}}, NETWORK
        stage["aws:allowedAccountIds"], stage["development-stages:tenant"]["reader_arns"] = (
            [ACCOUNT],
            [],
        )
        config = {f"{PROJECT}:count": self.tenants, f"{PROJECT}:first_days": first_days}
        text = yaml.safe_dump({**written, "config": stage | config})
        (self.program / name).write_text(text)

    def _emulator(self, module_and_arguments: list[str]) -> Command:
        root = str(Path(__file__).parents[1])
        environment = caller_environment() | {
            "EMULATOR_HOME": str(self._home / "emulator"),
            "BENCH_PROVIDER_PORT": str(self._port),
            "PYTHONPATH": root,
        }
        arguments = [sys.executable, "-m", *module_and_arguments]
        return Command(arguments=arguments, folder=self.program, environment=environment)

    def _pulumi(self, arguments: list[str]) -> Command:
        environment = caller_environment() | {
            "PULUMI_BACKEND_URL": f"file://{self._home / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "bench",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DEBUG_PROVIDERS": f"{PACKAGE}:{self._port}",
        }
        return Command(
            arguments=["pulumi", *arguments], folder=self.program, environment=environment
        )
