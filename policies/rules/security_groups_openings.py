"""Who may open a connection, and to where, by any form of security group rule."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.address_ranges import (
    foreign_ranges,
    is_wide,
    lies_in,
    listed,
    overlapped,
    trusted_ranges,
)
from policies.facts.openings import ALL_FORMS, openings
from policies.facts.reading import blocks, texts
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource

PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
PREFIX_LIST_ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"

MANAGEMENT_PORTS = {
    22: "SSH",
    23: "Telnet",
    3389: "remote desktop",
    5900: "VNC",
    5985: "WinRM",
    5986: "WinRM",
}
"""Nobody signs in to a machine here: people reach the server by an SSM port-forward."""

MANY_PORTS = 1000
"""A rule for so many is a rule for whatever comes to listen."""

NARROWEST_WORLD = 16
"""A public range as wide as this, in bits of prefix, is not one partner's network."""


def trusted(context: Context, range_: str) -> bool:
    """Whether a stage's own settings name the range."""
    return lies_in(range_, trusted_ranges(context.stages, context.parameters["trusted_cidrs"]))


@for_resource(
    *ALL_FORMS,
    id="security-group-open-ingress",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="Connections come in from the host's own VPC and from declared networks only.",
    why="One rule for debugging, open to the world, makes a private server a public one.",
    remedy="Name the other security group, or declare the network: network.reserved_cidrs "
    "(offices, VPNs) or server.client_cidrs in the stack file.",
    frameworks=(
        "CKV_AWS_24",
        "CKV_AWS_25",
        "CKV_AWS_260",
        "CKV_AWS_277",
        "FSBP EC2.18",
        "FSBP EC2.19",
        "cdk-nag EC23",
        "pulumi aws-ec2-securitygroup-disallow-public-internet-ingress",
        "pulumi aws-ec2-securitygroup-disallow-inbound-http-traffic",
    ),
)
def open_ingress(resource: Resource, context: Context) -> Iterator[Finding]:
    """A range that is not known yet may be any; a prefix list's ranges are not in sight."""
    for opening in openings(resource):
        if opening.direction != "ingress":
            continue
        for range_ in opening.ranges:
            if not trusted(context, range_):
                yield _finding(context, f"{opening.title()} from {range_}")
        if opening.prefix_lists:
            yield _finding(context, f"{opening.title()} from a prefix list")


def _finding(context: Context, found: str) -> Finding:
    ranges = trusted_ranges(context.stages, context.parameters["trusted_cidrs"])
    return Finding(
        found=found,
        allowed=f"a security group, or ranges in {listed(ranges)}",
    )


@for_resource(
    *ALL_FORMS,
    id="security-group-other-host",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="No security group names another host's network, in or out.",
    why="Prod's network and the one of preprod and test have no business with each other.",
    remedy="Remove the range; data crosses stages through the read-only doors alone.",
)
def other_host(resource: Resource, context: Context) -> Iterator[Finding]:
    """The whole internet names nobody; other rules look at it."""
    foreign = foreign_ranges(context.stages)
    for opening in openings(resource):
        for range_ in opening.ranges:
            reached = overlapped(range_, foreign)
            if reached and not is_wide(range_, 0):
                yield Finding(
                    found=f"{opening.title()} with {range_}, which reaches {listed(reached)}",
                    allowed="no range of another host",
                )


@for_resource(
    *ALL_FORMS,
    id="security-group-management-port",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="No port for remote administration is opened to anybody.",
    why="People reach what is private through SSM, which signs them in and keeps a record.",
    remedy="Remove the rule and use an SSM session or port-forward.",
    frameworks=("CKV_AWS_24", "CKV_AWS_25", "FSBP EC2.19"),
)
def management_port(resource: Resource, context: Context) -> Iterator[Finding]:
    """Rules for every protocol are another rule's: Airflow needs one among its own parts."""
    for opening in openings(resource):
        opened = [port for port in MANAGEMENT_PORTS if port in opening.ports]
        if opening.direction == "ingress" and opened and not opening.every_protocol:
            names = ", ".join(f"{port} ({MANAGEMENT_PORTS[port]})" for port in opened)
            yield Finding(found=f"{opening.title()}: {names}", allowed="none of these ports")


@for_resource(
    *ALL_FORMS,
    id="security-group-all-ports",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A rule for address ranges names the few ports it is for.",
    why="Everything that ever listens is open to them otherwise.",
    remedy="State protocol, from_port and to_port of the service that is meant.",
    frameworks=("CKV_AWS_277", "CKV_AWS_382"),
)
def all_ports(resource: Resource, context: Context) -> Iterator[Finding]:
    """Between groups a stack rule looks: only there a group is known to be the same."""
    for opening in openings(resource):
        elsewhere = opening.ranges or opening.prefix_lists
        if elsewhere and len(opening.ports) >= MANY_PORTS:
            yield Finding(
                found=f"{opening.title()} for {opening.others()}",
                allowed=f"fewer than {MANY_PORTS} ports",
            )


@for_resource(
    *ALL_FORMS,
    id="security-group-open-egress",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="Connections to the internet go out on HTTPS only.",
    why="Any other port is a way to carry data off that nobody looks at.",
    remedy="Name the partner's own range and port, or set open_egress_ports in the pack's "
    "configuration.",
    frameworks=("CKV_AWS_382",),
)
def open_egress(resource: Resource, context: Context) -> Iterator[Finding]:
    """A public range of a partner's own may be on any port."""
    ports = set(context.parameters["open_egress_ports"])
    for opening in openings(resource):
        if opening.direction == "ingress":
            continue
        web = opening.protocol == "tcp" and ports.issuperset(opening.ports)
        for range_ in opening.ranges:
            if not web and is_wide(range_, NARROWEST_WORLD) and not trusted(context, range_):
                yield Finding(
                    found=f"{opening.title()} to {range_}",
                    allowed=f"tcp on {', '.join(map(str, sorted(ports)))}, or a partner's range",
                )


@for_resource(
    PREFIX_LIST,
    PREFIX_LIST_ENTRY,
    id="prefix-list-untrusted-range",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A prefix list of our own holds the VPC's own and declared networks only.",
    why="A security group or route that names it says nothing of what is in it.",
    remedy="Write the range into the rule that needs it, or declare it in the stack file.",
)
def prefix_list_range(resource: Resource, context: Context) -> Iterator[Finding]:
    """A list's ranges come inline or each as an entry apart."""
    inline = [
        cidr
        for entry in blocks(resource.props, "entries")
        for cidr in texts(entry, "cidr", "cidrBlocks")
    ]
    for range_ in [*inline, *texts(resource.props, "cidr")]:
        if not trusted(context, range_):
            yield _finding(context, f"an entry for {range_}")
