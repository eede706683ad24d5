"""Names that mean something inside a host's network, and where they lead."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.reading import blocks
from policies.facts.values import text
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, has, known

ZONE = "aws:route53/zone:Zone"
ASSOCIATION = "aws:route53/zoneAssociation:ZoneAssociation"
RECORD = "aws:route53/record:Record"
SERVER = "aws:rds/instance:Instance"


@for_resource(
    ZONE,
    id="zone-public",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A zone is private to the host's network.",
    why="A public one tells everybody which servers there are and how they are called.",
    remedy="Name the VPC in vpcs.",
)
def public(zone: Resource, context: Context) -> Iterator[Finding]:
    """A zone that names no VPC is public."""
    del context
    if not any(True for _ in blocks(zone.props, "vpcs")):
        yield Finding(found="no vpcs", allowed="the host's VPC")


@for_resource(
    ZONE,
    ASSOCIATION,
    id="zone-elsewhere",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="A zone means something in one region, the stage's own.",
    why="In another network its names would lead there, or to nothing.",
    remedy="Remove vpc_region.",
)
def elsewhere(resource: Resource, context: Context) -> Iterator[Finding]:
    """Whose network it is, is another rule's (network-id-literal): its id is an output."""
    region = context.stages.current.names.region
    for holder in [resource.props, *blocks(resource.props, "vpcs")]:
        found = known(holder, "vpcRegion", region) or region
        if found != region:
            yield Finding(found=f"a VPC in {found}", allowed=region)


@for_stack(
    id="record-leads-to-own-server",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="The names that session documents hold lead to the host's own server; readers, where "
    "there is a replica, to the replica.",
    why="A document that is reviewed says a name: whoever moves the name moves every reader.",
    remedy="Take the record from the address of the server or replica "
    "(components/private_names.py).",
)
def leads_to_own_server(stack: Stack, context: Context) -> Iterator[Finding]:
    """By what the record is computed from: a text says nothing of whose server it is."""
    host = context.stages.current.names.of(context.stages.current.host)
    servers = {server.urn for server in stack.of_type(SERVER)}
    replicas = {
        server.urn for server in stack.of_type(SERVER) if has(server.props, "replicateSourceDb")
    }
    meant = {host.server_host: servers, host.reader_host: replicas or servers}
    for record in stack.of_type(RECORD):
        name = text(record.props, "name").lower().rstrip(".")
        sources = record.property_dependencies.get("records", frozenset())
        if name in meant and not (sources and sources <= meant[name]):
            yield Finding(
                found=f"{name} is not computed from the server or replica that is meant",
                allowed="the address of this stack's own, the replica's for readers if it has one",
                urn=record.urn,
            )
