"""Whose network it is: ids come from the outputs of what the program makes, never from its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from policies.facts.leaves import leaves
from policies.rule import Context, Finding, Group, Severity, for_stack
from policies.subjects import Resource, Stack, is_unknown

ID = re.compile(r"\b(vpc|subnet|sg|rtb|igw|nat|eni)-[0-9a-f]+")
"""As AWS numbers networks and their parts."""

_RULE = ("securityGroupId", "referencedSecurityGroupId", "sourceSecurityGroupId")

NAMES_NETWORKS: Mapping[str, tuple[str, ...]] = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ("vpcId",),
    "aws:ec2/flowLog:FlowLog": ("vpcId",),
    "aws:ec2/instance:Instance": ("subnetId", "vpcSecurityGroupIds"),
    "aws:ec2/internetGateway:InternetGateway": ("vpcId",),
    "aws:ec2/natGateway:NatGateway": ("subnetId",),
    "aws:ec2/networkInterface:NetworkInterface": ("subnetId", "securityGroups"),
    "aws:ec2/route:Route": ("routeTableId", "gatewayId", "natGatewayId"),
    "aws:ec2/routeTable:RouteTable": ("vpcId",),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ("routeTableId", "subnetId"),
    "aws:ec2/securityGroup:SecurityGroup": ("vpcId",),
    "aws:ec2/securityGroupRule:SecurityGroupRule": _RULE,
    "aws:ec2/subnet:Subnet": ("vpcId",),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("vpcId", "securityGroupIds", "subnetIds"),
    "aws:lambda/function:Function": ("vpcConfig",),
    "aws:lb/loadBalancer:LoadBalancer": ("subnets", "securityGroups"),
    "aws:mwaa/environment:Environment": ("networkConfiguration",),
    "aws:rds/cluster:Cluster": ("vpcSecurityGroupIds",),
    "aws:rds/instance:Instance": ("vpcSecurityGroupIds",),
    "aws:rds/proxy:Proxy": ("vpcSecurityGroupIds", "vpcSubnetIds"),
    "aws:rds/subnetGroup:SubnetGroup": ("subnetIds",),
    "aws:route53/zone:Zone": ("vpcs",),
    "aws:route53/zoneAssociation:ZoneAssociation": ("vpcId",),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _RULE,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _RULE,
}
"""By type: the properties that say in which network it is, or with whom it speaks."""


@for_stack(
    id="network-id-literal",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="Networks, subnets and security groups are named by outputs, never by a literal id.",
    why="An id says nothing of whose it is: prod's network, perhaps, or the default one.",
    remedy="Pass the output of the resource, of the host's component, or of the host's stack.",
)
def id_literal(stack: Stack, context: Context) -> Iterator[Finding]:
    """An id that a look-up found is a literal to the engine, too; AWS fills in its defaults."""
    for kind, keys in NAMES_NETWORKS.items():
        for resource in stack.of_type(kind):
            for key in keys:
                if not resource.property_dependencies.get(key):
                    for text in _ids(resource, key):
                        yield Finding(
                            found=f"{key} names {text}", allowed="an output", urn=resource.urn
                        )


def _ids(resource: Resource, key: str) -> Iterator[str]:
    value = None if is_unknown(resource.props, key) else resource.props.get(key)
    for leaf in leaves({key: value}):
        yield from (found.group() for found in ID.finditer(leaf.text))
