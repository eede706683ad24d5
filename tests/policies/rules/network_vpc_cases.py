"""Cases of policies/rules/network_vpc.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, undecided, violating

VPC = "aws:ec2/vpc:Vpc"
VPC_RANGE = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
SUBNET = "aws:ec2/subnet:Subnet"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
EIP = "aws:ec2/eip:Eip"
EIP_ASSOCIATION = "aws:ec2/eipAssociation:EipAssociation"
NAT = "aws:ec2/natGateway:NatGateway"
IGW = "aws:ec2/internetGateway:InternetGateway"
ROUTE = "aws:ec2/route:Route"
TABLE = "aws:ec2/routeTable:RouteTable"
MAIN_TABLE = "aws:ec2/defaultRouteTable:DefaultRouteTable"
MAIN_ASSOCIATION = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
INSTANCE = "aws:ec2/instance:Instance"


def flow_log(kind: Any = "ALL", **more: Any) -> Fixture:
    return Fixture(type=FLOW_LOG, props={"trafficType": kind, "vpcId": UNKNOWN}, **more)


def made_from(kind: str, name: str = "it", **sources: str) -> Fixture:
    listed = {key: [source] for key, source in sources.items()}
    return Fixture(type=kind, name=name, props=dict.fromkeys(sources, UNKNOWN), sources=listed)


def subnets_network(*, inline: bool = False, leads_to: str = IGW) -> list[Fixture]:
    """A subnet with a route to the internet gateway, or to something else."""
    target = f"{leads_to}::gateway"
    if inline:
        routes = [made_from(TABLE, "table", routes=target)]
    else:
        route = made_from(ROUTE, "route", routeTableId=f"{TABLE}::table", gatewayId=target)
        routes = [Fixture(type=TABLE, name="table"), route]
    association = made_from(
        ASSOCIATION, "joined", routeTableId=f"{TABLE}::table", subnetId=f"{SUBNET}::subnet"
    )
    made = [Fixture(type=SUBNET, name="subnet"), Fixture(type=leads_to, name="gateway")]
    return [*made, *routes, association]


MACHINE = made_from(INSTANCE, subnetId=f"{SUBNET}::subnet")

CASES = (
    passing("subnet-public-address", Fixture(type=SUBNET, props={"mapPublicIpOnLaunch": False})),
    passing("subnet-public-address", Fixture(type=SUBNET), title="absent"),
    violating("subnet-public-address", Fixture(type=SUBNET, props={"mapPublicIpOnLaunch": True})),
    violating(
        "subnet-public-address",
        Fixture(type=SUBNET, props={"mapPublicIpOnLaunch": UNKNOWN}),
        title="unknown",
    ),
    violating(
        "subnet-public-address",
        Fixture(type=SUBNET, props={"assignIpv6AddressOnCreation": True}),
        title="IPv6",
    ),
    passing("network-default-vpc", Fixture(type=VPC)),
    violating("network-default-vpc", Fixture(type="aws:ec2/defaultVpc:DefaultVpc")),
    passing("network-acl-used", Fixture(type=VPC)),
    violating("network-acl-used", Fixture(type="aws:ec2/networkAclRule:NetworkAclRule")),
    passing("network-main-routes", Fixture(type=MAIN_TABLE, props={"routes": []})),
    passing("network-main-routes", Fixture(type=MAIN_TABLE), title="adopted"),
    violating("network-main-routes", Fixture(type=MAIN_TABLE, props={"routes": [{}]})),
    violating(
        "network-main-routes",
        Fixture(type=MAIN_ASSOCIATION, props={"routeTableId": UNKNOWN}),
        title="another table",
    ),
    undecided("network-main-routes", Fixture(type=MAIN_TABLE, props={"routes": UNKNOWN})),
    passing("vpc-range-of-other-host", Fixture(type=VPC, props={"cidrBlock": "10.20.0.0/16"})),
    violating("vpc-range-of-other-host", Fixture(type=VPC, props={"cidrBlock": "10.30.0.0/16"})),
    violating(
        "vpc-range-of-other-host",
        Fixture(type=VPC_RANGE, props={"cidrBlock": "10.30.4.0/24"}),
        title="a second range",
    ),
    passing("public-address-attached", Fixture(type=EIP)),
    violating("public-address-attached", Fixture(type=EIP, props={"instance": UNKNOWN})),
    violating(
        "public-address-attached",
        Fixture(type=EIP_ASSOCIATION, props={"networkInterfaceId": "eni-1"}),
        title="by association",
    ),
    passing(
        "public-address-unused",
        Fixture(type=EIP, name="address"),
        made_from(NAT, allocationId=f"{EIP}::address"),
    ),
    violating("public-address-unused", Fixture(type=EIP, name="address")),
    violating(
        "public-address-unused",
        Fixture(type=EIP, name="address"),
        made_from(NAT, allocationId=f"{EIP}::other"),
        title="another has it",
    ),
    passing(
        "vpc-flow-log-missing",
        Fixture(type=VPC, name="vpc"),
        flow_log(sources={"vpcId": [f"{VPC}::vpc"]}),
    ),
    violating("vpc-flow-log-missing", Fixture(type=VPC, name="vpc")),
    violating("vpc-flow-log-missing", Fixture(type=VPC, name="vpc"), flow_log(), title="other's"),
    violating(
        "vpc-flow-log-missing",
        Fixture(type=VPC, name="vpc"),
        flow_log("REJECT", sources={"vpcId": [f"{VPC}::vpc"]}),
        title="of what is rejected",
    ),
    passing("subnet-with-way-in", *subnets_network(leads_to=NAT), MACHINE, title="private"),
    passing("subnet-with-way-in", *subnets_network(), title="nothing in it"),
    passing(
        "subnet-with-way-in",
        *subnets_network(),
        made_from(NAT, subnetId=f"{SUBNET}::subnet"),
        title="the NAT gateway",
    ),
    passing(
        "subnet-with-way-in",
        *subnets_network(),
        Fixture(type=SUBNET, name="other"),
        made_from(INSTANCE, subnetId=f"{SUBNET}::other"),
        title="elsewhere",
    ),
    violating("subnet-with-way-in", *subnets_network(), MACHINE),
    violating("subnet-with-way-in", *subnets_network(inline=True), MACHINE, title="inline"),
    violating(
        "subnet-with-way-in",
        Fixture(type=SUBNET, name="subnet"),
        Fixture(type=TABLE, name="table", props={"routes": [{"gatewayId": "igw-1"}]}),
        made_from(
            ASSOCIATION, "joined", routeTableId=f"{TABLE}::table", subnetId=f"{SUBNET}::subnet"
        ),
        MACHINE,
        title="by the gateway's id",
    ),
    violating(
        "subnet-with-way-in",
        *subnets_network()[1:],
        Fixture(type=SUBNET, name="subnet", props={"id": "subnet-1"}),
        Fixture(type=IGW, name="other"),
        MACHINE,
        title="another gateway beside it",
    ),
)
