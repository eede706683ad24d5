"""Writing a file so that a reader, or a crash at any moment, finds the old content or the new."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

PRIVATE_MODE: Final = 0o600


def write_atomically(path: Path, content: bytes, mode: int = PRIVATE_MODE) -> None:
    """Replace the file's content; it is on disk when this returns. Raises OSError.

    The folder is made where it is missing. Nothing of a failed write stays behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames and deletions in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
