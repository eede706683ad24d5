"""Who may open a connection to whom between a host's gateway, Systems Manager and the server."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.firewall import HTTPS_PORT, POSTGRES_PORT
from components.security_group import SecurityGroups
from stages.names import Names


@dataclass(frozen=True, kw_only=True)
class GatewayFirewallArgs:
    """Arguments of a GatewayFirewall."""

    names: Names
    """The host's names."""

    vpc_id: pulumi.Input[str]
    """The VPC."""

    server_group_id: pulumi.Input[str]
    """Security group of the server."""


class GatewayFirewall(pulumi.ComponentResource):
    """The gateway opens connections to the server and to the endpoints; nobody opens one to it."""

    gateway_group_id: pulumi.Output[str]
    """Security group of the gateway."""

    endpoints_group_id: pulumi.Output[str]
    """Security group of Systems Manager's endpoints."""

    rules: list[pulumi.Resource]
    """The rules, which have to stand before the gateway starts."""

    def __init__(
        self, name: str, args: GatewayFirewallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:GatewayFirewall", name, None, opts)
        groups = SecurityGroups(name=name, names=args.names, vpc_id=args.vpc_id, parent=self)
        self.gateway_group_id = groups.create("gateway", "Gateway of readers")
        self.endpoints_group_id = groups.create("endpoints", "Endpoints of Systems Manager")
        self.rules = [
            *self._let_through(
                f"{name}-gateway-to-server",
                "Gateway to PostgreSQL",
                port=POSTGRES_PORT,
                to_group=args.server_group_id,
            ),
            *self._let_through(
                f"{name}-gateway-to-endpoints",
                "Gateway to Systems Manager",
                port=HTTPS_PORT,
                to_group=self.endpoints_group_id,
            ),
        ]
        self.register_outputs(
            {
                "gateway_group_id": self.gateway_group_id,
                "endpoints_group_id": self.endpoints_group_id,
            }
        )

    def _let_through(
        self, name: str, description: str, *, port: int, to_group: pulumi.Input[str]
    ) -> list[pulumi.Resource]:
        """Out of the gateway's group and into the other: a connection needs both."""
        child = pulumi.ResourceOptions(parent=self)
        return [
            aws.vpc.SecurityGroupEgressRule(
                f"{name}-out",
                security_group_id=self.gateway_group_id,
                description=description,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                referenced_security_group_id=to_group,
                opts=child,
            ),
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-in",
                security_group_id=to_group,
                description=description,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                referenced_security_group_id=self.gateway_group_id,
                opts=child,
            ),
        ]
