"""One stack's state: read, settled after a cut run, written, set aside."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.engine.journal import fold
from emulator.engine.resource_state import Snapshot
from emulator.errors import UserError
from emulator.home import Home
from emulator.state.atomic_file import write_atomically
from emulator.state.backend import FileBackend, StackFiles
from emulator.state.checkpoint import (
    CheckpointError,
    RawCheckpoint,
    decode_snapshot,
    encode_checkpoint,
    parse_checkpoint,
    refuse_broken,
)
from emulator.state.journal_file import (
    JournalContent,
    JournalError,
    JournalFile,
    checksum,
    decode_entries,
    mark_folded,
    read_journal,
    remove_journal,
)
from emulator.state.passphrase import passphrase_is_given
from emulator.state.property_json import opened_secrets
from emulator.state.secrets_provider import SecretsProvider
from emulator.state.stack_name import StackName


@dataclass(slots=True)
class LoadedStack:
    """A stack's state as it stands."""

    snapshot: Snapshot
    secrets: SecretsProvider
    content: bytes
    """The checkpoint file's content that the snapshot stands on, empty for a new stack."""
    recovered: bool = False
    """Whether a cut run's journal was folded into the snapshot."""


class StackStore:
    """Keeper of one stack's files."""

    def __init__(self, backend: FileBackend, name: StackName, home: Home, salt: str = "") -> None:
        """`salt` is the stack file's `encryptionsalt`, used where the state has none of its own."""
        self.name = name
        self.files: StackFiles = backend.files(name)
        self._backend = backend
        self._home = home
        self._salt = salt if passphrase_is_given() else ""

    @property
    def exists(self) -> bool:
        """Whether the stack was initialised."""
        return self.files.checkpoint.exists()

    def load(self) -> LoadedStack:
        """State as it stands, a cut run's journal taken into account; writes nothing.

        A stack that was never initialised is empty. Raises UserError for a state that cannot be
        used, with what is wrong and, where there is one, the backup that can be.
        """
        path = self.files.checkpoint
        content = _read(path)
        if content is None:
            return LoadedStack(Snapshot(), self._secrets(self._salt), b"")
        try:
            raw = self._parse(content)
            journal = self._journal(content)
            secrets = self._secrets(raw.salt or (journal.salt if journal else "") or self._salt)
            snapshot = decode_snapshot(raw, secrets)
            if journal is None or journal.folded_sha256 == checksum(content):
                return LoadedStack(snapshot, secrets, content)
            entries = decode_entries(journal, secrets)
            snapshot = fold(snapshot, entries)
            refuse_broken(snapshot)
            return LoadedStack(snapshot, secrets, content, recovered=bool(entries))
        except (CheckpointError, JournalError) as error:
            raise UserError(self._refusal(error)) from error

    def settle(self, loaded: LoadedStack) -> None:
        """Write what a cut run's journal adds, and remove the journal; the lock must be held."""
        journal = self.files.journal
        if loaded.recovered:
            self.write(loaded, loaded.snapshot, lambda content: mark_folded(journal, content))
        if journal.exists():
            remove_journal(journal)

    def initialise(self) -> None:
        """Write the state of a stack without resources."""
        self._backend.prepare()
        self.write(self.load(), Snapshot())

    def begin(self, loaded: LoadedStack, command: str) -> JournalFile:
        """Begin the journal of a deployment. Raises UserError where it cannot be written."""
        try:
            return JournalFile(
                self.files.journal,
                stack=self.name.full,
                base=loaded.content,
                command=command,
                secrets=loaded.secrets,
            )
        except OSError as error:
            raise UserError(_cannot_write(self.files.journal, error)) from error

    def give_up(self, journal: JournalFile) -> None:
        """End a deployment that an error ended: what its journal holds is folded if it can be."""
        journal.close()
        with contextlib.suppress(UserError):  # the error that ended it is what is to be told
            self.settle(self.load())

    def end(self, loaded: LoadedStack, journal: JournalFile, snapshot: Snapshot) -> None:
        """Fold a deployment's result into the checkpoint and remove its journal."""
        self.write(loaded, snapshot, journal.mark_folded)
        journal.close()
        remove_journal(self.files.journal)

    def write(
        self,
        loaded: LoadedStack,
        snapshot: Snapshot,
        before: Callable[[bytes], None] | None = None,
    ) -> None:
        """Write the checkpoint, the one before it kept as `.bak`. Raises UserError.

        As with the CLI, a snapshot that contradicts itself is written, so that nothing is lost,
        and then refused.
        """
        content = encode_checkpoint(self.name.full, snapshot, loaded.secrets)
        path = self.files.checkpoint
        try:
            if before is not None:
                before(content)
            self._keep_previous()
            write_atomically(path, content)
        except OSError as error:
            raise UserError(_cannot_write(path, error)) from error
        path.with_name(path.name + ".attrs").unlink(
            missing_ok=True
        )  # the CLI's, of the old content
        loaded.content, loaded.snapshot, loaded.recovered = content, snapshot, False
        try:
            refuse_broken(snapshot)
        except CheckpointError as error:
            msg = f"{path} was written, but {error}\nThe state before it is {self.files.previous}."
            raise UserError(msg) from error

    def set_aside(self) -> Path:
        """Move the state to a backup whose path is returned; the lock must be held."""
        backup = self.files.new_backup()
        backup.parent.mkdir(parents=True, exist_ok=True)
        if self.files.journal.exists():
            shutil.move(self.files.journal, backup.with_suffix(".journal"))
        os.replace(self.files.checkpoint, backup)
        return backup

    def exported(self, *, show_secrets: bool) -> dict[str, Any]:
        """The document of `stack export`. Raises UserError.

        Secrets stay encrypted unless asked for; what the emulator does not use of a checkpoint
        that the CLI wrote is kept.
        """
        loaded = self.load()
        content = loaded.content
        if loaded.recovered:
            content = encode_checkpoint(self.name.full, loaded.snapshot, loaded.secrets)
        raw = self._parse(content)
        deployment = raw.deployment
        if show_secrets:
            deployment = opened_secrets(deployment, loaded.secrets.crypter)
        features = {"features": raw.features} if raw.features else {}
        return {"version": raw.version, **features, "deployment": deployment}

    def raw(self) -> RawCheckpoint:
        """The checkpoint as it is on disk. Raises UserError where it cannot be read."""
        content = _read(self.files.checkpoint)
        try:
            return self._parse(content or b"")
        except CheckpointError as error:
            raise UserError(self._refusal(error)) from error

    def _parse(self, content: bytes) -> RawCheckpoint:
        raw = parse_checkpoint(content)
        if raw.stack not in (self.name.full, self.name.stack):
            msg = f"it is the state of stack {raw.stack!r}, not of {self.name.full!r}"
            raise CheckpointError(msg)
        return raw

    def _journal(self, content: bytes) -> JournalContent | None:
        journal = read_journal(self.files.journal)
        if journal is None or checksum(content) in (journal.base_sha256, journal.folded_sha256):
            return journal
        msg = (
            f"a run of `{journal.command}` was cut and left {self.files.journal}, but the state "
            "was changed since by something else (the pulumi CLI?), so the two cannot be put "
            "together. Move the journal away to go on from the state as it is"
        )
        raise JournalError(msg)

    def _secrets(self, salt: str) -> SecretsProvider:
        return SecretsProvider(self._home, salt, str(self.files.checkpoint))

    def _keep_previous(self) -> None:
        """Keep the file that stands as `.bak`: a second name for it, so nothing is copied."""
        path, previous = self.files.checkpoint, self.files.previous
        if path.exists():
            temporary = previous.with_name(f".{previous.name}.{os.getpid()}")
            temporary.unlink(missing_ok=True)
            os.link(path, temporary)
            os.replace(temporary, previous)
            temporary.unlink(missing_ok=True)  # renaming one name of a file to another does nothing

    def _refusal(self, error: Exception) -> str:
        path = self.files.checkpoint
        usable = self._usable_backup()
        offer = (
            f"\nThe newest state before it that can be read is {usable}. To go on from it:"
            f"\n  cp {usable} {path}\n  python -m emulator refresh -s {self.name.stack}"
            if usable
            else "\nThere is no backup that can be read."
        )
        return f"{path} cannot be used: {error}.{offer}"

    def _usable_backup(self) -> Path | None:
        backups = sorted(self.files.new_backup().parent.glob("*.json"), reverse=True)
        for path in (self.files.previous, *backups):
            content = _read(path)
            try:
                if content is not None and self._parse(content).deployment is not None:
                    return path
            except CheckpointError:
                continue
        return None


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _cannot_write(path: Path, error: OSError) -> str:
    return (
        f"{path} cannot be written: {error.strerror}. Nothing is lost: what was done is in the "
        "journal beside it. Mend the cause; the next command takes it over."
    )
