"""Settings of a host's PostgreSQL server."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from stages.fields import Connections, DailyWindow, Settings, TimeoutSeconds, WeeklyWindow
from stages.windows import windows_overlap

InstanceClass = Annotated[
    str,
    StringConstraints(pattern=r"^db\.[a-z][a-z0-9]{1,7}\.([0-9]{0,2}x?large|medium|small|micro)$"),
]

PROVIDER_POOL = 2
"""`max_connections` of the PostgreSQL provider: a database needs two, one of them for a lock."""

ADMIN_CONNECTIONS_MIN = 24
"""What the provider may really open: it keeps a pool for each order in which it happens to write
the three parameters of a connection string, so 6 x 2 to `postgres` and as many to a database."""


class TenantLimits(Settings):
    """What a tenant may take of the server. The defaults suit a stage that runs 24/7."""

    admin_connections: int = Field(
        default=40,
        ge=ADMIN_CONNECTIONS_MIN,
        le=100,
        description=f"connections of the stage's admin, {ADMIN_CONNECTIONS_MIN} to 100",
    )
    app_connections: Connections = Field(
        default=100, description="connections of the stage's Airflow tasks, 1 to 5000"
    )
    readonly_connections: Connections = Field(
        default=20, description="connections of the stage's readers, 1 to 5000"
    )
    statement_timeout_seconds: TimeoutSeconds = Field(
        default=3600, description="seconds after which a statement is cancelled, 1 to 86400"
    )
    idle_in_transaction_timeout_seconds: TimeoutSeconds = Field(
        default=600, description="seconds after which an idle transaction is ended, 1 to 86400"
    )

    @property
    def connections(self) -> int:
        """Connections of all the stage's roles together."""
        return self.admin_connections + self.app_connections + self.readonly_connections


class ServerSettings(Settings):
    """The RDS instance."""

    engine_major: int = Field(
        default=18,
        ge=18,
        le=18,
        description="PostgreSQL's major version, 18; AWS moves the minor one in its window",
    )
    instance_class: InstanceClass = Field(
        description="the RDS instance class, such as db.m7g.large"
    )
    multi_az: bool = Field(default=True, description="a standby in another zone")
    read_replica: bool = Field(default=False, description="a replica for readers")
    max_connections: int = Field(
        default=500,
        ge=100,
        le=5000,
        description="connections of the whole server, 100 to 5000; the tenants' sum leaves 25 free",
    )
    allocated_storage_gib: int = Field(
        default=100, ge=20, le=65_536, description="GiB at the start, 20 to 65536"
    )
    max_allocated_storage_gib: int = Field(
        default=1000,
        ge=22,
        le=65_536,
        description="GiB up to which storage grows by itself, a tenth above the start at least",
    )
    backup_retention_days: int = Field(
        default=35, ge=7, le=35, description="days of point-in-time recovery, 7 to 35"
    )
    backup_window: DailyWindow = Field(
        default="02:00-03:00", description="hh:mm-hh:mm in UTC, 30 minutes or more"
    )
    maintenance_window: WeeklyWindow = Field(
        default="sun:04:00-sun:05:00", description="ddd:hh:mm-ddd:hh:mm in UTC, 30 minutes or more"
    )
    slow_statement_seconds: int = Field(
        default=1, ge=1, le=3600, description="seconds from which a statement is logged, 1 to 3600"
    )
    log_retention_days: int = Field(
        default=365, ge=30, le=3653, description="days that server logs are kept, 30 to 3653"
    )
    client_cidrs: tuple[IPv4Network, ...] = Field(
        default=(),
        description="private networks, beside Airflow's workers, that may open the server's port",
    )

    @field_validator("max_allocated_storage_gib")
    @classmethod
    def _storage_can_grow(cls, most: int, info: ValidationInfo) -> int:
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
        first = info.data.get("allocated_storage_gib", 0)
        if most * 10 < first * 11:
            msg = f"Storage should be able to grow a tenth above allocated_storage_gib, {first}"
            raise ValueError(msg)
        return most

    @field_validator("maintenance_window")
    @classmethod
    def _windows_apart(cls, maintenance: str, info: ValidationInfo) -> str:
        backup = info.data.get("backup_window")
        if backup and windows_overlap(backup, maintenance):
            msg = f"Window should not overlap backup_window, {backup}"
            raise ValueError(msg)
        return maintenance

    @field_validator("client_cidrs")
    @classmethod
    def _clients_are_private(cls, cidrs: tuple[IPv4Network, ...]) -> tuple[IPv4Network, ...]:
        public = [str(cidr) for cidr in cidrs if not cidr.is_private]
        if public:
            msg = "Networks should be private, not " + ", ".join(public)
            raise ValueError(msg)
        return cidrs
