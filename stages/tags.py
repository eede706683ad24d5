"""The tags that everything carries, through the AWS provider's defaults."""

from __future__ import annotations

from stages.settings import StageSettings


def tags(stage: str, settings: StageSettings) -> dict[str, str]:
    """Tag names and values of all that the stage's stack owns."""
    return {
        "Stage": stage,
        "Owner": settings.owner,
        "CostCentre": settings.cost_centre,
        "Repository": settings.repository,
        "ManagedBy": "pulumi",
    }
