"""What several stages share: network, keys, PostgreSQL server with the tenants' roles, Airflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_postgresql as postgresql

from components.airflow_environment import AirflowEnvironment, AirflowEnvironmentArgs
from components.audit_trail import AuditTrail, AuditTrailArgs
from components.database_provider import database_provider
from components.database_server import DatabaseServer, DatabaseServerArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.firewall import Firewall, FirewallArgs
from components.host_outputs import HostOutputs
from components.network import Network, NetworkArgs
from components.reader_access import ReaderAccess, ReaderAccessArgs
from components.server_bootstrap import ServerBootstrap, ServerBootstrapArgs
from components.tenant_roles import TenantRoles, TenantRolesArgs
from stages.documents import Statement, key_policy, logs_may_use_key
from stages.names import Names
from stages.settings import HostSettings


@dataclass(frozen=True, kw_only=True)
class HostArgs:
    """Arguments of a Host."""

    names: Names
    """The host's names."""

    settings: HostSettings
    """Network, server, Airflow and the tenants with their limits."""

    protect: bool
    """Whether what holds data is protected."""


class Host(pulumi.ComponentResource):
    """The shared part of an account's stages."""

    def __init__(
        self, name: str, args: HostArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:Host", name, None, opts)
        self._name, self._args = name, args
        child = pulumi.ResourceOptions(parent=self)
        logs_key = self._create_key("logs", "Logs", logs_may_use_key(args.names, log_groups="*"))
        self._data_keys = {
            stage: self._create_data_key(stage) for stage in sorted(args.settings.tenants)
        }
        self.network = Network(
            f"{name}-network",
            NetworkArgs(
                names=args.names, settings=args.settings.network, logs_key_arn=logs_key.arn
            ),
            child,
        )
        self.firewall = Firewall(
            f"{name}-firewall",
            FirewallArgs(
                names=args.names,
                vpc_id=self.network.vpc_id,
                client_cidrs=tuple(str(cidr) for cidr in args.settings.server.client_cidrs),
            ),
            child,
        )
        self.server = self._create_server(logs_key)
        self.bootstrap = self._create_bootstrap()
        self.readers = self._create_reader_access()
        self.roles = self._create_roles()
        self.airflow = self._create_airflow()
        self._create_audit_trail()
        self.register_outputs(self.exports())

    def exports(self) -> dict[str, Any]:
        """Ids and endpoints for tenants and people, never a secret."""
        names = self._args.names
        return {
            "vpc_id": self.network.vpc_id,
            "private_subnet_ids": self.network.private_subnet_ids,
            "server_identifier": self.server.identifier,
            "server_resource_id": self.server.resource_id,
            "server_address": self.server.address,
            "server_port": self.server.port,
            "server_replica_address": self.server.replica_address,
            "gateway_instance_id": self.readers.gateway_instance_id if self.readers else None,
            "server_master": names.master,
            "server_admins": [names.host_admin, names.host_roles],
            "airflow_environment": self.airflow.environment_name,
            "airflow_webserver": self.airflow.webserver_url,
            "airflow_bucket": self.airflow.bucket.bucket_name,
            "data_key_arns": {stage: key.arn for stage, key in self._data_keys.items()},
        }

    def outputs_for(self, stage: str) -> HostOutputs:
        """What the tenant `stage` has to know."""
        return HostOutputs(
            names=self._args.names,
            server_address=self.bootstrap.address,
            server_port=self.bootstrap.port,
            reader_address=self.server.reader_address,
            gateway_instance_id=self.readers.gateway_instance_id if self.readers else None,
            airflow_bucket=self.airflow.bucket.bucket_name,
            data_key_arn=self._data_keys[stage].arn,
        )

    def ready_for(self, stage: str) -> list[pulumi.Resource]:
        """What has to stand before anything of the tenant `stage` is made."""
        return [self.roles[stage].connect, self.airflow.execution_role, *self.airflow.bucket.ready]

    def _create_key(self, purpose: str, description: str, *extra: Statement) -> EncryptionKey:
        names = self._args.names
        return EncryptionKey(
            f"{self._name}-{purpose}-key",
            EncryptionKeyArgs(
                alias=names.key_alias(purpose),
                description=f"{description} of {names.resource()}",
                policy=key_policy(names, *extra),
                protect=self._args.protect,
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _create_data_key(self, stage: str) -> EncryptionKey:
        """A tenant's data has a key of its own, which the host owns and the tenant may use."""
        names = self._args.names.of(stage)
        return EncryptionKey(
            f"{self._name}-{stage}-data-key",
            EncryptionKeyArgs(
                alias=names.key_alias("data"),
                description=f"Data of {names.resource()}",
                policy=key_policy(names),
                protect=self._args.protect,
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _create_server(self, logs_key: EncryptionKey) -> DatabaseServer:
        key = self._create_key("server", "PostgreSQL server")
        return DatabaseServer(
            f"{self._name}-server",
            DatabaseServerArgs(
                names=self._args.names,
                settings=self._args.settings.server,
                subnet_ids=self.network.private_subnet_ids,
                security_group_id=self.firewall.server_group_id,
                key_arn=key.arn,
                logs_key_arn=logs_key.arn,
                protect=self._args.protect,
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _create_reader_access(self) -> ReaderAccess | None:
        if self._args.settings.gateway is None:
            return None
        return ReaderAccess(
            f"{self._name}-readers",
            ReaderAccessArgs(
                names=self._args.names,
                settings=self._args.settings.gateway,
                vpc_id=self.network.vpc_id,
                subnet_id=self.network.private_subnet_ids[0],
                server_group_id=self.firewall.server_group_id,
                server_address=self.server.address,
                reader_address=self.server.reader_address,
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _create_bootstrap(self) -> ServerBootstrap:
        names = self._args.names
        return ServerBootstrap(
            f"{self._name}-bootstrap",
            ServerBootstrapArgs(
                identifier=self.server.identifier,
                resource_id=self.server.resource_id,
                address=self.server.address,
                port=self.server.port,
                region=names.region,
                master=names.master,
                admin=names.host_admin,
                roles_admin=names.host_roles,
            ),
            pulumi.ResourceOptions(parent=self, depends_on=self.firewall.rules),
        )

    def _create_provider(self, role: str, user: pulumi.Input[str]) -> postgresql.Provider:
        return database_provider(
            f"{self._name}-{role}",
            address=self.bootstrap.address,
            port=self.bootstrap.port,
            user=user,
            region=self._args.names.region,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_roles(self) -> dict[str, TenantRoles]:
        admin = self._create_provider("admin", self.bootstrap.admin)
        roles_admin = self._create_provider("roles-admin", self.bootstrap.roles_admin)
        roles: dict[str, TenantRoles] = {}
        after: list[pulumi.Resource] = []
        for stage, limits in sorted(self._args.settings.tenants.items()):
            roles[stage] = TenantRoles(
                f"{self._name}-{stage}-roles",
                TenantRolesArgs(
                    names=self._args.names.of(stage),
                    limits=limits,
                    roles_provider=roles_admin,
                    after=after,
                ),
                pulumi.ResourceOptions(parent=self, providers=[admin]),
            )
            after = [roles[stage].connect]
        return roles

    def _create_audit_trail(self) -> None:
        AuditTrail(
            f"{self._name}-audit",
            AuditTrailArgs(
                names=self._args.names,
                retention_days=self._args.settings.audit_retention_days,
                protect=self._args.protect,
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _create_airflow(self) -> AirflowEnvironment:
        names = self._args.names
        logs = logs_may_use_key(names, log_groups=f"airflow-{names.environment}-*")
        key = self._create_key("airflow", "Airflow", logs)
        return AirflowEnvironment(
            f"{self._name}-airflow",
            AirflowEnvironmentArgs(
                names=names,
                settings=self._args.settings.airflow,
                stages=tuple(sorted(self._args.settings.tenants)),
                subnet_ids=self.network.private_subnet_ids,
                security_group_id=self.firewall.airflow_group_id,
                key_arn=key.arn,
                protect=self._args.protect,
                after=[*self.network.routes, *self.firewall.rules],
            ),
            pulumi.ResourceOptions(parent=self),
        )
