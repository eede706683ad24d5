"""Everything a stack file says, as one frozen model. Defaults are production-strict.

What a check needs beside the file comes as the validation's context: `stage`, the stack's name,
and `dags`, the folder of DAG folders.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from stages.airflow_settings import AirflowSettings
from stages.door_settings import GatewaySettings, ReaderConditions
from stages.fields import (
    AccountId,
    Connections,
    PostgresName,
    Prefix,
    ReaderArn,
    Region,
    Settings,
    StageName,
)
from stages.names import Names
from stages.network_settings import NetworkSettings
from stages.server_settings import ServerSettings, TenantLimits

RESERVED_CONNECTIONS = 25
"""Left to the server's own admin, to RDS and to replication, whatever the tenants do."""

TagValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 _.:/=+@-]{1,256}$")]


class AwsSettings(Settings):
    """Which account and region the stack may touch (keys of the `aws` namespace)."""

    region: Region = Field(description="an AWS region of the commercial partition")
    allowed_account_ids: tuple[AccountId] = Field(
        alias="allowedAccountIds", description="exactly one account, twelve digits in quotes"
    )

    @property
    def account_id(self) -> str:
        """The one account."""
        return self.allowed_account_ids[0]


class StageSettings(Settings):
    """What holds for all that the stack owns."""

    prefix: Prefix = Field(description="first part of every name: a letter, then 1 to 19 of a-z0-9")
    owner: TagValue = Field(description="the team that answers for the stage (a tag)")
    cost_centre: TagValue = Field(description="who pays (a tag)")
    repository: TagValue = Field(description="where this program lives (a tag)")
    protected: bool = Field(
        default=True,
        description="whether what holds data is protected from deletion, by Pulumi and by AWS",
    )


class HostSettings(Settings):
    """What a stack that hosts stages stands up for them."""

    network: NetworkSettings = Field(description="the VPC")
    server: ServerSettings = Field(description="the PostgreSQL server")
    airflow: AirflowSettings = Field(
        default_factory=AirflowSettings, description="the Airflow environment"
    )
    gateway: GatewaySettings | None = Field(
        default=None, description="the machine through which readers reach the server, if any"
    )
    audit_retention_days: int = Field(
        default=365, ge=90, le=3653, description="days that the audit trail is kept, 90 to 3653"
    )
    tenants: dict[StageName, TenantLimits] = Field(
        min_length=1, description="the stages hosted here, each with its limits"
    )

    @field_validator("tenants")
    @classmethod
    def _hosts_itself(
        cls, tenants: dict[str, TenantLimits], info: ValidationInfo
    ) -> dict[str, TenantLimits]:
        stage = (info.context or {}).get("stage")
        if stage and stage not in tenants:
            msg = f"Tenants should include {stage} itself, not {', '.join(tenants)} alone"
            raise ValueError(msg)
        return tenants

    @field_validator("tenants")
    @classmethod
    def _server_has_room(
        cls, tenants: dict[str, TenantLimits], info: ValidationInfo
    ) -> dict[str, TenantLimits]:
        server = info.data.get("server")
        asked = sum(limits.connections for limits in tenants.values())
        if server and asked > server.max_connections - RESERVED_CONNECTIONS:
            msg = (
                f"Tenants ask for {asked} connections together, should ask for at most "
                f"{server.max_connections - RESERVED_CONNECTIONS}, which is "
                f"server.max_connections less {RESERVED_CONNECTIONS}"
            )
            raise ValueError(msg)
        return tenants


class DatabaseSettings(Settings):
    """One of the stage's databases."""

    schemas: tuple[PostgresName, ...] = Field(
        default=("public",), min_length=1, description="schemas that the stage's roles may use"
    )
    connections: Connections = Field(
        default=200, description="connections to this database, 1 to 5000"
    )
    generation: int = Field(
        default=1,
        ge=1,
        description="raise it to have the database dropped and made anew, empty; 1 or more",
    )


class TenantSettings(Settings):
    """The stage's own part of a host."""

    host: StageName | None = Field(
        default=None, description="the stack that hosts this stage; absent where it hosts itself"
    )
    databases: dict[PostgresName, DatabaseSettings] = Field(
        min_length=1, description="the stage's databases by name, without the stage"
    )
    dag_folder: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")] = Field(
        default="shared", description="the folder under dags/ that the stage runs"
    )
    reader_arns: tuple[ReaderArn, ...] = Field(
        default=(),
        description="who may read the stage's databases: IAM roles and users, permission sets "
        "(arn:aws:iam::<account>:role/aws-reserved/sso.amazonaws.com/<region>/"
        "AWSReservedSSO_<name>_*), and with conditions an account (arn:aws:iam::<account>:root)",
    )
    reader_conditions: ReaderConditions = Field(
        default_factory=ReaderConditions,
        description="what is asked of people among the readers",
    )
    reads: tuple[StageName, ...] = Field(
        default=(),
        description="stages of the same account whose databases this one's tasks may read, "
        "where those name its task role among their reader_arns",
    )

    @field_validator("dag_folder")
    @classmethod
    def _folder_exists(cls, folder: str, info: ValidationInfo) -> str:
        dags: Path | None = (info.context or {}).get("dags")
        if dags and not (dags / folder).is_dir():
            folders = sorted(path.name for path in dags.glob("[a-z]*/"))
            msg = f"Folder should be one of {', '.join(folders)}"
            raise ValueError(msg)
        return folder


class StackSettings(Settings):
    """A whole stack file."""

    aws: AwsSettings
    stage: StageSettings = Field(description="what holds for all that the stack owns")
    host: HostSettings | None = Field(
        default=None, description="the shared infrastructure, where this stack hosts stages"
    )
    tenant: TenantSettings = Field(description="the stage's own part")

    def names(self, stage: str) -> Names:
        """The names of `stage`, whose file this is."""
        return Names(
            prefix=self.stage.prefix,
            account_id=self.aws.account_id,
            region=self.aws.region,
            stage=stage,
        )
