"""Settings of a host's Airflow environment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from stages.fields import Settings

AirflowVersion = Annotated[str, StringConstraints(pattern=r"^3\.[0-9]{1,2}\.[0-9]{1,2}$")]


class AirflowSettings(Settings):
    """The MWAA environment."""

    airflow_version: AirflowVersion = Field(
        # https://docs.aws.amazon.com/mwaa/latest/API/API_CreateEnvironment.html, AirflowVersion
        default="3.0.6",
        description="an Airflow 3 that MWAA offers; in 2.x tasks reach Airflow's own database",
    )
    environment_class: Literal[
        "mw1.micro", "mw1.small", "mw1.medium", "mw1.large", "mw1.xlarge", "mw1.2xlarge"
    ] = Field(default="mw1.small", description="the MWAA environment class")
    min_workers: int = Field(default=1, ge=1, le=25, description="workers when idle, 1 to 25")
    max_workers: int = Field(default=10, ge=1, le=25, description="workers under load, 1 to 25")
    maintenance_window_start: Annotated[
        str, StringConstraints(pattern=r"^(MON|TUE|WED|THU|FRI|SAT|SUN):([01]\d|2[0-3]):(00|30)$")
    ] = Field(default="SUN:06:00", description="DDD:hh:mm in UTC, on the hour or the half hour")
    log_level: Literal["INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="from which level on Airflow's five logs are kept"
    )

    @field_validator("max_workers")
    @classmethod
    def _workers_in_order(cls, most: int, info: ValidationInfo) -> int:
        fewest = info.data.get("min_workers", most)
        if most < fewest:
            msg = f"Workers under load should be min_workers, {fewest}, at least"
            raise ValueError(msg)
        return most
