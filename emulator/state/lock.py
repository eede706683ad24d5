"""One run per stack: lock files where the CLI looks for them and with what it writes into them.

Source: https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/lock.go
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from emulator.errors import UserError
from emulator.state.atomic_file import write_atomically
from emulator.state.backend import StackFiles

CLOCK_SLACK_SECONDS: Final = 2.0
"""A process that began this much later than a lock was written did not write it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock."""

    path: Path
    pid: int
    user: str
    host: str
    since: str
    command: str

    def __str__(self) -> str:
        what = f" running `{self.command}`" if self.command else ""
        return f"process {self.pid} of {self.user} on {self.host} since {self.since}{what}"

    def is_dead(self) -> bool:
        """Whether the process is known to be gone: it ran on this host, and does no more."""
        if self.host != socket.gethostname() or self.pid <= 0:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        began, since = _process_start(self.pid), _parse_time(self.since)
        return began is not None and since is not None and began > since + CLOCK_SLACK_SECONDS


@contextmanager
def locked(files: StackFiles, command: str, note: Callable[[str], None]) -> Iterator[None]:
    """Hold the stack's lock. Raises UserError that names whoever holds it already.

    The lock of a process of this host that is gone is removed, and said so through `note`.
    """
    own = files.locks / f"{uuid.uuid4()}.json"
    _refuse_if_held(files, own, note)
    content = {
        "pid": os.getpid(),
        "username": getpass.getuser(),
        "hostname": socket.gethostname(),
        "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "command": command,
    }
    write_atomically(own, json.dumps(content, separators=(",", ":")).encode(), 0o644)
    try:
        _refuse_if_held(files, own, note)
        yield
    finally:
        own.unlink(missing_ok=True)


def holders(files: StackFiles) -> list[Holder]:
    """Whoever holds the stack's lock."""
    return [_read(path) for path in sorted(files.locks.glob("*.json"))]


def _refuse_if_held(files: StackFiles, own: Path, note: Callable[[str], None]) -> None:
    live = []
    for holder in holders(files):
        if holder.path == own:
            continue
        if holder.is_dead():
            holder.path.unlink(missing_ok=True)
            note(f"took over the lock of {holder}, which is gone")
        else:
            live.append(holder)
    if live:
        lines = "".join(f"\n  {holder}\n    ({holder.path})" for holder in live)
        msg = (
            f"stack {files.name.stack!r} is locked by another run:{lines}\n"
            "Wait until it has ended. If no such process runs any more, remove the file."
        )
        raise UserError(msg, 1)


def _read(path: Path) -> Holder:
    try:
        content = json.loads(path.read_text())
        return Holder(
            path,
            int(content["pid"]),
            str(content["username"]),
            str(content["hostname"]),
            str(content["timestamp"]),
            str(content.get("command", "")),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Holder(path, 0, "unknown", "unknown", "unknown", "")


def _process_start(pid: int) -> float | None:
    """When a process began, seconds since the epoch; None where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = next(
            line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime")
        )
    except (OSError, StopIteration):
        return None
    return int(boot.split()[1]) + int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _parse_time(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
