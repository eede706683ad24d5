"""`python -m stages`."""

from __future__ import annotations

import subprocess
import sys

from stages.__main__ import flatten
from tests.conftest import ROOT


def test_settings_are_named_by_their_path() -> None:
    assert flatten({"a": {"b": True, "c": None}, "d": [1], "e": {}}) == {
        "a.b": "true",
        "d": "[1]",
        "e": "{}",
    }


def test_all_stages_are_printed_side_by_side() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stages"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    header = done.stdout.splitlines()[1]
    assert [word for word in ("preprod", "prod", "test") if word in header] == [
        "preprod",
        "prod",
        "test",
    ]
    assert "host.server.instance_class" in done.stdout
