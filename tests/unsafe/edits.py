"""An edit that somebody might propose: one YAML file, read and applied to a copy of the project.

README.md beside this file describes the format.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    model_validator,
)

Against = Literal["empty", "base"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]


class EditError(Exception):
    """An edit that cannot be read, or that no longer applies to the project."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Change(_Model):
    """One change of one file."""

    file: str
    find: str | None = None
    """Occurs exactly once. Without it `replace` is a new file, or what is put at a file's end."""

    replace: str

    @model_validator(mode="after")
    def _stays_inside(self) -> Change:
        path = PurePosixPath(self.file)
        if path.is_absolute() or ".." in path.parts:
            msg = f"{self.file} should be a path inside the project"
            raise ValueError(msg)
        return self


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Edit(_Model):
    """One edit, and what has to become of it."""

    name: str
    """Its file's name."""

    title: Text
    who: Text
    """Who would propose it."""

    why: Text
    """What they would say for it."""

    safe: bool
    stacks: tuple[str, ...] = ()
    """Stacks that are previewed; none means every stack of the project."""

    against: tuple[Against, ...] = ("empty", "base")
    blocked_by: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    """Rules, checks of the guard, `settings` or `provider`: one of them has to block it."""

    edit: tuple[Change, ...] = ()
    patch: str = ""
    """A unified diff, applied after `edit`."""

    @model_validator(mode="after")
    def _is_whole(self) -> Edit:
        if not self.edit and not self.patch:
            msg = "neither `edit` nor `patch`: it would change nothing"
            raise ValueError(msg)
        if self.safe and self.blocked_by:
            msg = "a safe edit is blocked by nothing"
            raise ValueError(msg)
        return self

    def adds_stack(self, stack: str) -> bool:
        """Whether it brings the stack's file itself."""
        file = f"Pulumi.{stack}.yaml"
        is_new = any(change.file == file and change.find is None for change in self.edit)
        return is_new or f"+++ b/{file}" in self.patch.splitlines()


def read_corpus(folder: Path, only: Sequence[str] = ()) -> list[Edit]:
    """The folder's edits by name, those alone that match one of `only` where it names any.

    Raises EditError for a file that is wrong, and where there is nothing to read.
    """
    files = sorted(folder.glob("*.yaml"))
    chosen = [f for f in files if not only or any(fnmatch(f.stem, pattern) for pattern in only)]
    if not chosen:
        wanted = f" named {', '.join(only)}" if only else ""
        raise EditError(f"{folder}: no edits{wanted}; each is a file *.yaml")
    return [_read(file) for file in chosen]


def _read(file: Path) -> Edit:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise EditError(f"{file}: it should be a mapping of keys to values")
        return Edit.model_validate({"name": file.stem} | content)
    except yaml.YAMLError as error:
        raise EditError(f"{file} is no YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()]
        raise EditError("\n".join([f"{file} is wrong:", *lines])) from None


def apply(edit: Edit, folder: Path) -> None:
    """Change the copy of the project in `folder`. Raises EditError where it does not fit."""
    for change in edit.edit:
        _change(edit, change, folder / change.file)
    if edit.patch:
        answer = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=folder,
            input=edit.patch,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise EditError(f"{edit.name}: the patch does not apply: {answer.stderr.strip()}")


def _change(edit: Edit, change: Change, file: Path) -> None:
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    if change.find is None:
        after = before + change.replace
    else:
        count = before.count(change.find)
        if count != 1:
            msg = f"{edit.name}: `find` occurs {count} times in {change.file}, should occur once"
            raise EditError(msg)
        after = before.replace(change.find, change.replace)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(after, encoding="utf-8")
