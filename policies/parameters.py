"""What `--policy-pack-config` may set besides levels, each with its default and its schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.rule import Group


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One number or list that a rule compares with."""

    group: Group
    default: Any
    schema: Mapping[str, Any]
    """JSON schema, with a description."""


PARAMETERS: Mapping[str, Parameter] = {
    "minimum_backup_days": Parameter(
        group=Group.DATA_SAFETY,
        default=7,
        schema={
            "type": "integer",
            "minimum": 1,
            "maximum": 35,
            "description": "days for which the server's automatic backups are kept, at least",
        },
    ),
    "minimum_log_days": Parameter(
        group=Group.GOOD_PRACTICE,
        default=365,
        schema={
            "type": "integer",
            "minimum": 1,
            "description": "days for which log groups keep their events, at least",
        },
    ),
}


def defaults() -> dict[str, Any]:
    """Default values by name."""
    return {name: parameter.default for name, parameter in PARAMETERS.items()}
