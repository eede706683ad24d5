"""What may differ between two hosts that are replicas of each other, and until when (parity.yaml).

`make parity` compares what both programs register and reports what is not allowed here.
"""

from __future__ import annotations

import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, StringConstraints, ValidationError

from stages.fields import Settings

FILE = Path(__file__).with_name("parity.yaml")

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10)]
ResourcePattern = Annotated[str, StringConstraints(pattern=r"^[^ ]+::[^ ]+$")]


class AllowedDifference(Settings):
    """One entry of parity.yaml."""

    resource: ResourcePattern = Field(
        description="`type::name`, each with * for anything; <stage> stands for the stage's name"
    )
    path: str | None = Field(
        default=None,
        min_length=1,
        description="dotted path of a property or `option:<name>`, with * for anything; "
        "absent where the whole resource may be missing on one side",
    )
    reason: Reason = Field(description="why they may differ here, a sentence")
    expires: datetime.date = Field(description="the last day on which it counts, YYYY-MM-DD")

    @property
    def title(self) -> str:
        """By which a message names it."""
        return f"{self.resource} {self.path or '(whole resource)'}"

    def covers(self, resource: str, path: str | None) -> bool:
        """Whether the difference at `path` of `resource` is the one that is allowed.

        A path covers what lies below it, and on which resources the property depends.
        """
        if not fnmatchcase(resource, self.resource) or (path is None) != (self.path is None):
            return False
        if path is None or self.path is None:
            return True
        path = path.removeprefix("option:propertyDependencies.")
        return fnmatchcase(path, self.path) or fnmatchcase(path, f"{self.path}.*")


class ParityList(Settings):
    """The whole file."""

    allowed: tuple[AllowedDifference, ...] = Field(description="the differences")


class ParityListError(Exception):
    """The file cannot be read: what is wrong, and where."""


def read_parity_list(file: Path = FILE) -> tuple[AllowedDifference, ...]:
    """The file's entries.

    Raises ParityListError with everything that is wrong.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        return ParityList.model_validate(content).allowed
    except (OSError, yaml.YAMLError) as error:
        msg = f"{file.name}: {error}"
        raise ParityListError(msg) from None
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()
        ]
        raise ParityListError("\n".join([f"{file.name}:", *sorted(lines)])) from None
