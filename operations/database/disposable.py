"""Which stages may lose what they hold. The settings say so: no stage is named here."""

from __future__ import annotations

from operations.database.errors import RefusedError
from operations.stage_files import StageFile


def refuse_unless_disposable(stage: StageFile, what: str) -> None:
    """Raise RefusedError where the stage is protected, or hosts others."""
    if stage.disposable:
        return
    why = "it hosts other stages" if stage.settings.host is not None else "it is protected"
    if stage.settings.stage.protected:
        why = f"development-stages:stage.protected is true in {stage.file.name}"
    msg = (
        f"{what} is for disposable stages only, and {stage.stage} is none: {why}.\n"
        "  next: mend its schema by a migration, its rows by a statement that somebody reviewed."
    )
    raise RefusedError(msg)
