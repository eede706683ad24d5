"""The folders of Pulumi's file backend, and which stacks are in them.

Source: https://github.com/pulumi/pulumi/tree/master/pkg/backend/diy
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlparse

from emulator.errors import UserError
from emulator.home import Home
from emulator.state.atomic_file import write_atomically
from emulator.state.stack_name import ORGANIZATION, StackName

LAYOUT_VERSION: Final = 1
"""Stacks in a folder per project; `.pulumi/meta.yaml` says so."""


@dataclass(frozen=True, slots=True)
class StackFiles:
    """Where a file backend keeps one stack."""

    root: Path
    name: StackName

    @property
    def checkpoint(self) -> Path:
        """The stack's state."""
        return self.root / ".pulumi" / "stacks" / self.name.project / f"{self.name.stack}.json"

    @property
    def previous(self) -> Path:
        """The state before the last write."""
        return self.checkpoint.with_name(self.checkpoint.name + ".bak")

    @property
    def journal(self) -> Path:
        """What a deployment under way has done; the CLI looks at no such name."""
        return self.checkpoint.with_name(f"{self.name.stack}.journal")

    @property
    def locks(self) -> Path:
        """Folder that holds a file for whoever works on the stack."""
        return self._folder("locks", ORGANIZATION)

    @property
    def history(self) -> Path:
        """Folder of past deployments."""
        return self._folder("history")

    def new_backup(self) -> Path:
        """Path of a backup made now."""
        stack = self.name.stack
        return self._folder("backups") / f"{stack}.{time.time_ns()}.json"

    def _folder(self, *kind: str) -> Path:
        return self.root.joinpath(".pulumi", *kind, self.name.project, self.name.stack)


@dataclass(frozen=True, slots=True)
class FileBackend:
    """A file backend's root folder (the one that holds `.pulumi`)."""

    root: Path

    def files(self, name: StackName) -> StackFiles:
        """Where the stack is kept."""
        return StackFiles(self.root, name)

    def stacks(self, project: str) -> list[str]:
        """Names of the project's stacks, sorted."""
        folder = self.root / ".pulumi" / "stacks" / project
        return sorted(path.stem for path in folder.glob("*.json"))

    def prepare(self) -> None:
        """Make the backend's metadata file where it is missing. Raises UserError for another one.

        A folder that is there but is no backend of today's layout is left alone.
        """
        meta = self.root / ".pulumi" / "meta.yaml"
        try:
            text = meta.read_text()
        except FileNotFoundError:
            write_atomically(meta, f"version: {LAYOUT_VERSION}\n".encode(), 0o644)
            return
        found = re.search(r"^version:\s*(\d+)\s*$", text, re.MULTILINE)
        if found is None or int(found[1]) != LAYOUT_VERSION:
            msg = (
                f"{meta} says {text.strip()!r}; the emulator knows a file backend of "
                f"`version: {LAYOUT_VERSION}` only. Use another folder."
            )
            raise UserError(msg)


def find_backend(home: Home) -> tuple[FileBackend, str]:
    """The backend, and a note for the person where PULUMI_BACKEND_URL names one of another kind."""
    url = os.environ.get("PULUMI_BACKEND_URL", "")
    if not url:
        return FileBackend(home.state), ""
    if not url.startswith("file:"):
        scheme = urlparse(url).scheme or url
        note = f"PULUMI_BACKEND_URL names a backend of kind {scheme!r}, which is left alone"
        return FileBackend(home.state), f"{note}; state is kept in {home.state}"
    path = unquote(url.removeprefix("file:").removeprefix("//"))
    return FileBackend(Path(path).expanduser().resolve()), ""
