"""Cases of policies/rules/doors_gateway.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, violating
from tests.policies.document_fixtures import (
    ATTACHMENT,
    OWN,
    ROLE,
    ROLE_POLICY,
    allow,
    role,
    text,
    trusting,
)

INSTANCE = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
IN = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
OUT = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
STOP = "arn:aws:automate:eu-west-1:ec2:stop"
NAME = "devstages-preprod-gateway"

ONE = "gateway-is-one"
CLOSED = "gateway-closed"
CARRIES = "gateway-role-carries-sessions"
STOPS = "gateway-alone-stops"


def machine(name: str = "gateway", called: str = NAME, kind: str = INSTANCE) -> Fixture:
    return Fixture(
        type=kind,
        name=name,
        props={"tags": {"Name": called}},
        sources={"vpcSecurityGroupIds": [f"{GROUP}::own"]},
    )


GATEWAY = machine()
TAGGED_BY_TEMPLATE = Fixture(
    type=TEMPLATE,
    name="second",
    props={"tagSpecifications": [{"resourceType": "instance", "tags": {"Name": NAME}}]},
)


def rule(kind: str = OUT, group: str = "own", **props: Any) -> Fixture:
    """A rule of the gateway's group, to another group unless told otherwise."""
    other = props or {"referencedSecurityGroupId": "sg-2"}
    return Fixture(
        type=kind,
        name="rule",
        props={"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "description": "d", **other},
        sources={"securityGroupId": [f"{GROUP}::{group}"]},
    )


def group(name: str = "own", **props: Any) -> Fixture:
    return Fixture(type=GROUP, name=name, props={"description": "d", **props})


def alarm(*watched: str, action: str = "alarmActions", to: str = STOP) -> Fixture:
    sources = {"dimensions": list(watched)} if watched else {}
    return Fixture(type=ALARM, props={action: [to]}, sources=sources)


EC2 = trusting({"Service": "ec2.amazonaws.com"})
CHANNELS = allow(["ssmmessages:CreateControlChannel", "ssmmessages:OpenDataChannel"])
REPORT = allow("ssm:UpdateInstanceInformation", f"arn:aws:ec2:eu-west-1:{OWN}:instance/*")


def policy(*statements: Any) -> Fixture:
    return Fixture(
        type=ROLE_POLICY, props={"policy": text(*statements)}, sources={"role": [f"{ROLE}::it"]}
    )


CASES = (
    passing(ONE, GATEWAY, machine("second", "another")),
    passing(ONE, Fixture(type=INSTANCE), GATEWAY, title="beside one without a name"),
    passing(
        ONE,
        GATEWAY,
        Fixture(type=TEMPLATE, name="second", props={"tagSpecifications": UNKNOWN}),
        title="beside one whose tags are not known",
    ),
    violating(ONE, GATEWAY, machine("second")),
    violating(ONE, GATEWAY, machine("second", kind=TEMPLATE), title="a template"),
    violating(ONE, GATEWAY, TAGGED_BY_TEMPLATE, title="a template that tags so"),
    passing(CLOSED, GATEWAY, group(), rule()),
    passing(CLOSED, GATEWAY, group("other"), rule(IN, "other"), title="another's group"),
    passing(CLOSED, machine(called="another"), group(), rule(IN), title="another machine"),
    passing(CLOSED, GATEWAY, group(ingress=UNKNOWN, egress=UNKNOWN), title="rules AWS fills in"),
    violating(CLOSED, GATEWAY, group(), rule(IN), title="a way in"),
    violating(CLOSED, GATEWAY, group(), rule(cidrIpv4="10.20.0.0/16"), title="out to addresses"),
    violating(CLOSED, GATEWAY, group(), rule(prefixListId="pl-1"), title="out to a list"),
    violating(
        CLOSED,
        GATEWAY,
        group(),
        rule(referencedSecurityGroupId="sg-2", cidrIpv4="0.0.0.0/0"),
        title="out to a group and to addresses",
    ),
    violating(
        CLOSED,
        GATEWAY,
        group(),
        rule(referencedSecurityGroupId="sg-2", prefixListId="pl-1"),
        title="out to a group and to a list",
    ),
    violating(
        CLOSED,
        GATEWAY,
        group(egress=[{"protocol": "tcp", "fromPort": 1, "toPort": 2, "self": True}]),
        title="among themselves",
    ),
    violating(
        CLOSED,
        GATEWAY,
        group(ingress=[{"protocol": "tcp", "securityGroups": ["sg-2"]}]),
        title="a way in, inline",
    ),
    passing(CARRIES, role(EC2), policy(CHANNELS, REPORT)),
    passing(
        CARRIES,
        role(trusting({"Service": "lambda.amazonaws.com"})),
        policy(allow("s3:GetObject")),
        title="no machine's",
    ),
    violating(CARRIES, role(EC2), policy(allow("ssm:GetParameter"))),
    violating(
        CARRIES,
        role(EC2),
        policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        title="all but",
    ),
    violating(
        CARRIES,
        role(trusting({"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]})),
        title="another service, too",
    ),
    violating(
        CARRIES,
        role(EC2),
        Fixture(
            type=ATTACHMENT,
            props={"policyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"},
            sources={"role": [f"{ROLE}::it"]},
        ),
        title="a managed policy",
    ),
    passing(STOPS, GATEWAY, alarm(f"{INSTANCE}::gateway")),
    passing(STOPS, GATEWAY, alarm(to="arn:aws:sns:eu-west-1:1:topic"), title="it tells somebody"),
    violating(STOPS, GATEWAY, alarm(), title="of nothing that is known"),
    violating(
        STOPS, GATEWAY, machine("second", "another"), alarm(f"{INSTANCE}::second"), title="another"
    ),
    violating(
        STOPS,
        GATEWAY,
        machine("second", "another"),
        alarm(f"{INSTANCE}::gateway", f"{INSTANCE}::second"),
        title="both",
    ),
    violating(STOPS, GATEWAY, alarm(action="okActions"), title="when all is well"),
    violating(STOPS, GATEWAY, alarm(action="insufficientDataActions"), title="without data"),
)
