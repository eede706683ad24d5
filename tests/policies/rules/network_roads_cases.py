"""Cases of policies/rules/network_roads.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, undecided, violating

PEERING = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
ROUTE = "aws:ec2/route:Route"
TABLE = "aws:ec2/routeTable:RouteTable"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


def route(**props: Any) -> Fixture:
    return Fixture(type=ROUTE, props=props)


def table(**props: Any) -> Fixture:
    return Fixture(type=TABLE, props={"routes": [props]})


def endpoint(**props: Any) -> Fixture:
    return Fixture(type=ENDPOINT, props=props)


CASES = (
    passing("network-road", Fixture(type="aws:ec2/vpc:Vpc")),
    violating("network-road", Fixture(type=PEERING, props={"peerVpcId": "vpc-1"})),
    passing("network-route-elsewhere", route(destinationCidrBlock="0.0.0.0/0", gatewayId=UNKNOWN)),
    passing("network-route-elsewhere", route(natGatewayId=UNKNOWN), title="NAT gateway"),
    passing("network-route-elsewhere", table(cidrBlock="0.0.0.0/0", gatewayId="igw-1")),
    passing("network-route-elsewhere", Fixture(type=TABLE), title="no route"),
    passing(
        "network-route-elsewhere",
        route(destinationCidrBlock="192.0.2.0/24", natGatewayId="nat-1"),
        title="a partner's network",
    ),
    violating("network-route-elsewhere", route(vpcPeeringConnectionId="pcx-1"), title="peering"),
    violating("network-route-elsewhere", route(transitGatewayId=UNKNOWN), title="unknown"),
    violating("network-route-elsewhere", route(gatewayId="vgw-1"), title="VPN gateway"),
    violating("network-route-elsewhere", table(vpcPeeringConnectionId="pcx-1"), title="inline"),
    violating(
        "network-route-elsewhere",
        route(destinationCidrBlock="10.30.0.0/16", natGatewayId="nat-1"),
        title="prod's network",
    ),
    violating("network-route-elsewhere", table(cidrBlock="10.0.0.0/8"), title="inline to prod"),
    undecided("network-route-elsewhere", Fixture(type=TABLE, props={"routes": UNKNOWN})),
    passing("network-endpoint-elsewhere", endpoint(serviceName="com.amazonaws.eu-west-1.s3")),
    passing("network-endpoint-elsewhere", endpoint(serviceRegion="eu-west-1"), title="own region"),
    violating(
        "network-endpoint-elsewhere",
        endpoint(serviceName="com.amazonaws.vpce.eu-west-1.vpce-svc-1"),
        title="somebody's service",
    ),
    violating("network-endpoint-elsewhere", endpoint(serviceName=UNKNOWN), title="unknown"),
    violating("network-endpoint-elsewhere", endpoint(serviceNetworkArn="arn:aws:x"), title="VPC"),
    violating("network-endpoint-elsewhere", endpoint(serviceRegion="us-east-1"), title="region"),
)
