"""How a running cloud process is found again: its record, its locks, its temporary folder."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from emulator.errors import UserError
from emulator.home import Home

MAX_TEMPORARY_ROOT: Final = 40
"""Characters: a socket's whole path has to stay below 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What `cloud.json` says about the running process; only its user can read the file."""

    id: str
    pid: int
    started_at: str
    """ISO 8601, UTC."""
    control_url: str
    endpoint_url: str
    ca_file: str
    log_file: str
    token: str = field(repr=False)
    """Bearer token of the control address."""


def read(home: Home) -> Record | None:
    """The record, None where there is none that can be read."""
    try:
        return Record(**json.loads((home.cloud / "cloud.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write(home: Home, record: Record) -> None:
    """Write the record, in one step and for its user only."""
    write_private(home.cloud / "cloud.json", asdict(record))


def remove(home: Home) -> None:
    """Remove the record."""
    (home.cloud / "cloud.json").unlink(missing_ok=True)


def write_private(file: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file in one step, readable by its user only."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mode 0600
    with os.fdopen(descriptor, "w") as stream:
        json.dump(content, stream)
    os.replace(name, file)


@contextmanager
def starting(home: Home) -> Iterator[None]:
    """Hold the lock under which a cloud process is started or stopped, waiting for it."""
    _make(home)
    with (home.cloud / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def hold_process_lock(home: Home) -> Any:
    """Take the lock that the cloud process holds as long as it lives, None where another has it.

    The file says the holder's process number.

    Keep the result: the lock ends with it.
    """
    _make(home)
    lock = (home.cloud / "process.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def is_process_alive(home: Home) -> bool:
    """Whether a cloud process of this home lives; the kernel knows, also after kill -9."""
    try:
        with (home.cloud / "process.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def is_taken_over(home: Home) -> bool:
    """Whether another process holds the home's lock by now, as the caller's was deleted with it."""
    try:
        return (home.cloud / "process.lock").read_text() != f"{os.getpid()}\n"
    except OSError:
        return False


def temporary_folder(home: Home) -> Path:
    """Folder for sockets and databases: short, reachable for PostgreSQL's user, one per home.

    Its name follows from the home's, so that a start after kill -9 finds what is left over.
    """
    root = tempfile.gettempdir()
    if len(root) > MAX_TEMPORARY_ROOT:
        root = "/tmp"  # noqa: S108 - the folder below is made private and checked
    digest = hashlib.sha256(str(home.root.resolve()).encode()).hexdigest()[:12]
    return Path(root) / f"emulator-{os.geteuid()}-{digest}"


def make_temporary_folder(home: Home) -> Path:
    """Make the folder. Raises UserError where something else has its name."""
    folder = temporary_folder(home)
    try:
        folder.mkdir(mode=0o711)
        folder.chmod(0o711)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            msg = (
                f"{folder} is in the way and does not belong to this user. Remove it, or set TMPDIR"
            )
            raise UserError(msg) from None
    return folder


def _make(home: Home) -> None:
    try:
        home.cloud.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        msg = f"The emulator's folder {home.cloud} cannot be made: {error.strerror}"
        raise UserError(msg) from error
