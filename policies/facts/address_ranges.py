"""Address ranges: which ones a stage trusts, and which belong to somebody else's host."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network

from policies.stage_map import Stages

Network = IPv4Network | IPv6Network


def parsed(text: str) -> Network | None:
    """The range, or None for what is none."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def lies_in(text: str, ranges: Iterable[Network]) -> bool:
    """Whether all of the range lies in one of `ranges`."""
    network = parsed(text)
    return any(
        isinstance(network, IPv4Network)
        and isinstance(outer, IPv4Network)
        and network.subnet_of(outer)
        for outer in ranges
    )


def overlapped(text: str, ranges: Iterable[Network]) -> list[Network]:
    """Those of `ranges` that the range reaches."""
    network = parsed(text)
    return [other for other in ranges if network is not None and network.overlaps(other)]


def is_wide(text: str, bits: int) -> bool:
    """Whether the range is as wide as a prefix of that many bits, or cannot be told."""
    network = parsed(text)
    return network is None or network.prefixlen <= bits


def listed(ranges: Iterable[Network]) -> str:
    """The ranges, for a message."""
    return ", ".join(str(range_) for range_ in ranges) or "none here"


def hosts_ranges(stages: Stages) -> dict[str, IPv4Network]:
    """Each host's VPC."""
    return {
        stage.name: stage.settings.host.network.cidr
        for stage in stages.all.values()
        if stage.settings.host is not None
    }


def foreign_ranges(stages: Stages) -> list[Network]:
    """Every other host's VPC, and what is reserved under another host's name."""
    hosts = hosts_ranges(stages)
    others: list[Network] = [cidr for host, cidr in hosts.items() if host != stages.current.host]
    reserved = _reserved(stages)
    others += [cidr for name, cidr in reserved.items() if name in hosts and cidr not in others]
    return others


def trusted_ranges(stages: Stages, extra: Iterable[str]) -> list[Network]:
    """Ranges that may open a connection: own, reserved for offices and VPNs, declared clients.

    None of them counts that is wider than the own VPC, or reaches another host's.
    """
    host = stages.all.get(stages.current.host)
    declared = [network for network in map(parsed, extra) if network is not None]
    if host is None or host.settings.host is None:
        return declared
    own = host.settings.host.network.cidr
    foreign = foreign_ranges(stages)
    offices = host.settings.host.network.reserved_cidrs.values()
    clients = host.settings.host.server.client_cidrs
    narrow = [
        range_
        for range_ in (*offices, *clients)
        if range_.prefixlen >= own.prefixlen and not any(range_.overlaps(f) for f in foreign)
    ]
    return [own, *narrow, *declared]


def _reserved(stages: Stages) -> dict[str, IPv4Network]:
    host = stages.all.get(stages.current.host)
    if host is None or host.settings.host is None:
        return {}
    return host.settings.host.network.reserved_cidrs
