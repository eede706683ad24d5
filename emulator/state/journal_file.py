"""The journal of a deployment under way, a file beside the checkpoint: one JSON object a line.

The first line says which checkpoint the entries stand on. Each entry is written when `record`
returns, and on disk when `durable` does: one sync of the disk, which takes as long as all else that
the engine does for a resource, serves all operations that wait at that time. When the deployment
has ended, a line tells the checksum of the checkpoint that the entries are folded into; then that
checkpoint takes its place, and the journal goes. So a crash at any point leaves either a journal to
fold or one that is known to be folded.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from emulator.engine.journal import JournalEntry
from emulator.engine.resource_state import PendingOperation
from emulator.errors import UserError
from emulator.state.atomic_file import sync_folder, write_atomically
from emulator.state.resource_json import (
    MalformedResourceError,
    decode_operation,
    decode_resource,
    encode_operation,
    encode_resource,
)
from emulator.state.secrets_provider import SecretsProvider

FORMAT_VERSION: Final = 1


class JournalError(Exception):
    """A journal that cannot be used; the text says why."""


@dataclass(slots=True, kw_only=True)
class JournalContent:
    """What a journal file holds."""

    stack: str
    base_sha256: str
    """Checksum of the checkpoint that the entries stand on."""
    salt: str
    command: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    folded_sha256: str = ""
    """Checksum of the checkpoint that holds the entries already, empty where none does."""


class JournalFile:
    """Appends entries; implements the engine's `Journal`."""

    def __init__(
        self, path: Path, *, stack: str, base: bytes, command: str, secrets: SecretsProvider
    ) -> None:
        """Begin a journal. Raises OSError where the file cannot be written."""
        self._path = path
        self._secrets = secrets
        self._lock = threading.Lock()
        self._under_way: dict[int, PendingOperation] = {}
        self._recorded = self._synced = 0
        self._syncing: asyncio.Task[None] | None = None
        self._refused: OSError | None = None
        header = {
            "version": FORMAT_VERSION,
            "stack": stack,
            "base": checksum(base),
            "salt": secrets.state,
            "command": command,
        }
        write_atomically(path, _line(header))
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)

    def record(self, entry: JournalEntry) -> None:
        """Write the entry. Raises UserError where it cannot be, naming what is under way."""
        line = _line(_encode(entry, self._secrets))
        with self._lock:
            if entry.operation is not None:
                if entry.begins is not None:
                    self._under_way[entry.operation] = entry.begins
                else:
                    self._under_way.pop(entry.operation, None)
            self._append(line, entry)
            self._recorded += 1

    async def durable(self) -> None:
        """Return when what was recorded before is on disk. Raises UserError where it refuses."""
        recorded = self._recorded
        while self._synced < recorded:
            if self._refused is not None:
                # A second sync may well succeed without having written what the first one lost.
                raise self._failure(self._refused, None) from self._refused
            if self._syncing is None:
                self._syncing = asyncio.create_task(self._sync())
            await asyncio.shield(self._syncing)

    async def _sync(self) -> None:
        recorded = self._recorded
        try:
            await asyncio.to_thread(os.fsync, self._descriptor)
            self._synced = recorded
        except OSError as error:
            self._refused = error
        finally:
            self._syncing = None

    def mark_folded(self, checkpoint: bytes) -> None:
        """Say that the checkpoint that is about to be written holds every entry."""
        with self._lock:
            self._append(_line({"folded": checksum(checkpoint)}), None)
            try:
                if self._refused is not None:
                    raise self._refused
                os.fsync(self._descriptor)
            except OSError as error:
                raise self._failure(error, None) from error

    def close(self) -> None:
        """Stop appending; the file stays. A second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _append(self, line: bytes, entry: JournalEntry | None) -> None:
        size = os.fstat(self._descriptor).st_size
        try:
            written = 0
            while written < len(line):
                written += os.write(self._descriptor, line[written:])
        except OSError as error:
            os.ftruncate(self._descriptor, size)  # half a line in the middle would end the record
            raise self._failure(error, entry) from error

    def _failure(self, error: OSError, entry: JournalEntry | None) -> UserError:
        names = [f"done: {state.urn}" for _, state in entry.put] if entry else []
        under_way = self._under_way.values()
        names += [f"{item.kind.value}: {item.resource.urn}" for item in under_way]
        return UserError(
            f"{self._path} cannot be written: {error.strerror}. The deployment stops; what "
            "was done before is recorded. Not recorded, or still under way:\n  "
            + "\n  ".join(names or ["nothing"])
            + "\nMake room, then run the command again: it settles them."
        )


def read_journal(path: Path) -> JournalContent | None:
    """Content of a journal, None where there is none. Raises JournalError.

    A last line that was cut short was never reported as recorded: it is left out.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    complete = content[: content.rfind(b"\n") + 1].splitlines()
    try:
        lines = [json.loads(line) for line in complete]
        header = lines.pop(0)
        if header["version"] != FORMAT_VERSION:
            msg = f"{path}: a journal of version {header['version']}, the emulator knows 1"
            raise JournalError(msg)
        journal = JournalContent(
            stack=header["stack"],
            base_sha256=header["base"],
            salt=header["salt"],
            command=header["command"],
        )
    except (ValueError, KeyError, IndexError, TypeError) as error:
        msg = f"{path}: the journal is damaged"
        raise JournalError(msg) from error
    for line in lines:
        if "folded" in line:
            journal.folded_sha256 = line["folded"]
        else:
            journal.lines.append(line)
    return journal


def decode_entries(journal: JournalContent, secrets: SecretsProvider) -> list[JournalEntry]:
    """Entries of a journal. Raises JournalError."""
    try:
        return [_decode(line, secrets) for line in journal.lines]
    except (KeyError, TypeError, ValueError, MalformedResourceError) as error:
        msg = f"the journal of {journal.stack} is damaged: {error}"
        raise JournalError(msg) from error


def mark_folded(path: Path, checkpoint: bytes) -> None:
    """Say in a cut run's journal that the checkpoint about to be written holds every entry.

    Half a line at the end goes first. Raises OSError.
    """
    with path.open("r+b") as file:
        file.truncate(file.read().rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
        file.write(_line({"folded": checksum(checkpoint)}))
        file.flush()
        os.fsync(file.fileno())


def remove_journal(path: Path) -> None:
    """Remove a journal durably."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def checksum(content: bytes) -> str:
    """What tells one checkpoint from another."""
    return hashlib.sha256(content).hexdigest()


def _encode(entry: JournalEntry, secrets: SecretsProvider) -> dict[str, Any]:
    encoded: dict[str, Any] = {}
    if entry.operation is not None:
        encoded["operation"] = entry.operation
    if entry.begins is not None:
        encoded["begins"] = encode_operation(entry.begins, secrets.encrypt)
    if entry.put:
        encoded["put"] = [
            [key, encode_resource(state, secrets.encrypt)] for key, state in entry.put
        ]
    if entry.drop:
        encoded["drop"] = entry.drop
    return encoded


def _decode(line: dict[str, Any], secrets: SecretsProvider) -> JournalEntry:
    begins = line.get("begins")
    return JournalEntry(
        operation=line.get("operation"),
        begins=None if begins is None else decode_operation(begins, secrets.decrypt),
        put=[(key, decode_resource(state, secrets.decrypt)) for key, state in line.get("put", [])],
        drop=line.get("drop", []),
    )


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
