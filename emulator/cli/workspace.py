"""The project, the home and the backend that a command works in, and the stack that it means."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from emulator.cli import exit_codes
from emulator.cli.console import note
from emulator.errors import UserError
from emulator.home import Home, find_home
from emulator.state.backend import FileBackend, find_backend
from emulator.state.project import Project, find_project
from emulator.state.stack_config import StackConfig, load_stack_config
from emulator.state.stack_name import StackName, parse_stack_name
from emulator.state.stack_store import StackStore


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where a command works."""

    project: Project
    home: Home
    backend: FileBackend

    def known_stacks(self) -> list[str]:
        """Stacks that have a file or a state, sorted."""
        initialised = self.backend.stacks(self.project.name)
        return sorted({*self.project.stack_files(), *initialised})

    def stack_name(self, option: str | None) -> StackName:
        """The stack that `--stack` names, or PULUMI_STACK; it need not exist yet."""
        text = option or os.environ.get("PULUMI_STACK")
        if not text:
            msg = f"no stack selected: name one with --stack. {self._known()}"
            raise UserError(msg, exit_codes.STACK_NOT_FOUND)
        return parse_stack_name(text, self.project.name)

    def config(self, name: StackName, file: str | None) -> StackConfig:
        """The stack's configuration. Raises UserError for a file named that does not exist."""
        if file is not None and not Path(file).is_file():
            msg = f"--config-file names {file}, which does not exist"
            raise UserError(msg, exit_codes.FAILURE)
        path = Path(file) if file else self.project.stack_file(name.stack)
        return load_stack_config(self.project, path, self.home)

    def store(self, name: StackName, salt: str = "") -> StackStore:
        """The stack's state."""
        return StackStore(self.backend, name, self.home, salt)

    def existing(self, option: str | None) -> StackStore:
        """State of a stack that was initialised. Raises UserError for any other."""
        store = self.store(self.stack_name(option))
        if not store.exists:
            raise self.not_there(store.name, deployable=False)
        return store

    def not_there(self, name: StackName, *, deployable: bool) -> UserError:
        """The error for a stack that cannot be worked on."""
        has_file = (
            name.project == self.project.name and self.project.stack_file(name.stack).is_file()
        )
        msg = f"no stack named '{name.stack}' found"
        if has_file and not deployable:
            msg = (
                f"stack '{name.stack}' has a stack file but no state: nothing was deployed yet. "
                f"Run `python -m emulator up -s {name.stack}` first."
            )
        else:
            msg += f". {self._known()}"
        return UserError(msg, exit_codes.STACK_NOT_FOUND)

    def _known(self) -> str:
        known = self.known_stacks()
        if not known:
            return f"This project has no stack; a file {self.project.stack_file('<stack>')} is one."
        return f"Known stacks: {', '.join(known)}."


def open_workspace(cwd: str | None) -> Workspace:
    """The workspace of a folder, the current one by default. Raises UserError."""
    project = find_project(Path(cwd) if cwd else Path.cwd())
    home = find_home(project.folder)
    backend, remark = find_backend(home)
    if remark:
        note(remark)
    return Workspace(project, home, backend)
