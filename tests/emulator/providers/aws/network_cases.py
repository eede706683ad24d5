"""Cases of the network, machines and databases; see `resource_cases.py`."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.emulator.providers.aws.preparations import (
    Inputs,
    database,
    endpoint,
    endpoint_association,
    flow_log,
    group,
    machine,
    main_association,
    nat_gateway,
    network_acl,
    peering,
    route,
    route_table_association,
    rule,
    subnets,
    vpc,
)
from tests.emulator.providers.aws.resource_driver import Driver

Case = tuple[Callable[[Driver], Inputs], Inputs, Inputs]
"""Inputs, an update in place (empty: the type has none), a change that replaces (likewise)."""
TAGS: Inputs = {"tags": {"owner": "data"}}
ENCRYPTED = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}
ALARM: Inputs = {
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 1,
    "metricName": "CPUUtilization",
    "namespace": "AWS/RDS",
    "period": 60,
    "statistic": "Average",
    "threshold": 80,
}
SESSION = json.dumps({"schemaVersion": "1.0", "description": "a", "sessionType": "Port"})

NETWORK_CASES: dict[str, Case] = {
    "aws:ec2/vpc:Vpc": (
        lambda driver: {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True} | TAGS,
        {"tags": {"owner": "other"}},
        {"cidrBlock": "10.1.0.0/16"},
    ),
    "aws:ec2/subnet:Subnet": (
        lambda driver: {"vpcId": vpc(driver), "cidrBlock": "10.0.0.0/24"},
        {"mapPublicIpOnLaunch": True},
        {"cidrBlock": "10.0.1.0/24"},
    ),
    "aws:ec2/internetGateway:InternetGateway": (lambda driver: {"vpcId": vpc(driver)}, TAGS, {}),
    "aws:ec2/routeTable:RouteTable": (
        lambda driver: {"vpcId": vpc(driver)},
        TAGS,
        {"vpcId": "vpc-0"},
    ),
    "aws:ec2/route:Route": (route, {}, {"destinationCidrBlock": "10.9.0.0/16"}),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (
        route_table_association,
        {},
        {"subnetId": "subnet-0"},
    ),
    "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation": (
        main_association,
        {},
        {},
    ),
    "aws:ec2/eip:Eip": (lambda driver: {"domain": "vpc"}, TAGS, {"domain": "standard"}),
    "aws:ec2/natGateway:NatGateway": (nat_gateway, TAGS, {"subnetId": "subnet-0"}),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (endpoint, TAGS, {"vpcId": "vpc-0"}),
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": (
        endpoint_association,
        {},
        {"routeTableId": "rtb-0"},
    ),
    "aws:ec2/flowLog:FlowLog": (flow_log, TAGS, {"trafficType": "REJECT"}),
    "aws:ec2/securityGroup:SecurityGroup": (
        lambda driver: {"vpcId": vpc(driver), "description": "d"},
        {"ingress": [{"protocol": "tcp", "fromPort": 1, "toPort": 2, "self": True}]},
        {"description": "another"},
    ),
    "aws:ec2/securityGroupRule:SecurityGroupRule": (
        lambda driver: {
            "securityGroupId": group(driver, vpc(driver)),
            "type": "egress",
            "protocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "cidrBlocks": ["0.0.0.0/0"],
        },
        {},
        {"toPort": 444},
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        rule,
        {"toPort": 5433},
        {"securityGroupId": "sg-0"},
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        rule,
        {"cidrIpv4": "10.0.0.0/24"},
        {"securityGroupId": "sg-0"},
    ),
    "aws:ec2/networkAcl:NetworkAcl": (network_acl, TAGS, {"vpcId": "vpc-0"}),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": (peering, TAGS, {"peerVpcId": "vpc-0"}),
    "aws:ec2/instance:Instance": (
        machine,
        {"instanceType": "t3.small", "metadataOptions": {"httpTokens": "optional"}},
        {"ami": "ami-0"},
    ),
    "aws:ebs/volume:Volume": (
        lambda driver: {"availabilityZone": "eu-west-1a", "size": 10},
        {"size": 20},
        {"availabilityZone": "eu-west-1b"},
    ),
    "aws:rds/subnetGroup:SubnetGroup": (
        lambda driver: {"subnetIds": subnets(driver, vpc(driver))},
        TAGS,
        {"name": "other"},
    ),
    "aws:rds/parameterGroup:ParameterGroup": (
        lambda driver: {
            "family": "postgres18",
            "parameters": [{"name": "rds.force_ssl", "value": "1"}],
        },
        {"parameters": [{"name": "rds.force_ssl", "value": "0"}]},
        {"family": "postgres17"},
    ),
    "aws:rds/instance:Instance": (
        database,
        {"backupRetentionPeriod": 14},
        {"storageEncrypted": True},
    ),
}
