"""Cases of policies/rules/security_groups_use.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, violating

GROUP = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
VPC = "aws:ec2/vpc:Vpc"
INSTANCE = "aws:rds/instance:Instance"

PORT = {"protocol": "tcp", "fromPort": 5432, "toPort": 5432}
OTHER_IDS = {"securityGroupId": "sg-1", "referencedSecurityGroupId": "sg-2"}
EVERYTHING = {"protocol": "-1", "fromPort": 0, "toPort": 0}


def group(name: str = "group", **props: Any) -> Fixture:
    return Fixture(type=GROUP, name=name, props=props)


def apart(of: str = "group", source: str = "", **props: Any) -> Fixture:
    sources = {"securityGroupId": [f"{GROUP}::{of}"]}
    ends: dict[str, Any] = {"securityGroupId": UNKNOWN}
    if source:
        sources["referencedSecurityGroupId"] = [f"{GROUP}::{source}"]
        ends["referencedSecurityGroupId"] = UNKNOWN
    rule = {"ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432}
    return Fixture(type=INGRESS, name="rule", props=rule | ends | props, sources=sources)


def default(**sources: Any) -> Fixture:
    props = {"vpcId": UNKNOWN, "ingress": [], "egress": []}
    return Fixture(type=DEFAULT, name="default", props=props, sources=sources)


def undescribed() -> list[Any]:
    rule = "security-group-undescribed"
    said = {"description": "Airflow"}
    return [
        passing(rule, group(**said)),
        passing(rule, group(description=UNKNOWN), title="unknown"),
        passing(rule, group(**said, ingress=[PORT | said]), title="inline"),
        passing(rule, Fixture(type=INGRESS, props=PORT | said), title="apart"),
        passing(rule, Fixture(type=DEFAULT), title="the default group has none"),
        violating(rule, group(), title="absent"),
        violating(rule, group(description="Managed by Pulumi"), title="what Pulumi says"),
        violating(rule, group(**said, egress=[PORT]), title="inline"),
        violating(rule, Fixture(type=INGRESS, props=PORT), title="apart"),
    ]


def default_group() -> list[Any]:
    rule, missing, added = (
        "security-group-default-open",
        "security-group-default-not-closed",
        "security-group-default-rule",
    )
    vpc = Fixture(type=VPC, name="vpc", props={"id": "vpc-1", "defaultSecurityGroupId": "sg-1"})
    new = Fixture(type=VPC, name="vpc", props={"id": UNKNOWN, "defaultSecurityGroupId": UNKNOWN})
    own = Fixture(type=DEFAULT, name="default", props={"vpcId": "vpc-1", "id": "sg-1"})
    return [
        passing(rule, Fixture(type=DEFAULT, props={"ingress": [], "egress": []})),
        passing(rule, Fixture(type=DEFAULT), title="adopted without a list"),
        violating(rule, Fixture(type=DEFAULT, props={"ingress": [PORT]})),
        violating(rule, Fixture(type=DEFAULT, props={"egress": UNKNOWN}), title="unknown"),
        passing(missing, vpc, own, title="by id"),
        passing(missing, new, default(vpcId=[f"{VPC}::vpc"]), title="by output"),
        passing(missing, group(), title="no VPC"),
        violating(missing, vpc),
        violating(missing, new, default(), title="of another VPC"),
        passing(added, vpc, own, apart()),
        passing(added, new, group(), apart(), title="unknown"),
        violating(added, own, apart(securityGroupId="sg-1"), title="by the group's id"),
        violating(added, vpc, apart(securityGroupId="sg-1"), title="by the VPC's"),
        violating(
            added,
            new,
            Fixture(type=RULE, sources={"securityGroupId": [f"{VPC}::vpc"]}),
            title="by the VPC's output",
        ),
    ]


def all_ports_to_group() -> list[Any]:
    rule = "security-group-all-ports-to-group"
    wide = {"ipProtocol": "-1"}
    ids = {"securityGroupId": "sg-1", "referencedSecurityGroupId": "sg-1"}
    return [
        passing(rule, group(), apart(source="other"), title="one port"),
        passing(rule, group(), apart(source="group", **wide), title="itself"),
        passing(rule, Fixture(type=INGRESS, props=wide | ids), title="itself by id"),
        passing(rule, apart(**wide), title="no group"),
        passing(rule, group(ingress=[EVERYTHING | {"self": True}]), title="itself, inline"),
        violating(rule, group(), apart(source="other", **wide)),
        violating(rule, Fixture(type=INGRESS, props=wide | OTHER_IDS), title="by id"),
        violating(
            rule,
            Fixture(type=RULE, props={"protocol": "-1", "sourceSecurityGroupId": "sg-2"}),
            title="the older type",
        ),
        violating(rule, apart(source="other", fromPort=0, toPort=65535), title="every port"),
        violating(rule, group(ingress=[EVERYTHING | {"securityGroups": ["sg-2"]}]), title="inline"),
    ]


def unused() -> list[Any]:
    rule = "security-group-unused"
    source = {"vpcSecurityGroupIds": [f"{GROUP}::group"]}
    return [
        passing(rule, group(), Fixture(type=INSTANCE, sources=source)),
        violating(rule, group(), title="alone"),
        violating(rule, group(), apart(), title="a rule of its own is no use"),
        violating(rule, group(), apart("other", "group"), title="nor is another group's rule"),
    ]


def two_masters() -> list[Any]:
    rule = "security-group-two-masters"
    return [
        passing(rule, group(), apart(), title="apart"),
        passing(rule, group(ingress=[PORT]), title="inline"),
        passing(rule, group(ingress=[PORT]), apart(), title="read back"),
        passing(rule, group(ingress=UNKNOWN, egress=UNKNOWN), apart(), title="unknown"),
        violating(rule, group(ingress=[PORT | {"fromPort": 80, "toPort": 80}]), apart()),
        violating(rule, group(egress=[PORT]), apart(), title="the other direction"),
    ]


def server_goes_out() -> list[Any]:
    rule = "security-group-server-goes-out"
    server = Fixture(type=INSTANCE, sources={"vpcSecurityGroupIds": [f"{GROUP}::group"]})
    out = Fixture(type=EGRESS, props=PORT, sources={"securityGroupId": [f"{GROUP}::group"]})
    return [
        passing(rule, group(), apart(), server, title="in"),
        passing(rule, group(egress=[PORT]), out, title="no server's"),
        passing(rule, group(egress=UNKNOWN), server, title="unknown"),
        violating(rule, group(), out, server),
        violating(rule, group(egress=[PORT]), server, title="inline"),
    ]


CASES = (
    *undescribed(),
    *default_group(),
    *all_ports_to_group(),
    *unused(),
    *two_masters(),
    *server_goes_out(),
)
