"""The table of edits on the real CLI, with the same provider: the same steps, the same state."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from emulator.engine.request import DeploymentKind
from emulator.engine.resource_state import Snapshot
from emulator.engine.targets import Selection
from emulator.state.resource_json import encode_resource
from tests.emulator.engine.harness import PROJECT, STACK, Engine
from tests.emulator.engine.programs import PRELUDE
from tests.emulator.engine.scenarios import SCENARIOS, program, standing
from tests.emulator.engine.targeted_scenarios import BEFORE, groups
from tests.emulator.engine.test_targets import deploy, drift

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="no `pulumi` on PATH"),
]
UNLIKE = ("created", "modified", "sourcePosition", "stackTrace")
"""Times, and where in whose interpreter a resource was registered."""


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
        (self._folder / "__main__.py").write_text(PRELUDE + text, encoding="utf-8")
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

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def test_the_table_of_edits_means_the_same_to_the_cli(engine: Engine, tmp_path: Path) -> None:
    before = program([(item.prefix, item.before) for item in SCENARIOS])
    after = program([(item.prefix, item.after) for item in SCENARIOS])
    gone = frozenset(
        name.replace("$", item.prefix) for item in SCENARIOS for name in item.gone_on_purpose
    )
    engine.memory.resources.update(standing())
    first = engine.deploy(before)
    second = engine.deploy(after, first.snapshot, gone_on_purpose=gone)
    engine.memory.resources.clear()
    engine.memory.resources.update(standing())
    cli = Cli(tmp_path, engine)
    cli.up(before)
    assert Counter(cli.up(after)) == Counter(second.changes)
    assert _differences(_encoded(second.snapshot), cli.state()) == []


def test_targets_and_exclusions_mean_the_same_to_the_cli(engine: Engine, tmp_path: Path) -> None:
    base = engine.deploy(BEFORE).snapshot
    held = copy.deepcopy(engine.memory.resources)
    ours = {}
    for group in groups():
        engine.memory.resources = copy.deepcopy(held)
        outcome = deploy(engine, group, base)
        ours[group.flags] = (Counter(outcome.changes), _encoded(outcome.snapshot))
    engine.memory.resources.clear()
    cli = Cli(tmp_path, engine)
    cli.up(BEFORE)
    held, checkpoint = copy.deepcopy(engine.memory.resources), cli.export()
    for group in groups():
        engine.memory.resources = copy.deepcopy(held)
        drift(engine, group)
        cli.restore(checkpoint)
        steps = cli.run(group.kind, group.text, group.selection)
        assert (group.flags, Counter(steps)) == (group.flags, ours[group.flags][0])
        assert _differences(ours[group.flags][1], cli.state()) == []


def _flags(selection: Selection) -> list[str]:
    flags = [f"--target={urn}" for urn in selection.targets]
    flags += [f"--exclude={urn}" for urn in selection.excludes]
    flags += [f"--replace={urn}" for urn in selection.replaces]
    if selection.target_dependents:
        flags.append("--target-dependents")
    if selection.exclude_dependents:
        flags.append("--exclude-dependents")
    return flags


def _encoded(snapshot: Snapshot) -> list[dict[str, Any]]:
    return [encode_resource(state, lambda text, _: text) for state in snapshot.resources]


def _differences(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[Any]:
    """Fields that differ, each as URN, field, our value and the CLI's."""
    mine, others = _comparable(ours), _comparable(theirs)
    return [
        (urn, key, mine.get(urn, {}).get(key), others.get(urn, {}).get(key))
        for urn in sorted(mine.keys() | others.keys())
        for key in sorted(mine.get(urn, {}).keys() | others.get(urn, {}).keys())
        if mine.get(urn, {}).get(key) != others.get(urn, {}).get(key)
    ]


def _comparable(resources: list[dict[str, Any]]) -> dict[str, Any]:
    """States by URN, without times and with ids that do not count.

    A refresh of the CLI forgets which properties depend on nothing, which means the same.
    """
    kept = [{k: v for k, v in item.items() if k not in UNLIKE} for item in resources]
    for item in kept:
        depending = {k: v for k, v in item.pop("propertyDependencies", {}).items() if v}
        item |= {"propertyDependencies": depending} if depending else {}
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", json.dumps(kept))
    text = re.sub(r"([a-zA-Z])-\d+\b", r"\1-<n>", text).replace('"plaintext"', '"ciphertext"')
    text = text.replace(r'"\"plain-text\""', '"plain-text"')
    found: dict[str, Any] = {item["urn"]: _sorted(item) for item in json.loads(text)}
    return found


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(item) for item in value), key=json.dumps)
    return value
