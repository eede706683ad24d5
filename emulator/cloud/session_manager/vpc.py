"""What an instance reaches in its VPC: names of private zones, and what firewalls let through."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from moto.ec2.models import ec2_backends
from moto.route53.models import route53_backends

ALIASES: Final = 8
"""How many CNAMEs a resolver follows."""
PROTOCOLS: Final = ("tcp", "-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One end of a connection: its security groups, and where its address may be."""

    group_ids: frozenset[str]
    networks: tuple[ipaddress.IPv4Network, ...]


ANYBODY: Final = Peer(group_ids=frozenset(), networks=(ipaddress.IPv4Network("0.0.0.0/0"),))


def resolve(account_id: str, vpc_id: str, host: str) -> str:
    """The name or address that a name leads to in a VPC, itself where no private zone has it."""
    names = host.rstrip(".").lower()
    for _ in range(ALIASES):
        record = _record(account_id, vpc_id, names)
        if record is None:
            break
        names = str(record.records[0]).rstrip(".").lower()
        if record.type == "A":
            break
    return names


def _record(account_id: str, vpc_id: str, name: str) -> Any | None:
    """The record of a name; the zone with the longest name counts, and only it."""
    zones = [
        zone
        for zone in route53_backends[account_id]["aws"].zones.values()
        if zone.private_zone
        and any(vpc.get("vpc_id") == vpc_id for vpc in zone.vpcs)
        and f".{name}".endswith(f".{zone.name.rstrip('.').lower()}")
    ]
    for zone in sorted(zones, key=lambda zone: -len(zone.name))[:1]:
        for record in zone.rrsets:
            is_named = record.name.rstrip(".").lower() == name
            if is_named and record.type in ("A", "CNAME") and record.records:
                return record
    return None


def lets_through(account_id: str, region: str, port: int, source: Peer, target: Peer) -> bool:
    """Whether security groups let `source` open a connection to a TCP port of `target`."""
    out = _rules(account_id, region, source.group_ids, "egress_rules")
    into = _rules(account_id, region, target.group_ids, "ingress_rules")
    return any(_covers(rule, port, target) for rule in out) and any(
        _covers(rule, port, source) for rule in into
    )


def lets_out(account_id: str, region: str, port: int, source: Peer) -> bool:
    """Whether security groups let `source` open connections to a TCP port of anybody."""
    rules = _rules(account_id, region, source.group_ids, "egress_rules")
    return any(_covers(rule, port, ANYBODY) for rule in rules)


def _rules(account_id: str, region: str, group_ids: Iterable[str], kind: str) -> list[Any]:
    backend = ec2_backends[account_id][region]
    groups = [backend.get_security_group_from_id(id_) for id_ in group_ids]
    return [rule for group in groups if group is not None for rule in getattr(group, kind)]


def _covers(rule: Any, port: int, peer: Peer) -> bool:
    if rule.ip_protocol not in PROTOCOLS:
        return False
    if rule.ip_protocol == "tcp" and not rule.from_port <= port <= rule.to_port:
        return False
    if (rule.source_group or {}).get("GroupId") in peer.group_ids:
        return True
    if not rule.cidr_ipv4 or not peer.networks:
        return False
    network = ipaddress.IPv4Network(rule.cidr_ipv4)
    return all(part.subnet_of(network) for part in peer.networks)
