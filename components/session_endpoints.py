"""Systems Manager inside a host's VPC: what its agent on the gateway speaks with."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stages.gateway_documents import SERVICES, endpoint_policy
from stages.names import Names


@dataclass(frozen=True, kw_only=True)
class SessionEndpointsArgs:
    """Arguments of SessionEndpoints."""

    names: Names
    """The host's names."""

    vpc_id: pulumi.Input[str]
    """The VPC."""

    subnet_id: pulumi.Input[str]
    """The gateway's subnet: without its zone there is no gateway either."""

    security_group_id: pulumi.Input[str]
    """Who may open their port."""


class SessionEndpoints(pulumi.ComponentResource):
    """An interface endpoint for each service that sessions need, for the gateway alone.

    In the whole VPC the services' names lead to them: Airflow, which is not let in, cannot use
    Systems Manager.
    """

    endpoints: list[pulumi.Resource]
    """The endpoints."""

    def __init__(
        self, name: str, args: SessionEndpointsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:SessionEndpoints", name, None, opts)
        self.endpoints = [
            aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=args.vpc_id,
                service_name=f"com.amazonaws.{args.names.region}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=[args.subnet_id],
                security_group_ids=[args.security_group_id],
                private_dns_enabled=True,
                policy=endpoint_policy(args.names, service),
                tags={"Name": args.names.resource(service)},
                opts=pulumi.ResourceOptions(parent=self),
            )
            for service in SERVICES
        ]
        self.register_outputs({})
