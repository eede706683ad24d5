"""The stages as their stack files describe them: who hosts whom, and what belongs to which."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stages.loading import parse
from stages.names import Names
from stages.settings import StackSettings
from stages.stack_files import config_of, project_name, stack_files


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage."""

    name: str
    settings: StackSettings
    names: Names

    @property
    def host(self) -> str:
        """The stage that hosts it, itself perhaps."""
        return self.settings.tenant.host or self.name

    @property
    def is_host(self) -> bool:
        """Whether its stack stands up a server and an Airflow environment."""
        return self.settings.host is not None

    @property
    def is_lasting(self) -> bool:
        """Whether it holds data worth keeping.

        Its stack file says so, or it hosts stages: one that says otherwise is being taken down,
        and until then it is what it was (rule host-protected).
        """
        return self.settings.stage.protected or self.is_host

    @property
    def account_id(self) -> str:
        """Its AWS account."""
        return self.settings.aws.account_id


@dataclass(frozen=True, kw_only=True)
class Stages:
    """All stages, seen from one."""

    current: Stage
    """The one whose stack runs."""

    all: Mapping[str, Stage]
    """By name, the current one among them."""

    @property
    def others(self) -> tuple[Stage, ...]:
        """All but the current one."""
        return tuple(stage for stage in self.all.values() if stage.name != self.current.name)

    def hosted_by(self, host: str) -> tuple[Stage, ...]:
        """The stages that say that `host` hosts them, itself among them."""
        return tuple(stage for stage in self.all.values() if stage.host == host)

    def named_in(self, text: str) -> set[str]:
        """Stages whose name is a word of `text`: `test` of `test_admin` and of `dags/test/`."""
        return set(re.split(r"[^a-z0-9]+", text.lower())) & set(self.all)


def load_stages(folder: Path, current: str, config: Mapping[str, str] | None = None) -> Stages:
    """The project's stages, `current` by the configuration that it runs with if there is one.

    Raises SettingsError with every problem of the first stack file that is wrong.
    """
    project = project_name(folder)
    configs = {stage: config_of(file) for stage, file in stack_files(folder).items()}
    if config:
        configs[current] = dict(config)
    stages: dict[str, Stage] = {}
    for stage, own in configs.items():
        settings = parse(own, project, stage, dags=folder / "dags")
        names = settings.names(stage)
        stages[stage] = Stage(name=stage, settings=settings, names=names)
    return Stages(current=stages[current], all=stages)
