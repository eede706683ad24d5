"""The table of edits on the real CLI, with the same provider: the same steps, the same state."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from emulator.engine.resource_state import Snapshot
from emulator.state.resource_json import encode_resource
from tests.emulator.engine.harness import Engine
from tests.emulator.engine.real_cli import Cli
from tests.emulator.engine.scenario import program
from tests.emulator.engine.scenarios import SCENARIOS, standing
from tests.emulator.engine.targeted_scenarios import BEFORE, groups
from tests.emulator.engine.test_targets import deploy, drift

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="no `pulumi` on PATH"),
]
UNLIKE = ("created", "modified", "sourcePosition", "stackTrace")
"""Times, and where in whose interpreter a resource was registered."""


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
