"""A stage as its stack file describes it, for commands that run beside the program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stages.loading import parse
from stages.names import Names
from stages.settings import StackSettings
from stages.stack_files import config_of, project_name, stack_files


class UnknownStageError(Exception):
    """No stack file is there for a stage: which there are."""


@dataclass(frozen=True, kw_only=True)
class StageFile:
    """A stage's settings, and the names that follow from them."""

    stage: str
    file: Path
    settings: StackSettings
    names: Names
    """The stage's own names."""

    @property
    def host(self) -> Names:
        """Names of the stage that owns the server, the network and the gateway: itself, or not."""
        return self.names.of(self.settings.tenant.host or self.stage)

    @property
    def disposable(self) -> bool:
        """Whether what it holds may be lost: it says so, and it holds nothing of other stages."""
        return not self.settings.stage.protected and self.settings.host is None


def read_stage(stage: str, folder: Path = Path()) -> StageFile:
    """The stage in the project at `folder`.

    Raises UnknownStageError, and SettingsError with all that is wrong in the file.
    """
    files = stack_files(folder)
    if stage not in files:
        known = ", ".join(files) or "none"
        msg = f"There is no Pulumi.{stage}.yaml in {folder.resolve()}; the stages there: {known}."
        raise UnknownStageError(msg)
    settings = parse(config_of(files[stage]), project_name(folder), stage, dags=folder / "dags")
    names = settings.names(stage)
    return StageFile(stage=stage, file=files[stage], settings=settings, names=names)
