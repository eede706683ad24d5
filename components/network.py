"""A host's VPC: private subnets for what runs there, public ones for the way out."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stages.cidrs import private_subnets, public_subnets
from stages.documents import document, service_trust
from stages.names import Names
from stages.network_settings import NetworkSettings

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Arguments of a Network."""

    names: Names
    """The host's names."""

    settings: NetworkSettings
    """Addresses, zones and the way out."""

    logs_key_arn: pulumi.Input[str]
    """The KMS key of the flow logs."""


class Network(pulumi.ComponentResource):
    """A VPC over several zones, with flow logs and its default security group closed."""

    vpc_id: pulumi.Output[str]
    """The VPC."""

    private_subnet_ids: list[pulumi.Output[str]]
    """One per zone, in the zones' order."""

    routes: list[pulumi.Resource]
    """What has to stand before something in a private subnet can reach the internet."""

    def __init__(
        self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:Network", name, None, opts)
        self._names = args.names
        self._zones = args.settings.availability_zones
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=str(args.settings.cidr),
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": args.names.resource()},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.vpc_id = vpc.id
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default-security-group",
            vpc_id=self.vpc_id,
            ingress=[],
            egress=[],
            opts=pulumi.ResourceOptions(parent=self),
        )
        public = self._create_public_subnets(name, args.settings)
        gateways = self._create_nat_gateways(name, public, per_zone=args.settings.nat_per_zone)
        self.private_subnet_ids = self._create_private_subnets(name, args.settings, gateways)
        self._create_flow_logs(name, args)
        self.register_outputs(
            {"vpc_id": self.vpc_id, "private_subnet_ids": self.private_subnet_ids}
        )

    def _create_public_subnets(
        self, name: str, settings: NetworkSettings
    ) -> list[pulumi.Output[str]]:
        child = pulumi.ResourceOptions(parent=self)
        internet = aws.ec2.InternetGateway(
            f"{name}-internet-gateway",
            vpc_id=self.vpc_id,
            tags={"Name": self._names.resource()},
            opts=child,
        )
        table = aws.ec2.RouteTable(
            f"{name}-public-routes",
            vpc_id=self.vpc_id,
            tags={"Name": self._names.resource("public")},
            opts=child,
        )
        route = aws.ec2.Route(
            f"{name}-public-route",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=internet.id,
            opts=child,
        )
        self.routes = [route]
        subnet_ids = []
        cidrs = public_subnets(settings.cidr, len(self._zones))
        for zone, cidr in zip(self._zones, cidrs, strict=True):
            subnet = self._create_subnet(f"{name}-public-{zone}", "public", zone, str(cidr))
            self.routes.append(
                aws.ec2.RouteTableAssociation(
                    f"{name}-public-{zone}-routes",
                    subnet_id=subnet.id,
                    route_table_id=table.id,
                    opts=child,
                )
            )
            subnet_ids.append(subnet.id)
        return subnet_ids

    def _create_subnet(self, name: str, kind: str, zone: str, cidr: str) -> aws.ec2.Subnet:
        return aws.ec2.Subnet(
            name,
            vpc_id=self.vpc_id,
            cidr_block=cidr,
            availability_zone=f"{self._names.region}{zone}",
            map_public_ip_on_launch=False,
            tags={"Name": self._names.resource(f"{kind}-{zone}")},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_nat_gateways(
        self, name: str, public_subnet_ids: list[pulumi.Output[str]], *, per_zone: bool
    ) -> dict[str, aws.ec2.NatGateway]:
        """The gateway that each zone uses."""
        zones = self._zones if per_zone else self._zones[:1]
        gateways = {}
        for zone, subnet_id in zip(zones, public_subnet_ids, strict=False):
            tags = {"Name": self._names.resource(f"nat-{zone}")}
            address = aws.ec2.Eip(
                f"{name}-nat-{zone}-address",
                domain="vpc",
                tags=tags,
                opts=pulumi.ResourceOptions(parent=self),
            )
            gateways[zone] = aws.ec2.NatGateway(
                f"{name}-nat-{zone}",
                subnet_id=subnet_id,
                allocation_id=address.id,
                tags=tags,
                opts=pulumi.ResourceOptions(parent=self, depends_on=self.routes[:1]),
            )
        return {zone: gateways.get(zone, gateways[zones[0]]) for zone in self._zones}

    def _create_private_subnets(
        self, name: str, settings: NetworkSettings, gateways: dict[str, aws.ec2.NatGateway]
    ) -> list[pulumi.Output[str]]:
        child = pulumi.ResourceOptions(parent=self)
        subnet_ids = []
        table_ids = []
        cidrs = private_subnets(settings.cidr, len(self._zones))
        for zone, cidr in zip(self._zones, cidrs, strict=True):
            subnet = self._create_subnet(f"{name}-private-{zone}", "private", zone, str(cidr))
            table = aws.ec2.RouteTable(
                f"{name}-private-{zone}-table",
                vpc_id=self.vpc_id,
                tags={"Name": self._names.resource(f"private-{zone}")},
                opts=child,
            )
            route = aws.ec2.Route(
                f"{name}-private-{zone}-route",
                route_table_id=table.id,
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=gateways[zone].id,
                opts=child,
            )
            association = aws.ec2.RouteTableAssociation(
                f"{name}-private-{zone}-routes",
                subnet_id=subnet.id,
                route_table_id=table.id,
                opts=child,
            )
            self.routes += [route, association]
            subnet_ids.append(subnet.id)
            table_ids.append(table.id)
        aws.ec2.VpcEndpoint(
            f"{name}-s3-endpoint",
            vpc_id=self.vpc_id,
            service_name=f"com.amazonaws.{self._names.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=table_ids,
            tags={"Name": self._names.resource("s3")},
            opts=child,
        )
        return subnet_ids

    def _create_flow_logs(self, name: str, args: NetworkArgs) -> None:
        child = pulumi.ResourceOptions(parent=self)
        names = self._names
        group_name = f"/aws/vpc/{names.resource('flow-logs')}"
        group = aws.cloudwatch.LogGroup(
            f"{name}-flow-logs-group",
            name=group_name,
            retention_in_days=args.settings.log_retention_days,
            kms_key_id=args.logs_key_arn,
            opts=child,
        )
        trust = service_trust(
            names, ["vpc-flow-logs.amazonaws.com"], names.arn("ec2", "vpc-flow-log/*")
        )
        role = aws.iam.Role(
            f"{name}-flow-logs-role",
            name=names.resource("flow-logs"),
            assume_role_policy=trust,
            opts=child,
        )
        group_arn = names.arn("logs", f"log-group:{group_name}")
        policy = aws.iam.RolePolicy(
            f"{name}-flow-logs-policy",
            name="write-flow-logs",
            role=role.name,
            policy=document(
                {
                    "Effect": "Allow",
                    "Action": [
                        "logs:CreateLogStream",
                        "logs:DescribeLogStreams",
                        "logs:PutLogEvents",
                    ],
                    "Resource": [group_arn, f"{group_arn}:*"],
                },
                {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"},
            ),
            opts=child,
        )
        aws.ec2.FlowLog(
            f"{name}-flow-logs",
            vpc_id=self.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
