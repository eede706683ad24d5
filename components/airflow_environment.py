"""A host's Airflow: an MWAA environment for the DAGs of all the stages that the host carries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.private_bucket import PrivateBucket, PrivateBucketArgs
from stages.airflow_documents import execution_role_policy, execution_role_trust
from stages.airflow_settings import AirflowSettings
from stages.documents import tls_only
from stages.names import Names

FILES = Path("dags/_environment")
"""What the environment itself runs with; relative to the project's folder, as state records it."""

TIMEOUTS = pulumi.CustomTimeouts(create="120m", update="120m", delete="90m")
"""Making or updating an environment takes tens of minutes."""


@dataclass(frozen=True, kw_only=True)
class AirflowEnvironmentArgs:
    """Arguments of an AirflowEnvironment."""

    names: Names
    """The host's names."""

    settings: AirflowSettings
    """Version, class, workers."""

    stages: tuple[str, ...]
    """The stages hosted, whose task roles it may take on."""

    subnet_ids: list[pulumi.Output[str]]
    """Private subnets; MWAA takes two."""

    security_group_id: pulumi.Input[str]
    """What it may connect to."""

    key_arn: pulumi.Input[str]
    """The KMS key of its bucket, queue, logs and database."""

    protect: bool
    """Whether Pulumi refuses to delete it and its bucket."""

    after: list[pulumi.Resource]
    """Routes and rules without which it does not start."""


class AirflowEnvironment(pulumi.ComponentResource):
    """The environment, its bucket, and an execution role that holds no stage's data."""

    bucket: PrivateBucket
    """Where DAGs and the environment's own files lie."""

    execution_role: pulumi.Resource
    """The role, which has to exist before a task role can trust it."""

    environment_name: pulumi.Output[str]
    """The environment."""

    webserver_url: pulumi.Output[str]
    """Its web server, reachable from inside the VPC."""

    def __init__(
        self, name: str, args: AirflowEnvironmentArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:AirflowEnvironment", name, None, opts)
        self.bucket = PrivateBucket(
            f"{name}-bucket",
            PrivateBucketArgs(
                bucket=args.names.bucket("airflow"),
                policy=tls_only(args.names.bucket_arn("airflow")),
                key_arn=args.key_arn,
                protect=args.protect,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        role, policy = self._create_execution_role(name, args)
        self.execution_role = role
        environment = self._create_environment(name, args, role, policy)
        self.environment_name = environment.name
        self.webserver_url = environment.webserver_url
        self.register_outputs(
            {"environment_name": self.environment_name, "webserver_url": self.webserver_url}
        )

    def _create_execution_role(
        self, name: str, args: AirflowEnvironmentArgs
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-execution-role",
            name=args.names.resource("airflow-execution"),
            assume_role_policy=execution_role_trust(args.names),
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            f"{name}-execution-policy",
            name="run-airflow",
            role=role.name,
            policy=execution_role_policy(args.names, args.stages),
            opts=child,
        )
        return role, policy

    def _create_environment(
        self,
        name: str,
        args: AirflowEnvironmentArgs,
        role: aws.iam.Role,
        policy: aws.iam.RolePolicy,
    ) -> aws.mwaa.Environment:
        requirements = self._upload(name, "requirements.txt")
        startup = self._upload(name, "startup.sh")
        plugins = self._upload(name, "plugins.zip", _plugins())
        settings = args.settings
        return aws.mwaa.Environment(
            f"{name}-environment",
            name=args.names.environment,
            airflow_version=settings.airflow_version,
            environment_class=settings.environment_class,
            min_workers=settings.min_workers,
            max_workers=settings.max_workers,
            source_bucket_arn=args.names.bucket_arn("airflow"),
            dag_s3_path="dags/",
            # Pinned, as only another version makes MWAA look at a file again.
            requirements_s3_path=requirements.key,
            requirements_s3_object_version=requirements.version_id,
            plugins_s3_path=plugins.key,
            plugins_s3_object_version=plugins.version_id,
            startup_script_s3_path=startup.key,
            startup_script_s3_object_version=startup.version_id,
            execution_role_arn=role.arn,
            kms_key=args.key_arn,
            network_configuration=aws.mwaa.EnvironmentNetworkConfigurationArgs(
                subnet_ids=args.subnet_ids[:2], security_group_ids=[args.security_group_id]
            ),
            webserver_access_mode="PRIVATE_ONLY",
            endpoint_management="SERVICE",
            worker_replacement_strategy="GRACEFUL",
            weekly_maintenance_window_start=settings.maintenance_window_start,
            logging_configuration=_logs(settings.log_level),
            opts=pulumi.ResourceOptions(
                parent=self,
                # Its own database holds the history of all runs, which nobody can restore.
                protect=args.protect,
                depends_on=[policy, *self.bucket.ready, *args.after],
                custom_timeouts=TIMEOUTS,
            ),
        )

    def _upload(
        self, name: str, key: str, source: pulumi.Asset | pulumi.Archive | None = None
    ) -> aws.s3.BucketObjectv2:
        return aws.s3.BucketObjectv2(
            f"{name}-{key.replace('.', '-')}",
            bucket=self.bucket.bucket_name,
            key=key,
            source=source or pulumi.FileAsset(str(FILES / key)),
            opts=pulumi.ResourceOptions(parent=self, depends_on=self.bucket.ready),
        )


def _plugins() -> pulumi.Archive:
    """Exactly the plugins' source files: a folder would also carry what Python leaves there."""
    folder = FILES / "plugins"
    return pulumi.AssetArchive(
        {path.name: pulumi.FileAsset(str(path)) for path in sorted(folder.glob("*.py"))}
    )


def _logs(level: str) -> aws.mwaa.EnvironmentLoggingConfigurationArgs:
    return aws.mwaa.EnvironmentLoggingConfigurationArgs(
        dag_processing_logs=aws.mwaa.EnvironmentLoggingConfigurationDagProcessingLogsArgs(
            enabled=True, log_level=level
        ),
        scheduler_logs=aws.mwaa.EnvironmentLoggingConfigurationSchedulerLogsArgs(
            enabled=True, log_level=level
        ),
        task_logs=aws.mwaa.EnvironmentLoggingConfigurationTaskLogsArgs(
            enabled=True, log_level=level
        ),
        webserver_logs=aws.mwaa.EnvironmentLoggingConfigurationWebserverLogsArgs(
            enabled=True, log_level=level
        ),
        worker_logs=aws.mwaa.EnvironmentLoggingConfigurationWorkerLogsArgs(
            enabled=True, log_level=level
        ),
    )
