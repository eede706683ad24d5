"""Cases of policies/rules/dns_route53.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, undecided, violating

ZONE = "aws:route53/zone:Zone"
ASSOCIATION = "aws:route53/zoneAssociation:ZoneAssociation"
RECORD = "aws:route53/record:Record"
SERVER = "aws:rds/instance:Instance"

PUBLIC = "zone-public"
ELSEWHERE = "zone-elsewhere"
LEADS = "record-leads-to-own-server"

PRIMARY = Fixture(type=SERVER, name="primary", props={"identifier": "server"})
REPLICA = Fixture(type=SERVER, name="replica", props={"replicateSourceDb": UNKNOWN})
OTHER = Fixture(type="aws:ec2/instance:Instance", name="other")
READER = "reader.preprod.devstages.internal"


def zone(**props: Any) -> Fixture:
    return Fixture(type=ZONE, props={"name": "preprod.devstages.internal", **props})


def record(name: str, *sources: str) -> Fixture:
    """A record that is computed from these."""
    found = {"records": [f"{source}" for source in sources]} if sources else {}
    return Fixture(type=RECORD, props={"name": name, "records": [UNKNOWN]}, sources=found)


CASES = (
    passing(PUBLIC, zone(vpcs=[{"vpcId": UNKNOWN}])),
    violating(PUBLIC, zone()),
    violating(PUBLIC, zone(vpcs=[]), title="of no network"),
    undecided(PUBLIC, zone(vpcs=UNKNOWN)),
    passing(ELSEWHERE, zone(vpcs=[{"vpcId": UNKNOWN}])),
    passing(ELSEWHERE, zone(vpcs=[{"vpcId": "vpc-1", "vpcRegion": "eu-west-1"}]), title="said"),
    passing(ELSEWHERE, Fixture(type=ASSOCIATION, props={"vpcRegion": ""}), title="not said"),
    violating(ELSEWHERE, zone(vpcs=[{"vpcId": "vpc-1", "vpcRegion": "us-east-1"}])),
    violating(
        ELSEWHERE, Fixture(type=ASSOCIATION, props={"vpcRegion": "us-east-1"}), title="apart"
    ),
    undecided(ELSEWHERE, zone(vpcs=UNKNOWN)),
    passing(LEADS, PRIMARY, record(READER, f"{SERVER}::primary")),
    passing(LEADS, PRIMARY, REPLICA, record(READER, f"{SERVER}::replica"), title="to the replica"),
    passing(
        LEADS,
        PRIMARY,
        REPLICA,
        record("server.preprod.devstages.internal", f"{SERVER}::primary"),
        title="to the server, where there is a replica",
    ),
    passing(LEADS, PRIMARY, record("x.preprod.devstages.internal"), title="another name"),
    violating(LEADS, PRIMARY, record(READER), title="by a text"),
    violating(LEADS, PRIMARY, record("Reader.preprod.devstages.internal."), title="in capitals"),
    violating(
        LEADS,
        PRIMARY,
        REPLICA,
        record(READER, f"{SERVER}::primary"),
        title="readers to the server, past its replica",
    ),
    violating(
        LEADS,
        PRIMARY,
        OTHER,
        record(READER, f"{SERVER}::primary", "aws:ec2/instance:Instance::other"),
        title="through something else",
    ),
    violating(
        LEADS,
        PRIMARY,
        OTHER,
        record("server.preprod.devstages.internal", "aws:ec2/instance:Instance::other"),
        title="to another machine",
    ),
)
