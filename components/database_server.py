"""A host's PostgreSQL server on RDS, as AWS sees it: no roles, no databases."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from stages.documents import service_trust
from stages.names import Names
from stages.server_settings import ServerSettings

PORT = 5432
LOG_EXPORTS = ("iam-db-auth-error", "postgresql", "upgrade")
MONITORING_SECONDS = 60
INSIGHTS_DAYS = 7
CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"
MONITORING_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
TIMEOUTS = pulumi.CustomTimeouts(create="90m", update="120m", delete="60m")


@dataclass(frozen=True, kw_only=True)
class DatabaseServerArgs:
    """Arguments of a DatabaseServer."""

    names: Names
    """The host's names."""

    settings: ServerSettings
    """Class, storage, backups, windows."""

    subnet_ids: list[pulumi.Output[str]]
    """Private subnets, in two zones at least."""

    security_group_id: pulumi.Input[str]
    """Who may open its port."""

    key_arn: pulumi.Input[str]
    """The KMS key of storage, backups and Performance Insights."""

    logs_key_arn: pulumi.Input[str]
    """The KMS key of the exported logs."""

    protect: bool
    """Whether Pulumi and RDS refuse to delete it."""


class DatabaseServer(pulumi.ComponentResource):
    """The RDS instance, private and encrypted, whose users sign in by IAM alone."""

    identifier: str
    """The instance's name in RDS."""

    address: pulumi.Output[str]
    """The DNS name that clients connect to and that the server's certificate carries."""

    port: pulumi.Output[int]
    """The port."""

    resource_id: pulumi.Output[str]
    """RDS's own number of the instance, which changes when it is replaced or restored."""

    replica_address: pulumi.Output[str] | None
    """The readers' replica, where the settings ask for one."""

    reader_address: pulumi.Output[str]
    """What readers connect to: the replica, else the instance itself."""

    def __init__(
        self, name: str, args: DatabaseServerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:DatabaseServer", name, None, opts)
        self.identifier = args.names.resource("server")
        monitoring_role = self._create_monitoring_role(name, args.names)
        shared = self._shared_properties(args, monitoring_role)
        instance = self._create_instance(name, args, shared)
        self.address = instance.address
        self.port = instance.port
        self.resource_id = instance.resource_id
        self.replica_address = None
        if args.settings.read_replica:
            self.replica_address = self._create_replica(name, args, shared, instance).address
        self.reader_address = self.replica_address or self.address
        self.register_outputs(
            {
                "identifier": self.identifier,
                "address": self.address,
                "port": self.port,
                "resource_id": self.resource_id,
                "replica_address": self.replica_address,
            }
        )

    def _create_monitoring_role(self, name: str, names: Names) -> aws.iam.Role:
        child = pulumi.ResourceOptions(parent=self)
        trust = service_trust(names, ["monitoring.rds.amazonaws.com"], names.arn("rds", "db:*"))
        role = aws.iam.Role(
            f"{name}-monitoring-role",
            name=names.resource("server-monitoring"),
            assume_role_policy=trust,
            opts=child,
        )
        aws.iam.RolePolicyAttachment(
            f"{name}-monitoring-policy", role=role.name, policy_arn=MONITORING_POLICY, opts=child
        )
        return role

    def _shared_properties(
        self, args: DatabaseServerArgs, monitoring_role: aws.iam.Role
    ) -> dict[str, Any]:
        """What the instance and its replica have in common."""
        return {
            "instance_class": args.settings.instance_class,
            "max_allocated_storage": args.settings.max_allocated_storage_gib,
            "storage_encrypted": True,
            "iam_database_authentication_enabled": True,
            "publicly_accessible": False,
            "vpc_security_group_ids": [args.security_group_id],
            "ca_cert_identifier": CERTIFICATE_AUTHORITY,
            "port": PORT,
            "auto_minor_version_upgrade": True,
            "maintenance_window": args.settings.maintenance_window,
            "apply_immediately": False,
            "copy_tags_to_snapshot": True,
            "deletion_protection": args.protect,
            "enabled_cloudwatch_logs_exports": list(LOG_EXPORTS),
            "monitoring_interval": MONITORING_SECONDS,
            "monitoring_role_arn": monitoring_role.arn,
            "performance_insights_enabled": True,
            "performance_insights_kms_key_id": args.key_arn,
            "performance_insights_retention_period": INSIGHTS_DAYS,
        }

    def _create_instance(
        self, name: str, args: DatabaseServerArgs, shared: dict[str, Any]
    ) -> aws.rds.Instance:
        child = pulumi.ResourceOptions(parent=self)
        settings = args.settings
        subnets = aws.rds.SubnetGroup(
            f"{name}-subnets",
            name=self.identifier,
            description=f"Private subnets of {self.identifier}",
            subnet_ids=args.subnet_ids,
            opts=child,
        )
        return aws.rds.Instance(
            f"{name}-instance",
            identifier=self.identifier,
            engine="postgres",
            engine_version=str(settings.engine_major),
            storage_type="gp3",
            allocated_storage=settings.allocated_storage_gib,
            kms_key_id=args.key_arn,
            multi_az=settings.multi_az,
            db_subnet_group_name=subnets.name,
            parameter_group_name=self._create_parameter_group(name, settings).name,
            username=args.names.master,
            # RDS demands a password at creation. The bootstrap replaces it at once.
            password=pulumi.Output.secret(secrets.token_urlsafe(32)),
            backup_retention_period=settings.backup_retention_days,
            backup_window=settings.backup_window,
            delete_automated_backups=False,
            skip_final_snapshot=False,
            final_snapshot_identifier=f"{self.identifier}-final",
            **shared,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                depends_on=self._create_log_groups(name, self.identifier, args),
                # AWS moves the minor version, and the bootstrap sets the password.
                ignore_changes=["engine_version", "password"],
                # The identifier is fixed: two servers cannot bear it at once.
                delete_before_replace=True,
                custom_timeouts=TIMEOUTS,
            ),
        )

    def _create_replica(
        self,
        name: str,
        args: DatabaseServerArgs,
        shared: dict[str, Any],
        instance: aws.rds.Instance,
    ) -> aws.rds.Instance:
        identifier = f"{self.identifier}-replica"
        return aws.rds.Instance(
            f"{name}-replica",
            identifier=identifier,
            replicate_source_db=instance.identifier,
            # RDS refuses a final snapshot of a replica: its source has the data.
            skip_final_snapshot=True,
            **shared,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                depends_on=self._create_log_groups(f"{name}-replica", identifier, args),
                ignore_changes=["engine_version"],
                delete_before_replace=True,
                custom_timeouts=TIMEOUTS,
            ),
        )

    def _create_parameter_group(
        self, name: str, settings: ServerSettings
    ) -> aws.rds.ParameterGroup:
        family = f"postgres{settings.engine_major}"
        now = {
            "idle_in_transaction_session_timeout": "3600000",
            "log_connections": "1",
            "log_disconnections": "1",
            # A statement's text is logged, the values that it is given apart from it are data.
            "log_parameter_max_length": "0",
            "log_min_duration_statement": str(settings.slow_statement_seconds * 1000),
            "log_statement": "ddl",
            "rds.force_ssl": "1",
        }
        at_restart = {"max_connections": str(settings.max_connections)}
        parameters = [
            aws.rds.ParameterGroupParameterArgs(name=key, value=value, apply_method=method)
            for method, values in (("immediate", now), ("pending-reboot", at_restart))
            for key, value in values.items()
        ]
        return aws.rds.ParameterGroup(
            f"{name}-parameters",
            name=f"{self.identifier}-{family}",
            description=f"Settings of {self.identifier}",
            family=family,
            parameters=parameters,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_log_groups(
        self, name: str, identifier: str, args: DatabaseServerArgs
    ) -> list[aws.cloudwatch.LogGroup]:
        """The groups that RDS would otherwise make itself: unencrypted, and kept for ever."""
        return [
            aws.cloudwatch.LogGroup(
                f"{name}-{log}-log",
                name=f"/aws/rds/instance/{identifier}/{log}",
                retention_in_days=args.settings.log_retention_days,
                kms_key_id=args.logs_key_arn,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for log in LOG_EXPORTS
        ]
