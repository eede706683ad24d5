"""What Route 53's zones and records have in common: names, and a zone's records."""

from __future__ import annotations

from typing import Any

from emulator.providers.aws.account import Account


def plain(name: str) -> str:
    """A name as Terraform's state has it."""
    return name.lower().removesuffix(".").replace("\\052", "*")


def records_of(account: Account, zone_id: str) -> list[dict[str, Any]]:
    """All records of a zone, as Route 53 describes them."""
    pages = account.client("route53").get_paginator("list_resource_record_sets")
    return [
        record
        for page in pages.paginate(HostedZoneId=zone_id)
        for record in page["ResourceRecordSets"]
    ]


def change(account: Account, zone_id: str, action: str, record: dict[str, Any]) -> None:
    """One change of one record: `UPSERT` or `DELETE`."""
    account.client("route53").change_resource_record_sets(
        HostedZoneId=zone_id,
        ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]},
    )
