"""Cases of policies/rules/network_ids.py."""

from __future__ import annotations

from tests.policies.cases import UNKNOWN, Fixture, passing, violating

RULE = "network-id-literal"
VPC = "aws:ec2/vpc:Vpc"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
SUBNETS = "aws:rds/subnetGroup:SubnetGroup"
FUNCTION = "aws:lambda/function:Function"

CASES = (
    passing(
        RULE,
        Fixture(type=GROUP, props={"vpcId": "vpc-0a1"}, sources={"vpcId": [f"{VPC}::vpc"]}),
        title="an output that is known",
    ),
    passing(RULE, Fixture(type=GROUP, props={"vpcId": UNKNOWN}), title="not known yet"),
    passing(RULE, Fixture(type=GROUP, props={"name": "vpc-0a1"}), title="another property"),
    passing(RULE, Fixture(type=INGRESS, props={"securityGroupId": "sg"}), title="no id"),
    passing(RULE, Fixture(type=FUNCTION), title="absent"),
    violating(RULE, Fixture(type=GROUP, props={"vpcId": "vpc-0a1"})),
    violating(
        RULE,
        Fixture(type=INGRESS, props={"referencedSecurityGroupId": "222222222222/sg-0a1"}),
        title="a group of another account",
    ),
    violating(
        RULE, Fixture(type=SUBNETS, props={"subnetIds": [UNKNOWN, "subnet-0a1"]}), title="in a list"
    ),
    violating(
        RULE, Fixture(type=FUNCTION, props={"vpcConfig": {"subnetIds": ["subnet-0a1"]}}), title="in"
    ),
)
