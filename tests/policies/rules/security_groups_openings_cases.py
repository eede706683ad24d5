"""Cases of policies/rules/security_groups_openings.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Case, Fixture, passing, violating

GROUP = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"

WORLD, WORLD6, VPC, PROD = "0.0.0.0/0", "::/0", "10.20.0.0/16", "10.30.0.0/16"


def ingress(port: Any = 5432, protocol: Any = "tcp", to: Any = None, **props: Any) -> Fixture:
    ports = {"fromPort": port, "toPort": to or port, "ipProtocol": protocol}
    return Fixture(type=INGRESS, props=ports | props)


def egress(port: Any = 443, protocol: Any = "tcp", to: Any = None, **props: Any) -> Fixture:
    return Fixture(type=EGRESS, props=dict(ingress(port, protocol, to, **props).props))


def inline(direction: str = "ingress", port: Any = 5432, **props: Any) -> Fixture:
    rule = {"protocol": "tcp", "fromPort": port, "toPort": port} | props
    return Fixture(type=GROUP, props={direction: [rule]})


def apart(kind: Any = "ingress", port: Any = 5432, **props: Any) -> Fixture:
    rule = {"type": kind, "protocol": "tcp", "fromPort": port, "toPort": port}
    return Fixture(type=RULE, props=rule | props)


def open_ingress() -> list[Case]:
    rule = "security-group-open-ingress"
    return [
        passing(rule, ingress(cidrIpv4=VPC), title="the VPC"),
        passing(rule, ingress(cidrIpv4="10.20.3.0/24"), title="a subnet"),
        passing(rule, ingress(referencedSecurityGroupId=UNKNOWN), title="a group"),
        passing(rule, egress(cidrIpv4=WORLD), title="the way out is another rule's"),
        passing(rule, Fixture(type=GROUP), title="no rule"),
        passing(rule, Fixture(type=DEFAULT, props={"ingress": [], "egress": []}), title="closed"),
        passing(rule, inline(securityGroups=[UNKNOWN]), title="a group, inline"),
        passing(
            rule,
            ingress(cidrIpv4="192.0.2.0/24"),
            parameters={"trusted_cidrs": ["192.0.2.0/24"]},
            title="declared in the configuration",
        ),
        violating(rule, ingress(cidrIpv4=WORLD), title="the world"),
        violating(rule, ingress(cidrIpv4="0.0.0.0/1"), title="half of the world"),
        violating(rule, ingress(cidrIpv6=WORLD6), title="the world by IPv6"),
        violating(rule, ingress(cidrIpv4="203.0.113.7/32"), title="one public address"),
        violating(rule, ingress(cidrIpv4="10.0.0.0/8"), title="wider than the VPC"),
        violating(rule, ingress(cidrIpv4="172.31.0.0/16"), title="private, but nobody's"),
        violating(rule, ingress(cidrIpv4=PROD), title="prod is reserved, but a host"),
        violating(rule, ingress(cidrIpv4=UNKNOWN), title="unknown"),
        violating(rule, ingress(cidrIpv4="anywhere"), title="no range"),
        violating(rule, ingress(prefixListId="pl-1"), title="a prefix list"),
        violating(rule, inline(cidrBlocks=[VPC, WORLD]), title="inline, beside another"),
        violating(rule, inline(ipv6CidrBlocks=[WORLD6]), title="inline by IPv6"),
        violating(rule, inline(prefixListIds=["pl-1"]), title="inline by prefix list"),
        violating(rule, inline(cidrBlocks=UNKNOWN), title="inline ranges unknown"),
        violating(rule, inline(cidrBlocks=[UNKNOWN]), title="an inline range unknown"),
        violating(rule, Fixture(type=GROUP, props={"ingress": UNKNOWN}), title="rules unknown"),
        violating(rule, Fixture(type=GROUP, props={"ingress": [UNKNOWN]}), title="a rule unknown"),
        violating(rule, apart(cidrBlocks=[WORLD]), title="apart"),
        violating(rule, apart(UNKNOWN, cidrBlocks=[WORLD]), title="apart, direction unknown"),
    ]


def other_host() -> list[Case]:
    rule = "security-group-other-host"
    return [
        passing(rule, ingress(cidrIpv4=VPC)),
        passing(rule, egress(cidrIpv4=WORLD), title="the world names nobody"),
        passing(rule, ingress(cidrIpv4=UNKNOWN), title="unknown is another rule's"),
        passing(rule, ingress(cidrIpv4=PROD), stack="prod", title="the own"),
        violating(rule, ingress(cidrIpv4=PROD), title="prod"),
        violating(rule, egress(cidrIpv4="10.30.1.1/32"), title="one address of prod"),
        violating(rule, ingress(cidrIpv4="10.0.0.0/8"), title="prod among others"),
        violating(rule, inline("egress", cidrBlocks=[PROD]), title="inline"),
        violating(rule, ingress(cidrIpv4=VPC), stack="prod", title="preprod from prod"),
    ]


def management_port() -> list[Case]:
    rule = "security-group-management-port"
    return [
        passing(rule, ingress(cidrIpv4=VPC)),
        passing(rule, egress(22, cidrIpv4="192.0.2.1/32"), title="out"),
        passing(rule, ingress(protocol="-1", referencedSecurityGroupId="sg-1"), title="all"),
        passing(rule, ingress(8, "icmp", cidrIpv4=VPC), title="no ports"),
        violating(rule, ingress(22, cidrIpv4=VPC), title="SSH inside"),
        violating(rule, ingress(20, to=30, cidrIpv4=VPC), title="SSH among others"),
        violating(rule, ingress(22, "6", cidrIpv4=VPC), title="TCP by number"),
        violating(rule, ingress(3389, referencedSecurityGroupId="sg-1"), title="by group"),
        violating(rule, inline(port=22, self=True), title="inline"),
        violating(rule, ingress(UNKNOWN, cidrIpv4=VPC), title="port unknown"),
    ]


def all_ports() -> list[Case]:
    rule = "security-group-all-ports"
    return [
        passing(rule, ingress(cidrIpv4=VPC)),
        passing(rule, ingress(8000, to=8100, cidrIpv4=VPC), title="a few"),
        passing(rule, ingress(protocol="-1", referencedSecurityGroupId="sg-1"), title="a group"),
        passing(rule, inline(protocol="-1", port=0, self=True), title="its own members"),
        violating(rule, ingress(protocol="-1", cidrIpv4=VPC), title="every protocol"),
        violating(rule, ingress(protocol=UNKNOWN, cidrIpv4=VPC), title="protocol unknown"),
        violating(rule, ingress(0, to=65535, cidrIpv4=VPC), title="every port"),
        violating(rule, ingress(5000, to=6000, cidrIpv4=VPC), title="very many"),
        violating(rule, ingress(-1, to=-1, cidrIpv4=VPC), title="every port by -1"),
        violating(rule, inline(toPort=None, cidrBlocks=[VPC]), title="no last port"),
        violating(rule, inline(fromPort=None, cidrBlocks=[VPC]), title="no first port"),
        violating(rule, egress(protocol="-1", cidrIpv4=WORLD), title="out"),
        violating(rule, egress(protocol="-1", prefixListId=UNKNOWN), title="a prefix list"),
        violating(rule, Fixture(type=GROUP, props={"egress": UNKNOWN}), title="rules unknown"),
    ]


def open_egress() -> list[Case]:
    rule = "security-group-open-egress"
    return [
        passing(rule, egress(cidrIpv4=WORLD), title="HTTPS"),
        passing(rule, egress(5432, cidrIpv4=VPC), title="inside"),
        passing(rule, egress(5432, cidrIpv4="192.0.2.0/24"), title="a partner"),
        passing(rule, egress(5432, referencedSecurityGroupId=UNKNOWN), title="a group"),
        passing(rule, ingress(80, cidrIpv4=WORLD), title="the way in is another rule's"),
        passing(
            rule,
            egress(587, cidrIpv4=WORLD),
            parameters={"open_egress_ports": [443, 587]},
            title="configured",
        ),
        violating(rule, egress(80, cidrIpv4=WORLD), title="HTTP"),
        violating(rule, egress(443, to=444, cidrIpv4=WORLD), title="one port more"),
        violating(rule, egress(443, "udp", cidrIpv4=WORLD), title="not TCP"),
        violating(rule, egress(22, cidrIpv4="128.0.0.0/1"), title="half of the world"),
        violating(rule, egress(22, cidrIpv4=UNKNOWN), title="unknown"),
        violating(rule, egress(22, cidrIpv6=WORLD6), title="IPv6"),
        violating(rule, inline("egress", 25, cidrBlocks=[WORLD]), title="inline"),
        violating(rule, apart("egress", 25, cidrBlocks=[WORLD]), title="apart"),
    ]


def prefix_lists() -> list[Case]:
    rule = "prefix-list-untrusted-range"
    return [
        passing(rule, Fixture(type=LIST, props={"entries": [{"cidr": VPC}]})),
        passing(rule, Fixture(type=ENTRY, props={"cidr": "10.20.1.0/24"}), title="apart"),
        violating(rule, Fixture(type=LIST, props={"entries": [{"cidr": WORLD}]})),
        violating(rule, Fixture(type=ENTRY, props={"cidr": PROD}), title="apart"),
        violating(rule, Fixture(type=ENTRY, props={"cidr": UNKNOWN}), title="unknown"),
    ]


CASES = (
    *open_ingress(),
    *other_host(),
    *management_port(),
    *all_ports(),
    *open_egress(),
    *prefix_lists(),
)
