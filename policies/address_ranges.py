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


def own_ranges(stages: Stages) -> list[Network]:
    """The VPC of the current stage's host."""
    return [cidr for host, cidr in hosts_ranges(stages).items() if host == stages.current.host]


def foreign_ranges(stages: Stages) -> list[Network]:
    """Every other host's VPC, and what is reserved under another host's name."""
    hosts = hosts_ranges(stages)
    others: list[Network] = [cidr for host, cidr in hosts.items() if host != stages.current.host]
    reserved = _reserved(stages)
    others += [cidr for name, cidr in reserved.items() if name in hosts and cidr not in others]
    return others


def trusted_ranges(stages: Stages, extra: Iterable[str]) -> list[Network]:
    """Ranges that may open a connection: own, reserved for offices and VPNs, declared clients.

    A client range as wide as another host's network, or wider than the own VPC, is not trusted.
    """
    own = own_ranges(stages)
    foreign = foreign_ranges(stages)
    hosts = hosts_ranges(stages)
    offices = [cidr for name, cidr in _reserved(stages).items() if name not in hosts]
    host = stages.all.get(stages.current.host)
    clients: list[Network] = []
    if host is not None and host.settings.host is not None:
        width = host.settings.host.network.cidr.prefixlen
        clients += [c for c in host.settings.host.server.client_cidrs if c.prefixlen >= width]
    declared = [network for network in map(parsed, extra) if network is not None]
    wanted = [*offices, *clients, *declared]
    return own + [range_ for range_ in wanted if not any(range_.overlaps(f) for f in foreign)]


def _reserved(stages: Stages) -> dict[str, IPv4Network]:
    host = stages.all.get(stages.current.host)
    if host is None or host.settings.host is None:
        return {}
    return host.settings.host.network.reserved_cidrs
