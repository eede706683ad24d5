"""A stack's full name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from emulator.errors import UserError

ORGANIZATION: Final = "organization"
"""The only organization that a file backend has:
https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/backend.go"""
NAME_PATTERN: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True, slots=True)
class StackName:
    """A stack of a project."""

    project: str
    stack: str

    @property
    def full(self) -> str:
        """`organization/<project>/<stack>`."""
        return f"{ORGANIZATION}/{self.project}/{self.stack}"


def parse_stack_name(text: str, project: str) -> StackName:
    """Name as it is given on a command line or to a StackReference.

    Takes `stack`, `organization/stack` and `organization/project/stack`. Raises UserError.
    """
    parts = text.split("/")
    if len(parts) == 2:
        parts = [parts[0], project, parts[1]]
    elif len(parts) == 1:
        parts = [ORGANIZATION, project, parts[0]]
    if len(parts) != 3 or not all(NAME_PATTERN.fullmatch(part) for part in parts):
        msg = (
            f"{text!r} is not a stack's name. Allowed: <stack> or "
            f"{ORGANIZATION}/<project>/<stack>, of letters, digits, `_`, `-` and `.`."
        )
        raise UserError(msg, 1)
    if parts[0] != ORGANIZATION:
        msg = (
            f"stack {text!r} is of organization {parts[0]!r}; a file backend has only "
            f"{ORGANIZATION!r}. Use {ORGANIZATION}/{parts[1]}/{parts[2]}."
        )
        raise UserError(msg, 1)
    return StackName(parts[1], parts[2])
