"""The real CLI on a program of these tests, attached to the provider's port."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from emulator.engine.request import DeploymentKind
from emulator.engine.targets import Selection
from tests.emulator.engine.harness import PROJECT, STACK, Engine
from tests.emulator.engine.programs import PRELUDE


class Cli:
    """A project of its own on a file backend, attached to the provider's port."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._folder = folder
        state = folder / "state"
        state.mkdir()
        (folder / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n", "utf-8")
        self._environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "passphrase",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DEBUG_PROVIDERS": f"memory:{engine.port}",
            "PULUMI_DEBUG_COMMANDS": "1",
        }
        self._run("stack", "init", STACK)

    def up(self, text: str) -> list[tuple[str, str]]:
        """Run a program; kind and name of the steps that are no `same`."""
        return self.run(DeploymentKind.UPDATE, text)

    def run(
        self, kind: DeploymentKind, text: str, selection: Selection | None = None
    ) -> list[tuple[str, str]]:
        """Deploy; kind and name of the steps that are no `same`."""
        self._write(text)
        log = self._folder / "events.jsonl"
        log.unlink(missing_ok=True)
        command = "up" if kind is DeploymentKind.UPDATE else kind.value
        flags = _flags(selection or Selection())
        self._run(command, "--yes", "--skip-preview", "--event-log", str(log), *flags)
        events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        steps = [
            event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event
        ]
        return [
            (step["op"], step["urn"].rsplit("::", 1)[1])
            for step in steps
            if step["op"] != "same" and not re.search(r":providers:\w+::default", step["urn"])
        ]

    def preview(self, text: str, *flags: str, fails: bool = False) -> dict[str, Any]:
        """What `preview --json` says of a program."""
        self._write(text)
        digest: dict[str, Any] = json.loads(self._run("preview", "--json", *flags, fails=fails))
        return digest

    def state(self) -> list[dict[str, Any]]:
        text = self._run("stack", "export", "--show-secrets")
        resources: list[dict[str, Any]] = json.loads(text)["deployment"]["resources"]
        return resources

    def export(self) -> str:
        """The whole checkpoint."""
        return self._run("stack", "export")

    def restore(self, text: str) -> None:
        """Put a checkpoint back."""
        file = self._folder / "checkpoint.json"
        file.write_text(text, encoding="utf-8")
        self._run("stack", "import", "--file", str(file))

    def _write(self, text: str) -> None:
        (self._folder / "__main__.py").write_text(PRELUDE + text, encoding="utf-8")

    def _run(self, *arguments: str, fails: bool = False) -> str:
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout


def _flags(selection: Selection) -> list[str]:
    flags = [f"--target={urn}" for urn in selection.targets]
    flags += [f"--exclude={urn}" for urn in selection.excludes]
    flags += [f"--replace={urn}" for urn in selection.replaces]
    if selection.target_dependents:
        flags.append("--target-dependents")
    if selection.exclude_dependents:
        flags.append("--exclude-dependents")
    return flags
