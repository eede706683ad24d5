"""A host's private DNS zone: names that are known before AWS numbers the server."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stages.names import Names

TTL_SECONDS = 60
"""How long a replaced server's old address may be remembered."""


@dataclass(frozen=True, kw_only=True)
class PrivateNamesArgs:
    """Arguments of PrivateNames."""

    names: Names
    """The host's names."""

    vpc_id: pulumi.Input[str]
    """The one VPC in which they mean anything."""

    server_address: pulumi.Input[str]
    """The server's own name."""

    reader_address: pulumi.Input[str]
    """The name of the server that readers use: the replica, or the server."""


class PrivateNames(pulumi.ComponentResource):
    """`server.` and `reader.<zone>`, aliases of what RDS calls the server and its replica.

    For the gateway, which the session document tells where to go. TLS goes by RDS's own names.
    """

    records: list[pulumi.Resource]
    """The records."""

    def __init__(
        self, name: str, args: PrivateNamesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:PrivateNames", name, None, opts)
        zone = aws.route53.Zone(
            f"{name}-zone",
            name=args.names.zone,
            comment=f"Servers of {args.names.resource()}",
            vpcs=[aws.route53.ZoneVpcArgs(vpc_id=args.vpc_id)],
            opts=pulumi.ResourceOptions(parent=self),
        )
        hosts = {
            "server": (args.names.server_host, args.server_address),
            "reader": (args.names.reader_host, args.reader_address),
        }
        self.records = [
            aws.route53.Record(
                f"{name}-{role}",
                zone_id=zone.zone_id,
                name=host,
                type="CNAME",
                ttl=TTL_SECONDS,
                records=[address],
                opts=pulumi.ResourceOptions(parent=self),
            )
            for role, (host, address) in hosts.items()
        ]
        self.register_outputs({})
