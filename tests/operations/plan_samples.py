"""What the CLI 3.260 and the emulator wrote of the same edits, and made-up previews.

The recorded ones are of a provider in memory, whose resources stand for KMS keys. Source positions,
times and tracebacks were taken out of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

PREVIEWS = Path(__file__).with_name("previews")
ENGINES = ("cli", "emulator")
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ROOT = "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev"
KEY = "aws:kms/key:Key"


def recorded(engine: str, edit: str) -> str:
    """A recorded preview, its resources taken for keys with a policy."""
    text = (PREVIEWS / f"{engine}-{edit}.json").read_text(encoding="utf-8")
    return text.replace("memory:index:Thing", KEY).replace('"value"', '"policy"')


def step(
    op: str,
    kind: str,
    *,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    name: str = "it",
) -> dict[str, Any]:
    states = {"oldState": old, "newState": new}
    urn = f"urn:pulumi:dev::demo::{kind}::{name}"
    shown = {key: {"urn": urn, "type": kind} | value for key, value in states.items() if value}
    return {"op": op, "urn": urn, **shown}


def document(
    *steps: dict[str, Any], config: dict[str, str] | None = None, kept: int = 1
) -> dict[str, Any]:
    """A whole preview of these steps and of a few resources that stay as they are."""
    counts = {"same": 1 + kept}
    for item in steps:
        counts[item["op"]] = counts.get(item["op"], 0) + 1
    root = {"op": "same", "urn": ROOT, "oldState": {"urn": ROOT}, "newState": {"urn": ROOT}}
    return {"config": config or {}, "steps": [root, *steps], "changeSummary": counts}
