"""A security group of a host, which says nothing yet: its rules are resources of their own."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stages.names import Names


@dataclass(frozen=True, kw_only=True)
class SecurityGroups:
    """Where a component makes its groups."""

    name: str
    """The component's name."""

    names: Names
    """The host's names."""

    vpc_id: pulumi.Input[str]
    """The VPC."""

    parent: pulumi.Resource
    """The component."""

    def create(self, kind: str, description: str) -> pulumi.Output[str]:
        """The id of the new group `<prefix>-<host>-<kind>`."""
        group = aws.ec2.SecurityGroup(
            f"{self.name}-{kind}-group",
            name=self.names.resource(kind),
            description=f"{description} of {self.names.resource()}",
            vpc_id=self.vpc_id,
            tags={"Name": self.names.resource(kind)},
            opts=pulumi.ResourceOptions(parent=self.parent),
        )
        return group.id
