"""What belongs to each stage, as patterns of ARNs (`%` is a part of a name, see patterns.py).

Made of the same names as the program's resources (stages/names.py), and wider: what a stage could
add under its name is the stage's as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from policies.open_cells import Kind as OwnedKind
from policies.stage_map import Stage
from stages.names import Names

OTHER = ""
"""Kind of what no cell is ever opened to."""

_NAMED: Mapping[str, tuple[str, ...]] = {
    "airflow": ("environment/", "role/"),
    "backup": ("backup-vault:",),
    "cloudwatch": ("alarm:",),
    "dynamodb": ("table/",),
    "ecr": ("repository/",),
    "events": ("rule/", "event-bus/"),
    "kinesis": ("stream/",),
    "lambda": ("function:", "layer:"),
    "logs": ("log-group:", "log-group:/aws/%/", "log-group:/aws/%/%/", "log-group:airflow-"),
    "rds": ("db:", "cluster:", "snapshot:", "pg:", "subgrp:", "og:"),
    "scheduler": ("schedule/%/",),
    "secretsmanager": ("secret:",),
    "sns": ("",),
    "sqs": ("",),
    "ssm": ("document/", "parameter/"),
    "states": ("stateMachine:",),
}
"""By service: what stands before `<prefix>-<stage>` in the last part of an ARN."""

_WITHOUT_PARTS = frozenset({"sns", "sqs"})
"""Services whose resources' names are the end of their ARN."""

_BY_PATH = ("secretsmanager:secret:", "ssm:parameter/", "logs:log-group:/", "logs:log-group:")
"""Where names are also paths, `<prefix>/<stage>/...`."""

IAM_PATHS = ("role/", "role/%/", "policy/", "policy/%/", "instance-profile/", "user/", "group/")


@dataclass(frozen=True, kw_only=True)
class Territory:
    """One pattern of what a stage owns."""

    stage: str
    service: str
    pattern: str
    kind: str = OTHER
    """As in policies/open_cells.py."""

    holds_data: bool = False
    """Whether it is the stage's data, or leads to it."""


def territories(stage: Stage) -> tuple[Territory, ...]:
    """All that the stage owns, but for KMS keys: those have no name in their ARN."""
    return tuple(found for places in by_service(stage).values() for found in places)


def by_service(stage: Stage) -> Mapping[str, tuple[Territory, ...]]:
    """The same by service."""
    return _by_service(stage.names, stage.host, is_host=stage.is_host)


@lru_cache(maxsize=64)
def _by_service(names: Names, host: str, *, is_host: bool) -> Mapping[str, tuple[Territory, ...]]:
    found = (
        *_data(names),
        *_roles(names),
        *_airflow_bucket(names, host, is_host=is_host),
        *_things(names),
    )
    services = dict.fromkeys(territory.service for territory in found)
    return {
        service: tuple(territory for territory in found if territory.service == service)
        for service in services
    }


def _data(names: Names) -> Iterator[Territory]:
    buckets = [
        names.bucket_arn("data"),
        f"arn:aws:s3:::{names.prefix}-{names.account_id}-{names.region}-%-{names.stage}",
    ]
    for bucket in buckets:
        for pattern in (bucket, f"{bucket}/*"):
            yield Territory(stage=names.stage, service="s3", pattern=pattern, holds_data=True)
    yield Territory(
        stage=names.stage,
        service="rds-db",
        pattern=names.database_user_arn(f"{names.stage}_%").replace("*", "%"),
        kind=OwnedKind.DATABASE_ROLES,
        holds_data=True,
    )


def _roles(names: Names) -> Iterator[Territory]:
    for kind in (OwnedKind.TASK, OwnedKind.READONLY, OwnedKind.AIRFLOW_EXECUTION):
        arn = names.role_arn(kind.value)
        yield Territory(stage=names.stage, service="iam", pattern=arn, kind=kind)
    for path in IAM_PATHS:
        start = f"arn:aws:iam::{names.account_id}:{path}{names.resource()}"
        for pattern in (start, f"{start}-*"):
            yield Territory(stage=names.stage, service="iam", pattern=pattern)


def _airflow_bucket(names: Names, host: str, *, is_host: bool) -> Iterator[Territory]:
    """A host's bucket, and in it the DAGs of each stage that it carries."""
    bucket = names.of(host).bucket_arn("airflow")
    yield Territory(
        stage=names.stage,
        service="s3",
        pattern=f"{bucket}/{names.dag_prefix}*",
        kind=OwnedKind.DAGS,
    )
    if is_host:
        for pattern in (bucket, f"{bucket}/*"):
            yield Territory(stage=names.stage, service="s3", pattern=pattern)


def _things(names: Names) -> Iterator[Territory]:
    for service, starts in _NAMED.items():
        for start in starts:
            whole = names.arn(service, f"{start}{names.resource()}")
            parts = () if service in _WITHOUT_PARTS else ("-%:*", "-%/*", ":*", "/*")
            for end in ("", "-%", *parts):
                yield Territory(
                    stage=names.stage,
                    service=service,
                    pattern=f"{whole}{end}",
                    holds_data=service == "secretsmanager",
                )
    for place in _BY_PATH:
        service, _, start = place.partition(":")
        yield Territory(
            stage=names.stage,
            service=service,
            pattern=names.arn(service, f"{start}{names.prefix}/{names.stage}/*"),
            holds_data=service == "secretsmanager",
        )
