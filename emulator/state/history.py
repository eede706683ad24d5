"""What a stack went through: one record and one copy of the checkpoint per deployment.

Source: https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/state.go (addToHistory)
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.state.atomic_file import write_atomically
from emulator.state.backend import StackFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRecord:
    """One deployment, as the CLI's `stack history` shows it."""

    kind: str
    """`update`, `refresh` or `destroy`."""
    start_seconds: int
    end_seconds: int
    message: str
    config: Mapping[str, Any]
    """Values as in the stack file, so secret ones as `{"secure": <ciphertext>}`."""
    succeeded: bool
    changes: Mapping[str, int]


def add_to_history(files: StackFiles, record: HistoryRecord) -> None:
    """Write the record and a copy of the checkpoint as it is now, and a backup of it."""
    checkpoint = files.checkpoint.read_bytes()
    document = {
        "kind": record.kind,
        "startTime": record.start_seconds,
        "message": record.message,
        "environment": {"exec.kind": "emulator"},
        "config": dict(record.config),
        "version": 0,
        "result": "succeeded" if record.succeeded else "failed",
        "endTime": record.end_seconds,
    }
    if record.changes:
        document["resourceChanges"] = dict(record.changes)
    prefix = files.history / f"{files.name.stack}-{time.time_ns()}"
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    write_atomically(prefix.with_name(prefix.name + ".history.json"), text.encode())
    write_atomically(prefix.with_name(prefix.name + ".checkpoint.json"), checkpoint)
    write_atomically(files.new_backup(), checkpoint)
