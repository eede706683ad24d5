"""Cases of policies/rules/network_doors.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, undecided, violating

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
CLASSIC = "aws:elb/loadBalancer:LoadBalancer"
SERVICE = "aws:ecs/service:Service"
BROKER = "aws:mq/broker:Broker"
KUBERNETES = "aws:eks/cluster:Cluster"


def balancer(kind: str = BALANCER, **props: Any) -> Fixture:
    return Fixture(type=kind, props=props)


def service(**props: Any) -> Fixture:
    return Fixture(type=SERVICE, props={"networkConfiguration": props})


CASES = (
    passing("network-public-door", Fixture(type="aws:ec2/vpc:Vpc")),
    violating("network-public-door", Fixture(type="aws:apigatewayv2/api:Api")),
    passing("network-public-load-balancer", balancer(internal=True)),
    violating("network-public-load-balancer", balancer(), title="absent"),
    violating("network-public-load-balancer", balancer(internal=False)),
    violating("network-public-load-balancer", balancer(internal=UNKNOWN), title="unknown"),
    violating("network-public-load-balancer", balancer(CLASSIC), title="classic"),
    passing("network-public-flag", service(assignPublicIp=False)),
    passing("network-public-flag", service(), title="absent, which is off"),
    passing("network-public-flag", Fixture(type=BROKER), title="without a block"),
    violating("network-public-flag", service(assignPublicIp=True)),
    violating("network-public-flag", service(assignPublicIp=UNKNOWN), title="unknown"),
    violating("network-public-flag", balancer(BROKER, publiclyAccessible=True), title="no block"),
    violating("network-public-flag", Fixture(type=KUBERNETES), title="absent, which is on"),
    passing(
        "network-public-flag",
        Fixture(type=KUBERNETES, props={"vpcConfig": {"endpointPublicAccess": False}}),
        title="switched off",
    ),
    undecided(
        "network-public-flag", Fixture(type=SERVICE, props={"networkConfiguration": UNKNOWN})
    ),
)
