"""Doors to the internet: what AWS gives a public address, by its nature or by a flag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policies.facts.reading import block
from policies.facts.values import is_true, may_be_true, shown
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource, has

DOORS = (
    "aws:apigateway/restApi:RestApi",
    "aws:apigatewayv2/api:Api",
    "aws:apprunner/service:Service",
    "aws:cloudfront/distribution:Distribution",
    "aws:globalaccelerator/accelerator:Accelerator",
    "aws:globalaccelerator/customRoutingAccelerator:CustomRoutingAccelerator",
    "aws:lightsail/containerService:ContainerService",
    "aws:lightsail/database:Database",
    "aws:lightsail/instance:Instance",
    "aws:lightsail/lb:Lb",
    "aws:transfer/server:Server",
)

LOAD_BALANCERS = (
    "aws:alb/loadBalancer:LoadBalancer",
    "aws:elb/loadBalancer:LoadBalancer",
    "aws:lb/loadBalancer:LoadBalancer",
)

FLAGS: Mapping[str, tuple[str, str]] = {
    "aws:dms/replicationInstance:ReplicationInstance": ("", "publiclyAccessible"),
    "aws:ecs/service:Service": ("networkConfiguration", "assignPublicIp"),
    "aws:eks/cluster:Cluster": ("vpcConfig", "endpointPublicAccess"),
    "aws:mq/broker:Broker": ("", "publiclyAccessible"),
    "aws:neptune/clusterInstance:ClusterInstance": ("", "publiclyAccessible"),
    "aws:redshift/cluster:Cluster": ("", "publiclyAccessible"),
    "aws:redshiftserverless/workgroup:Workgroup": ("", "publiclyAccessible"),
}
"""By type: the block that holds the flag, if one does, and the flag."""

OPEN_UNLESS_SAID = ("aws:eks/cluster:Cluster", "aws:redshift/cluster:Cluster")
"""Types whose flag is on where nothing is said."""


@for_resource(
    *DOORS,
    id="network-public-door",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="Nothing of a stage is served to the internet.",
    why="Stages have no users outside: whatever listens there is found and tried within minutes.",
    remedy="Remove it, or state in an exemption who is meant to reach it and what they see.",
)
def public_door(resource: Resource, context: Context) -> Iterator[Finding]:
    """What AWS gives a public address by its nature."""
    if resource.type in DOORS:
        yield Finding(found=f"a resource of type {resource.type}", allowed="none")


@for_resource(
    *LOAD_BALANCERS,
    id="network-public-load-balancer",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="Load balancers are internal.",
    why="AWS gives one a public address where nothing is said.",
    remedy="Set internal=True.",
)
def public_load_balancer(resource: Resource, context: Context) -> Iterator[Finding]:
    """Absent means that it faces the internet, and a flag is written down, not computed."""
    if not is_true(resource.props, "internal"):
        yield Finding(found=shown(resource.props, "internal"), allowed="true")


@for_resource(
    *FLAGS,
    id="network-public-flag",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="No service is told to take a public address.",
    why="It stands in the internet, one security group rule away from being taken over.",
    remedy="Set the flag to False; people reach what is private through SSM.",
)
def public_flag(resource: Resource, context: Context) -> Iterator[Finding]:
    """A flag is written down, not computed."""
    place, key = FLAGS[resource.type]
    holder = block(resource.props, place) if place else resource.props
    left_open = resource.type in OPEN_UNLESS_SAID and not has(holder, key)
    if left_open or may_be_true(holder, key):
        yield Finding(found=shown(holder, key), allowed="false")
