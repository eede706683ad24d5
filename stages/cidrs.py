"""How a VPC's network is cut into subnets: a pure function of the network and the zones."""

from __future__ import annotations

from ipaddress import IPv4Network

SUBNET_BITS = 4
"""A VPC is cut into 16: the lower eight are private, the upper eight public."""

PREFIX_LENGTHS = range(16, 21)
"""A VPC is at most a /16 (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html);
at /20 a subnet still has 256 addresses."""


def private_subnets(vpc: IPv4Network, count: int) -> list[IPv4Network]:
    """The first `count` private subnets, one per zone."""
    return list(vpc.subnets(prefixlen_diff=SUBNET_BITS))[:count]


def public_subnets(vpc: IPv4Network, count: int) -> list[IPv4Network]:
    """The first `count` public subnets, one per zone."""
    half = 2 ** (SUBNET_BITS - 1)
    return list(vpc.subnets(prefixlen_diff=SUBNET_BITS))[half : half + count]
