"""The known open cells: what reaches another stage all the same, and why (open_cells.yaml)."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from policies.stage_map import Stage, Stages

FILE = Path(__file__).with_name("open_cells.yaml")


class Kind(StrEnum):
    """Kinds of things that a stage owns, as far as they reach or are reached."""

    AIRFLOW_EXECUTION = "airflow-execution"
    """The execution role of a host's Airflow environment."""

    DAGS = "dags"
    """A stage's objects in its host's Airflow bucket."""

    DATABASE_ADMIN = "database-admin"
    """The role on the server that owns a stage's databases."""

    DATABASE_ROLES = "database-roles"
    """A stage's roles on the server."""

    DATA_KEY = "data-key"
    """The KMS key of a stage's data."""

    HOST = "host"
    """The stack of a host, as it deploys."""

    READONLY = "readonly"
    """The IAM role of a stage's readers."""

    SERVER_DATABASE = "server-database"
    """A database that belongs to a host's server rather than to a stage."""

    TASK = "task"
    """The IAM role of a stage's Airflow tasks."""


class When(StrEnum):
    """Between which stages a cell is open."""

    HOSTED = "hosted"
    DECLARED = "declared"
    TENANT = "tenant"


class Cell(BaseModel):
    """One entry of open_cells.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Kind = Field(alias="from")
    target: Kind = Field(alias="to")
    when: When
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=20)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    cells: tuple[Cell, ...]


@cache
def read_open_cells(file: Path = FILE) -> tuple[Cell, ...]:
    """The file's entries.

    Raises pydantic.ValidationError, which names entry, key and what is wrong.
    """
    return _File.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))).cells


def hosts(stages: Stages, host: str, stage: str) -> bool:
    """Whether `host` hosts `stage`: it says so, and the stage, where it has a file, agrees."""
    settings = stages.all[host].settings.host if host in stages.all else None
    says = settings is not None and stage in settings.tenants
    return says and (stage not in stages.all or stages.all[stage].host == host)


def may_read(source: Stage, target: Stage) -> bool:
    """Whether the tasks of `source` may read `target`, as both stack files say."""
    return (
        source.host == target.host
        and source.account_id == target.account_id
        and target.is_lasting
        and target.name in source.settings.tenant.reads
    )


def is_open(stages: Stages, source: tuple[str, str], target: tuple[str, str]) -> bool:
    """Whether `source` may reach `target`, both as kind (see Kind) and stage.

    What stays within one stage is not asked about here: it is no cell.
    """
    (source_kind, source_stage), (target_kind, target_stage) = source, target
    return any(
        _holds(cell.when, stages, source_stage, target_stage)
        for cell in read_open_cells()
        if (cell.source, cell.target) == (source_kind, target_kind)
    )


def _holds(when: When, stages: Stages, source: str, target: str) -> bool:
    if when is When.HOSTED:
        return hosts(stages, source, target)
    if when is When.TENANT:
        return hosts(stages, target, source)
    known = source in stages.all and target in stages.all
    return known and may_read(stages.all[source], stages.all[target])
