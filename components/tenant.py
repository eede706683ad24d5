"""A stage's own part of a host: databases, DAGs, roles, bucket. It touches nothing else's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from components.dag_folder import DagFolder, DagFolderArgs
from components.database_provider import database_provider
from components.host_outputs import HostOutputs
from components.private_bucket import PrivateBucket, PrivateBucketArgs
from components.stage_database import StageDatabase, StageDatabaseArgs
from components.stage_roles import StageRoles, StageRolesArgs
from stages.documents import tls_only
from stages.loading import DAGS
from stages.names import Names
from stages.settings import TenantSettings


@dataclass(frozen=True, kw_only=True)
class TenantArgs:
    """Arguments of a Tenant."""

    names: Names
    """The stage's names."""

    settings: TenantSettings
    """Databases, DAGs and readers."""

    host: HostOutputs
    """What it has to know of its host."""

    protect: bool
    """Whether what holds data is protected."""

    after: list[pulumi.Resource]
    """What of its host has to stand first, where the same stack makes it."""


class Tenant(pulumi.ComponentResource):
    """Everything that one stage owns."""

    def __init__(
        self, name: str, args: TenantArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:Tenant", name, None, opts)
        self._args = args
        child = pulumi.ResourceOptions(parent=self)
        self.databases = self._create_databases(name)
        self.bucket = PrivateBucket(
            f"{name}-data",
            PrivateBucketArgs(
                bucket=args.names.bucket("data"),
                policy=tls_only(args.names.bucket_arn("data")),
                key_arn=args.host.data_key_arn,
                protect=args.protect,
            ),
            child,
        )
        self.roles = StageRoles(
            f"{name}-roles",
            StageRolesArgs(
                names=args.names,
                host=args.host.names,
                reader_arns=args.settings.reader_arns,
                conditions=args.settings.reader_conditions,
                reads=args.settings.reads,
                after=args.after,
            ),
            child,
        )
        DagFolder(
            f"{name}-dags",
            DagFolderArgs(
                bucket=args.host.airflow_bucket,
                prefix=args.names.dag_prefix,
                folder=DAGS / args.settings.dag_folder,
                stage=self._facts_for_dags(),
                after=args.after,
            ),
            child,
        )
        self.register_outputs(self.exports())

    def exports(self) -> dict[str, Any]:
        """Ids and endpoints, never a secret."""
        names = self._args.names
        return {
            "host": self._args.host.names.stage,
            "databases": [database.database for database in self.databases],
            "database_roles": {
                "admin": names.admin,
                "app": names.app,
                "readonly": names.readonly,
            },
            "dag_prefix": names.dag_prefix,
            "data_bucket": self.bucket.bucket_name,
            "task_role_arn": self.roles.task_role_arn,
            "readonly_role_arn": self.roles.readonly_role_arn,
            "door": self._door(),
        }

    def _door(self) -> dict[str, Any] | None:
        """What a reader's client has to know; None where nobody is let in."""
        host, names = self._args.host, self._args.names
        if self.roles.readonly_role_arn is None:
            return None
        return {
            "role_arn": self.roles.readonly_role_arn,
            "session_document": names.session_document,
            "user": names.readonly,
            # What the certificate says and the token is signed for, not where the session ends.
            "address": host.reader_address,
            "port": host.server_port,
            "gateway_instance_id": host.gateway_instance_id,
        }

    def _create_databases(self, name: str) -> list[StageDatabase]:
        args = self._args
        provider = database_provider(
            f"{name}-admin",
            address=args.host.server_address,
            port=args.host.server_port,
            user=args.names.admin,
            region=args.names.region,
            opts=pulumi.ResourceOptions(parent=self, depends_on=args.after),
        )
        databases: list[StageDatabase] = []
        for database, settings in sorted(args.settings.databases.items()):
            after: list[pulumi.Resource] = [databases[-1].last] if databases else []
            databases.append(
                StageDatabase(
                    f"{name}-{database}",
                    StageDatabaseArgs(
                        names=args.names,
                        database=database,
                        settings=settings,
                        protect=args.protect,
                        after=after,
                    ),
                    pulumi.ResourceOptions(parent=self, providers=[provider]),
                )
            )
        return databases

    def _facts_for_dags(self) -> dict[str, pulumi.Input[Any]]:
        args = self._args
        return {
            "stage": args.names.stage,
            "region": args.names.region,
            "server_address": args.host.server_address,
            "server_port": args.host.server_port,
            "database_user": args.names.app,
            "databases": {
                database: args.names.database(database) for database in args.settings.databases
            },
            "data_bucket": args.names.bucket("data"),
            "task_role_arn": args.names.role_arn("task"),
        }
