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
    # Lambda Insights, the parameters and secrets extension, Powertools:
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-insights.html
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-integration-lambda-extensions.html
    # https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/
    "aws_account_ids": Parameter(
        group=Group.ISOLATION,
        default=["580247275435", "015030872274", "017000801446"],
        schema={
            "type": "array",
            "items": {"type": "string", "pattern": "^[0-9]{12}$"},
            "description": "accounts of AWS's own that may be named, such as a Lambda layer's",
        },
    ),
    "minimum_free_connections": Parameter(
        group=Group.ISOLATION,
        default=25,
        schema={
            "type": "integer",
            "minimum": 5,
            "description": "connections that the roles of all stages leave to the server's admins, "
            "to RDS and to replication, at least",
        },
    ),
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
    "minimum_version_days": Parameter(
        group=Group.DATA_SAFETY,
        default=30,
        schema={
            "type": "integer",
            "minimum": 1,
            "description": "days for which a bucket keeps old versions of its objects, at least",
        },
    ),
    "trusted_cidrs": Parameter(
        group=Group.ACCESS,
        default=[],
        schema={
            "type": "array",
            "items": {"type": "string"},
            "description": "networks that may open a connection, beside those of the stack file",
        },
    ),
    "open_egress_ports": Parameter(
        group=Group.ACCESS,
        default=[443],
        schema={
            "type": "array",
            "items": {"type": "integer", "minimum": 1, "maximum": 65535},
            "description": "TCP ports on which the whole internet may be reached",
        },
    ),
    "minimum_key_deletion_days": Parameter(
        group=Group.DATA_SAFETY,
        default=14,
        schema={
            "type": "integer",
            "minimum": 7,
            "maximum": 30,
            "description": "days for which a key's deletion can be called back, at least",
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
