"""The project: `Pulumi.yaml`, found from a folder upwards, and which interpreter runs it.

Source: https://www.pulumi.com/docs/iac/concepts/projects/project-file/
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from emulator.errors import UserError
from emulator.state.stack_name import NAME_PATTERN
from emulator.state.yaml_file import read_yaml

PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What `Pulumi.yaml` says, as far as the emulator uses it."""

    name: str
    folder: Path
    file: Path
    program: Path
    """Folder that holds `__main__.py`, or a file."""
    python: str
    config: dict[str, Any]
    """Declarations of the project's `config` block by key."""
    stack_config_folder: Path

    def stack_file(self, stack: str) -> Path:
        """`Pulumi.<stack>.yaml`, whether it exists or not."""
        return self.stack_config_folder / f"Pulumi.{stack}{self.file.suffix}"

    def stack_files(self) -> list[str]:
        """Names of the stacks that have a file, sorted."""
        pattern = f"Pulumi.*{self.file.suffix}"
        return sorted(path.name.split(".", 1)[1].rsplit(".", 1)[0] for path in self._glob(pattern))

    def _glob(self, pattern: str) -> list[Path]:
        return list(self.stack_config_folder.glob(pattern))


def find_project(start: Path) -> Project:
    """The project of a folder, or of the nearest folder above it. Raises UserError."""
    start = start.resolve()
    if not start.is_dir():
        msg = f"{start} is not a folder"
        raise UserError(msg, 1)
    for folder in (start, *start.parents):
        for name in PROJECT_FILES:
            if (folder / name).is_file():
                return _load(folder / name)
    msg = (
        f"no Pulumi.yaml in {start} or above it. Run the command in a project's folder, or name "
        "one with --cwd."
    )
    raise UserError(msg, 1)


def _load(file: Path) -> Project:
    document = read_yaml(file)
    folder = file.parent
    name = document.get("name")
    if not isinstance(name, str) or not NAME_PATTERN.fullmatch(name):
        msg = f"{file}: `name` must be of letters, digits, `_`, `-` and `.`, got {name!r}"
        raise UserError(msg, 1)
    runtime = document.get("runtime")
    options: dict[str, Any] = {}
    if isinstance(runtime, dict):
        options = runtime.get("options") or {}
        runtime = runtime.get("name")
    if runtime != "python":
        msg = f"{file}: `runtime` is {runtime!r}; the emulator runs `python` programs only"
        raise UserError(msg, 1)
    config = document.get("config") or {}
    if not isinstance(config, dict):
        msg = f"{file}: `config` must be a mapping"
        raise UserError(msg, 1)
    return Project(
        name=name,
        folder=folder,
        file=file,
        program=(folder / str(document.get("main") or ".")).resolve(),
        python=_find_python(folder, options.get("virtualenv")),
        config=config,
        stack_config_folder=folder / str(document.get("stackConfigDir") or "."),
    )


def _find_python(folder: Path, virtualenv: object) -> str:
    """Interpreter of the project's virtual environment, of the active one, or this one."""
    candidates = []
    if isinstance(virtualenv, str):
        candidates.append(folder / virtualenv)
    if os.environ.get("VIRTUAL_ENV"):
        candidates.append(Path(os.environ["VIRTUAL_ENV"]))
    for candidate in candidates:
        python = candidate / "bin" / "python"
        if python.exists():
            return str(python)
    return sys.executable
