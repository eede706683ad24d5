"""A home, a backend and a stack with a secret, without the cost of a million iterations."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emulator.engine.resource_state import ResourceState, Snapshot
from emulator.home import Home
from emulator.state import passphrase
from emulator.state.backend import FileBackend
from emulator.state.stack_name import StackName
from emulator.state.stack_store import StackStore
from emulator.values import Secret
from tests.emulator.state.samples import BUCKET, PLANTED, PROVIDER, ROOT


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("PULUMI_", "AWS_", "EMULATOR_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(passphrase, "ITERATIONS", 2)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def store(home: Home) -> StackStore:
    return StackStore(FileBackend(home.state), StackName("demo", "dev"), home)


@pytest.fixture
def snapshot() -> Snapshot:
    return Snapshot(
        [
            ResourceState(
                urn=ROOT,
                type="pulumi:pulumi:Stack",
                custom=False,
                outputs={"endpoint": "db.local", "token": Secret(PLANTED)},
            ),
            ResourceState(
                urn=PROVIDER, type="pulumi:providers:aws", custom=True, id="p1", inputs={"a": "1"}
            ),
            ResourceState(
                urn=BUCKET,
                type="aws:s3/bucket:Bucket",
                custom=True,
                id="data-1",
                inputs={"bucket": "data", "tags": {"stage": "dev"}, "count": 3, "ratio": 2.5},
                outputs={"arn": "arn:aws:s3:::data"},
                parent=ROOT,
                protect=True,
                provider=f"{PROVIDER}::p1",
                dependencies=[PROVIDER],
                property_dependencies={"tags": [], "bucket": [PROVIDER]},
                custom_timeouts={"create": 600.0},
                created="2026-01-01T00:00:00Z",
            ),
        ]
    )
