"""The recorder: the real program or a component, run against nothing, and what it registered."""

from __future__ import annotations

import json
import os
import re
import runpy
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from operations.registering import Recording, Registered
from operations.registering import record as record_program

# Tests edit programs and run them again within a second: bytecode that was kept of the former text
# would pass for that of the new one where both are of the same length.
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

PROJECT = "development-stages"
ROOT = Path(__file__).parent.parent

with warnings.catch_warnings():
    # The SDKs warn of classes of their own that nobody here uses.
    warnings.simplefilter("ignore", DeprecationWarning)
    import pulumi_aws as aws
    import pulumi_postgresql  # noqa: F401 - for its warnings to come here

    # Services are loaded when something of theirs is first asked for. A provider that runs in a
    # test's own process imports types one by one, from threads: one of those before the program
    # asks for its service leaves the program with half of it.
    for file in (ROOT / "components").glob("*.py"):
        for service in re.findall(r"\baws\.([a-z0-9]+)\.[A-Z]", file.read_text(encoding="utf-8")):
            getattr(getattr(aws, service), "__all__", None)

__all__ = ["Recording", "Registered"]
STAGES = ("preprod", "prod", "test")

HOST_OUTPUTS = {
    "server_address": "server.example",
    "server_port": 5432,
    "airflow_bucket": "airflow-bucket",
    "data_key_arns": {"preprod": "arn:aws:kms:::key/preprod", "test": "arn:aws:kms:::key/test"},
}

STARTS_SERVERS = (
    "tests/whole",
    "tests/whole/care",
    "tests/emulator/cloud",
    "tests/emulator/providers/postgresql",
)
"""Folders whose tests share something slow to start: each stays on one worker."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep on one worker what shares a server."""
    path = item.path.relative_to(ROOT)
    shares = path.parent.as_posix() in STARTS_SERVERS
    alone = path.name == "test_killed_and_torn_down.py"
    group = path.parent if shares and not alone else path
    item.add_marker(pytest.mark.xdist_group(group.as_posix()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what starts slowly: the rest fills the other cores."""
    items.sort(key=lambda item: ROOT / "tests" / "whole" not in item.path.parents)


def record(
    program: Callable[[], object], *, stage: str = "preprod", config: dict[str, str] | None = None
) -> Recording:
    """Run `program` as the stack `stage` and return what it registered and exported."""
    return record_program(
        program, project=PROJECT, stage=stage, config=config or {}, references=HOST_OUTPUTS
    )


def stack_config(stage: str) -> dict[str, Any]:
    """The `config` of the stage's stack file, as YAML has it."""
    text = (ROOT / f"Pulumi.{stage}.yaml").read_text(encoding="utf-8")
    return cast("dict[str, Any]", yaml.safe_load(text)["config"])


def as_engine_config(config: dict[str, Any]) -> dict[str, str]:
    """The same as the engine hands it to a program: text, JSON for what is structured."""
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()
    }


@cache
def recorded_stack(stage: str) -> Recording:
    """The whole program, run once per session as this stage's stack."""
    return record(
        lambda: runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__"),
        stage=stage,
        config=as_engine_config(stack_config(stage)),
    )


@pytest.fixture(params=STAGES)
def any_stack(request: pytest.FixtureRequest) -> Recording:
    """Each of the stacks in turn."""
    return recorded_stack(request.param)


@pytest.fixture
def preprod() -> Recording:
    """The stack of a host and its own tenant."""
    return recorded_stack("preprod")


@pytest.fixture
def prod() -> Recording:
    """The stack of another host and its own tenant."""
    return recorded_stack("prod")


@pytest.fixture
def test_stage() -> Recording:
    """The stack of a tenant alone."""
    return recorded_stack("test")


@pytest.fixture(autouse=True)
def _in_project_folder(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The program runs in the project's folder, as the engine runs it."""
    if "emulator" not in request.path.parts:
        monkeypatch.chdir(ROOT)
