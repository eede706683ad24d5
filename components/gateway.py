"""A host's gateway: the machine through which people's sessions reach the server."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stages.door_settings import GatewaySettings
from stages.gateway_documents import gateway_role_policy, gateway_trust
from stages.names import Names

DISK_GIB = 8
"""What images of Amazon Linux 2023 come with."""

SAMPLE_MINUTES = 5
"""How often EC2 measures traffic without detailed monitoring."""

IDLE_BYTES = 1_000_000
"""Less than this goes out in a sample while nobody has a session. An estimate: the agent alone
reports every few minutes and keeps one channel open, a query's answer is larger."""


@dataclass(frozen=True, kw_only=True)
class GatewayArgs:
    """Arguments of a Gateway."""

    names: Names
    """The host's names."""

    settings: GatewaySettings
    """Image, class, and whether it stops when idle."""

    subnet_id: pulumi.Input[str]
    """A private subnet."""

    security_group_id: pulumi.Input[str]
    """What it may connect to; nothing connects to it."""

    after: list[pulumi.Resource]
    """Rules and endpoints without which its agent does not reach Systems Manager."""


class Gateway(pulumi.ComponentResource):
    """The smallest instance that carries a port-forward: no address, no key, no way in.

    It belongs to no stage, keeps nothing, and runs nothing but the agent of its image. Nothing is
    installed on it: another image replaces it.
    """

    instance_id: pulumi.Output[str]
    """EC2's number of it, which a replacement changes."""

    def __init__(
        self, name: str, args: GatewayArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:Gateway", name, None, opts)
        role, policy = self._create_role(name, args.names)
        profile = aws.iam.InstanceProfile(
            f"{name}-profile",
            name=args.names.gateway,
            role=role.name,
            opts=pulumi.ResourceOptions(parent=self),
        )
        instance = self._create_instance(name, args, profile, policy)
        self.instance_id = instance.id
        if args.settings.stop_when_idle_minutes is not None:
            self._stop_when_idle(name, args, args.settings.stop_when_idle_minutes)
        self.register_outputs({"instance_id": self.instance_id})

    def _create_role(self, name: str, names: Names) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            name=names.gateway,
            assume_role_policy=gateway_trust(),
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            f"{name}-policy",
            name="carry-sessions",
            role=role.name,
            policy=gateway_role_policy(names),
            opts=child,
        )
        return role, policy

    def _create_instance(
        self,
        name: str,
        args: GatewayArgs,
        profile: aws.iam.InstanceProfile,
        policy: aws.iam.RolePolicy,
    ) -> aws.ec2.Instance:
        return aws.ec2.Instance(
            f"{name}-instance",
            ami=args.settings.image_id,
            instance_type=args.settings.instance_class,
            subnet_id=args.subnet_id,
            vpc_security_group_ids=[args.security_group_id],
            associate_public_ip_address=False,
            iam_instance_profile=profile.name,
            ebs_optimized=True,
            monitoring=False,
            metadata_options=aws.ec2.InstanceMetadataOptionsArgs(
                http_endpoint="enabled",
                http_tokens="required",
                # No further than the machine itself, as nothing on it runs in a container.
                http_put_response_hop_limit=1,
                instance_metadata_tags="disabled",
            ),
            root_block_device=aws.ec2.InstanceRootBlockDeviceArgs(
                encrypted=True,
                volume_type="gp3",
                volume_size=DISK_GIB,
                delete_on_termination=True,
            ),
            # Doors find it by this name, as nobody knows its number beforehand.
            tags={"Name": args.names.gateway},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, *args.after]),
        )

    def _stop_when_idle(self, name: str, args: GatewayArgs, minutes: int) -> None:
        """A session that says nothing for so long counts as nobody's."""
        samples = minutes // SAMPLE_MINUTES
        aws.cloudwatch.MetricAlarm(
            f"{name}-idle",
            name=args.names.resource("gateway-idle"),
            alarm_description=f"Stops the gateway of {args.names.resource()} after {minutes} "
            "minutes without a session",
            namespace="AWS/EC2",
            metric_name="NetworkOut",
            dimensions={"InstanceId": self.instance_id},
            statistic="Sum",
            period=SAMPLE_MINUTES * 60,
            evaluation_periods=samples,
            datapoints_to_alarm=samples,
            comparison_operator="LessThanThreshold",
            threshold=IDLE_BYTES,
            # One that was just started has not been idle yet.
            treat_missing_data="notBreaching",
            alarm_actions=[f"arn:aws:automate:{args.names.region}:ec2:stop"],
            opts=pulumi.ResourceOptions(parent=self),
        )
