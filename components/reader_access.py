"""The way of a host's readers from Systems Manager to the server."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.gateway import Gateway, GatewayArgs
from components.gateway_firewall import GatewayFirewall, GatewayFirewallArgs
from components.private_names import PrivateNames, PrivateNamesArgs
from components.session_endpoints import SessionEndpoints, SessionEndpointsArgs
from stages.door_settings import GatewaySettings
from stages.names import Names


@dataclass(frozen=True, kw_only=True)
class ReaderAccessArgs:
    """Arguments of ReaderAccess."""

    names: Names
    """The host's names."""

    settings: GatewaySettings
    """Of the gateway."""

    vpc_id: pulumi.Input[str]
    """The VPC."""

    subnet_id: pulumi.Input[str]
    """The private subnet of gateway and endpoints."""

    server_group_id: pulumi.Input[str]
    """Security group of the server and of its replica."""

    server_address: pulumi.Input[str]
    """The server's own name."""

    reader_address: pulumi.Input[str]
    """The name of the server that readers use."""


class ReaderAccess(pulumi.ComponentResource):
    """Gateway, endpoints, their security groups, and the names that session documents hold."""

    gateway_instance_id: pulumi.Output[str]
    """The gateway."""

    def __init__(
        self, name: str, args: ReaderAccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:ReaderAccess", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        firewall = GatewayFirewall(
            f"{name}-firewall",
            GatewayFirewallArgs(
                names=args.names, vpc_id=args.vpc_id, server_group_id=args.server_group_id
            ),
            child,
        )
        endpoints = SessionEndpoints(
            f"{name}-endpoints",
            SessionEndpointsArgs(
                names=args.names,
                vpc_id=args.vpc_id,
                subnet_id=args.subnet_id,
                security_group_id=firewall.endpoints_group_id,
            ),
            child,
        )
        private_names = PrivateNames(
            f"{name}-names",
            PrivateNamesArgs(
                names=args.names,
                vpc_id=args.vpc_id,
                server_address=args.server_address,
                reader_address=args.reader_address,
            ),
            child,
        )
        gateway = Gateway(
            f"{name}-gateway",
            GatewayArgs(
                names=args.names,
                settings=args.settings,
                subnet_id=args.subnet_id,
                security_group_id=firewall.gateway_group_id,
                after=[*firewall.rules, *endpoints.endpoints, *private_names.records],
            ),
            child,
        )
        self.gateway_instance_id = gateway.instance_id
        self.register_outputs({"gateway_instance_id": self.gateway_instance_id})
