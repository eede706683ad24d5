"""Settings of a host's network."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from stages.cidrs import PREFIX_LENGTHS, SUBNET_BITS
from stages.fields import Settings

ZoneLetter = Annotated[str, StringConstraints(pattern=r"^[a-f]$")]
PRIVATE_RANGES = tuple(
    IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)


class NetworkSettings(Settings):
    """The VPC: its addresses, its zones and its way out."""

    reserved_cidrs: dict[str, IPv4Network] = Field(
        default_factory=dict,
        description="networks of other hosts, offices and VPNs, by name, that stay routable",
    )
    cidr: IPv4Network = Field(
        description="the VPC's private IPv4 network, /16 to /20, which overlaps no reserved one"
    )
    availability_zones: tuple[ZoneLetter, ...] = Field(
        default=("a", "b", "c"),
        min_length=2,
        max_length=4,
        description="letters of the availability zones, two to four; Airflow takes the first two",
    )
    nat_per_zone: bool = Field(
        default=True, description="a NAT gateway in each zone (true) or one for all (false)"
    )
    log_retention_days: int = Field(
        default=365, ge=30, le=3653, description="days that flow logs are kept, 30 to 3653"
    )

    @field_validator("cidr")
    @classmethod
    def _private_and_large_enough(cls, cidr: IPv4Network) -> IPv4Network:
        if cidr.prefixlen not in PREFIX_LENGTHS:
            smallest, largest = PREFIX_LENGTHS[-1], PREFIX_LENGTHS[0]
            msg = f"Network should be /{largest} to /{smallest}, as it is cut into {2**SUBNET_BITS}"
            raise ValueError(msg)
        if not any(cidr.subnet_of(private) for private in PRIVATE_RANGES):
            msg = "Network should lie in " + ", ".join(str(private) for private in PRIVATE_RANGES)
            raise ValueError(msg)
        return cidr

    @field_validator("availability_zones")
    @classmethod
    def _zones_differ(cls, zones: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(zones)) != len(zones):
            msg = "Zones should differ from one another"
            raise ValueError(msg)
        return zones

    @field_validator("cidr")
    @classmethod
    def _overlaps_nothing_reserved(cls, cidr: IPv4Network, info: ValidationInfo) -> IPv4Network:
        reserved: dict[str, IPv4Network] = info.data.get("reserved_cidrs", {})
        taken = sorted(name for name, other in reserved.items() if cidr.overlaps(other))
        if taken:
            names = ", ".join(f"{name} ({reserved[name]})" for name in taken)
            msg = f"Network should not overlap what is reserved for {names}"
            raise ValueError(msg)
        return cidr
