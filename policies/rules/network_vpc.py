"""How a VPC is laid out: private subnets are private, and its traffic is logged."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.address_ranges import foreign_ranges, listed, overlapped
from policies.facts.reading import (
    blocks,
    configuring,
    literal,
    made_from,
    means,
    names_internet_gateway,
    texts,
)
from policies.facts.values import may_be_true, shown
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, has

VPC = "aws:ec2/vpc:Vpc"
VPC_RANGE = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
SUBNET = "aws:ec2/subnet:Subnet"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
EIP = "aws:ec2/eip:Eip"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
NAT_ADDRESS = "aws:ec2/natGatewayEipAssociation:NatGatewayEipAssociation"
INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway"
ROUTE = "aws:ec2/route:Route"
ROUTE_TABLE = "aws:ec2/routeTable:RouteTable"
ROUTES_OF_SUBNET = "aws:ec2/routeTableAssociation:RouteTableAssociation"

MAIN_ROUTES = (
    "aws:ec2/defaultRouteTable:DefaultRouteTable",
    "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation",
)

DEFAULT_NETWORK = (
    "aws:ec2/defaultVpc:DefaultVpc",
    "aws:ec2/defaultSubnet:DefaultSubnet",
)

NETWORK_ACLS = (
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
    "aws:ec2/networkAcl:NetworkAcl",
    "aws:ec2/networkAclRule:NetworkAclRule",
)

BELONGS_OUTSIDE = (NAT_GATEWAY, ROUTES_OF_SUBNET)
"""What may name a subnet that has a route to the internet gateway."""


@for_resource(
    SUBNET,
    id="subnet-public-address",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="No subnet hands out public addresses; NAT gateways bring their own.",
    why="Whatever is started there stands in the internet without anybody having said so.",
    remedy="Set map_public_ip_on_launch=False and assign_ipv6_address_on_creation=False.",
    frameworks=("CKV_AWS_130", "FSBP EC2.15"),
)
def subnet_public_address(subnet: Resource, context: Context) -> Iterator[Finding]:
    """AWS's default for a subnet that is made is false; a flag is written, not computed."""
    for key in ("mapPublicIpOnLaunch", "assignIpv6AddressOnCreation"):
        if may_be_true(subnet.props, key):
            yield Finding(found=shown(subnet.props, key), allowed="false")


@for_resource(
    *DEFAULT_NETWORK,
    id="network-default-vpc",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="Nothing is built on the account's default VPC.",
    why="It is public in every zone, and shared by whoever names no network.",
    remedy="Use the host's own VPC and its private subnets.",
    frameworks=("CKV_AWS_148",),
)
def default_vpc(resource: Resource, context: Context) -> Iterator[Finding]:
    """Adopting it is the violation."""
    if resource.type in DEFAULT_NETWORK:
        yield Finding(
            found=f"a resource of type {resource.type}", allowed="aws.ec2.Vpc of the host"
        )


@for_resource(
    *NETWORK_ACLS,
    id="network-acl-used",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="Who reaches whom is said by security groups alone, not by network ACLs.",
    why="An ACL keeps no state and says nothing of who is meant: two places to look, and to err.",
    remedy="Say it with a security group rule.",
    frameworks=("cdk-nag VPC3",),
)
def network_acl(resource: Resource, context: Context) -> Iterator[Finding]:
    """Any ACL beside the one that AWS makes."""
    if resource.type in NETWORK_ACLS:
        yield Finding(found=f"a resource of type {resource.type}", allowed="none")


@for_resource(
    *MAIN_ROUTES,
    id="network-main-routes",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="A VPC's main route table stays as AWS makes it: no way out.",
    why="It holds for each subnet that nobody gave a table, a private one perhaps.",
    remedy="Make a route table and associate it with the subnets that it is for.",
)
def main_routes(resource: Resource, context: Context) -> Iterator[Finding]:
    """Adopting the table without routes is how it is kept empty."""
    if has(resource.props, "routeTableId") or any(True for _ in blocks(resource.props, "routes")):
        yield Finding(found="routes in the main route table", allowed="none")


@for_resource(
    VPC,
    VPC_RANGE,
    id="vpc-range-of-other-host",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="A VPC's addresses are no other host's.",
    why="Rules and routes that name prod's range would mean something here.",
    remedy="Take the range from the stack file, where it is checked against reserved_cidrs.",
)
def vpc_range(resource: Resource, context: Context) -> Iterator[Finding]:
    """The first range, and those that are added."""
    for range_ in texts(resource.props, "cidrBlock"):
        reached = overlapped(range_, foreign_ranges(context.stages))
        if reached:
            yield Finding(
                found=f"{range_}, which overlaps {listed(reached)}", allowed="a range of its own"
            )


@for_resource(
    EIP,
    "aws:ec2/eipAssociation:EipAssociation",
    id="public-address-attached",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="Public addresses belong to NAT gateways alone.",
    why="An address on a machine or interface puts it into the internet.",
    remedy="Remove the address; people reach what is private through SSM.",
)
def public_address(resource: Resource, context: Context) -> Iterator[Finding]:
    """An association of its own has no other purpose."""
    for key in ("instance", "instanceId", "networkInterface", "networkInterfaceId"):
        if has(resource.props, key):
            yield Finding(found=f"a public address for {key}", allowed="NAT gateways")


@for_stack(
    id="public-address-unused",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="Every public address belongs to a NAT gateway.",
    why="An address that is kept for nothing costs money, and is the next one to be attached.",
    remedy="Remove the address, or give it to a NAT gateway by allocation_id.",
    frameworks=("CKV2_AWS_19",),
)
def unused_address(stack: Stack, context: Context) -> Iterator[Finding]:
    """By the gateway's own property or an association."""
    for address in stack.of_type(EIP):
        if not any(made_from(user, address) for user in stack.of_type(NAT_GATEWAY, NAT_ADDRESS)):
            yield Finding(found="no NAT gateway has it", allowed="one", urn=address.urn)


@for_stack(
    id="vpc-flow-log-missing",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="Every VPC's traffic is logged, accepted and rejected.",
    why="After a break-in it is the only record of who spoke with whom.",
    remedy="Add aws.ec2.FlowLog with vpc_id and traffic_type='ALL'.",
    frameworks=("CKV2_AWS_11", "FSBP EC2.6", "cdk-nag VPC7"),
)
def flow_log_missing(stack: Stack, context: Context) -> Iterator[Finding]:
    """A log of one subnet or interface is not the VPC's."""
    for vpc in stack.of_type(VPC):
        logs = configuring(stack, vpc, (FLOW_LOG,), "vpcId")
        if not any(literal(log.props, "trafficType") == "ALL" for log in logs):
            yield Finding(found="no flow log of all traffic", allowed="one", urn=vpc.urn)


@for_stack(
    id="subnet-with-way-in",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="What runs here runs in subnets without a route to the internet gateway.",
    why="Servers, Airflow and functions are reachable from the internet one flag later.",
    remedy="Use the network's private subnets, whose way out is a NAT gateway.",
)
def way_in(stack: Stack, context: Context) -> Iterator[Finding]:
    """Routes inline and apart; a subnet that nothing but a NAT gateway names may have them."""
    for table in stack.of_type(ROUTE_TABLE):
        if not _leads_outside(stack, table):
            continue
        for association in configuring(stack, table, (ROUTES_OF_SUBNET,), "routeTableId"):
            for subnet in stack.of_type(SUBNET):
                if not means(association, "subnetId", subnet):
                    continue
                for user in stack.resources:
                    if user.type not in BELONGS_OUTSIDE and made_from(user, subnet):
                        yield Finding(
                            found=f"it is in {subnet.name}, with a route to the internet gateway",
                            allowed="a private subnet",
                            urn=user.urn,
                        )


def _leads_outside(stack: Stack, table: Resource) -> bool:
    routes = [table, *configuring(stack, table, (ROUTE,), "routeTableId")]
    gateways = list(stack.of_type(INTERNET_GATEWAY))
    return any(
        names_internet_gateway(route)
        or any(made_from(route, gateway, "gatewayId", "routes") for gateway in gateways)
        for route in routes
    )
