"""What a security group lets through, whichever of its four forms says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.facts.reading import NOT_KNOWN, literal, texts
from policies.subjects import Resource, has, is_unknown, known

SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"

RULES_APART = (GROUP_RULE, INGRESS_RULE, EGRESS_RULE)
ALL_FORMS = (SECURITY_GROUP, DEFAULT_GROUP, *RULES_APART)

ALL_PORTS = range(65536)
_EVERY_PROTOCOL = {"-1", "all", NOT_KNOWN}
_NUMBERS = {"6": "tcp", "17": "udp"}


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One rule: who, and on which ports. What is not known yet is taken for everything."""

    direction: str
    """`ingress` or `egress`."""

    protocol: str
    ports: range
    """None of them for a protocol without ports, such as icmp."""

    ranges: tuple[str, ...]
    prefix_lists: bool
    groups: bool
    """Whether another group is named, or this one by its id."""

    itself: bool
    """Whether it names its own group."""

    description: str

    @property
    def every_protocol(self) -> bool:
        """Whether it holds for all protocols."""
        return self.protocol in _EVERY_PROTOCOL

    @property
    def essence(self) -> tuple[str, str, int, int]:
        """By which the same rule is found in another form."""
        return self.direction, self.protocol, self.ports.start, self.ports.stop

    def title(self) -> str:
        """By which a message names it."""
        if self.every_protocol:
            return f"{self.direction} on every protocol and port"
        if not self.ports:
            return f"{self.direction} on {self.protocol}"
        first, last = self.ports[0], self.ports[-1]
        ports = f"port {first}" if first == last else f"ports {first}-{last}"
        return f"{self.direction} on {self.protocol} {ports}"

    def others(self) -> str:
        """The ranges, for a message."""
        return ", ".join(self.ranges) or "a prefix list"


def openings(resource: Resource) -> Iterator[Opening]:
    """Every rule that the resource states, by its inputs."""
    props = resource.props
    if resource.type in (SECURITY_GROUP, DEFAULT_GROUP):
        for direction in ("ingress", "egress"):
            for rule in _rules(props, direction):
                yield _opening(direction, rule)
    elif resource.type == GROUP_RULE:
        yield _opening("egress" if known(props, "type") == "egress" else "ingress", props)
    else:
        yield _opening("egress" if resource.type == EGRESS_RULE else "ingress", props)


def names_itself(rule: Resource) -> bool:
    """Whether a rule of its own has a group on both ends: the same one."""
    sources = rule.property_dependencies
    for key in ("referencedSecurityGroupId", "sourceSecurityGroupId"):
        if sources.get(key, frozenset()) & sources.get("securityGroupId", frozenset()):
            return True
        other = known(rule.props, key)
        if other is not None and other == known(rule.props, "securityGroupId"):
            return True
    return False


def _rules(props: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """The rules of a list, one that is not known yet as a rule for anybody."""
    anybody = {"cidrBlocks": [NOT_KNOWN]}
    value = [anybody] if is_unknown(props, key) else props.get(key) or ()
    for index in range(len(value)):
        yield anybody if is_unknown(value, index) else value[index]


def _opening(direction: str, props: Mapping[str, Any]) -> Opening:
    named = (texts(props, "protocol", "ipProtocol") or ("-1",))[0].lower()
    protocol = _NUMBERS.get(named, named)
    return Opening(
        direction=direction,
        protocol=protocol,
        ports=_ports(protocol, props),
        ranges=texts(props, "cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"),
        prefix_lists=bool(texts(props, "prefixListIds", "prefixListId")),
        groups=bool(texts(props, "securityGroups"))
        or has(props, "sourceSecurityGroupId")
        or has(props, "referencedSecurityGroupId"),
        itself=known(props, "self") is True,
        description=str(literal(props, "description") or ""),
    )


def _ports(protocol: str, props: Mapping[str, Any]) -> range:
    if protocol in _EVERY_PROTOCOL:
        return ALL_PORTS
    if protocol not in {"tcp", "udp"}:
        return range(0)
    first, last = (known(props, key) for key in ("fromPort", "toPort"))
    if not isinstance(first, int | float) or not isinstance(last, int | float) or first < 0:
        return ALL_PORTS
    return range(int(first), int(last) + 1)
