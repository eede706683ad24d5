# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Route 53's records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError, is_gone
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import to_aws
from emulator.providers.aws.resources.route53 import change, plain, records_of
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

RECORD_TYPES = frozenset(
    {"A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF"}
    | {"SRV", "SSHFP", "SVCB", "TLSA", "TXT"}
)
CANNOT = ("cidrRoutingPolicy", "geoproximityRoutingPolicy")
"""Routings that moto does not have."""

ROUTINGS: Mapping[str, tuple[str, str]] = {
    "failoverRoutingPolicies": ("type", "Failover"),
    "latencyRoutingPolicies": ("region", "Region"),
    "weightedRoutingPolicies": ("weight", "Weight"),
}
"""By property: the member of its one block, and what AWS calls it."""


class Record(Handler):
    """A record of a zone."""

    label = "Route 53 Record"

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        failures = [
            failure(name, "the emulator has no such routing") for name in CANNOT if inputs.get(name)
        ]
        kind = inputs.get("type")
        if isinstance(kind, str) and kind not in RECORD_TYPES:
            allowed = ", ".join(sorted(RECORD_TYPES))
            failures.append(failure("type", f'"{kind}"; allowed: {allowed}'))
        missing = [] if "aliases" in inputs else [n for n in ("records", "ttl") if n not in inputs]
        failures += [failure(name, "needed where aliases is not given") for name in missing]
        records = inputs.get("records")
        if kind == "CNAME" and isinstance(records, list) and len(records) > 1:
            failures.append(failure("records", "a CNAME has exactly one"))
        return failures

    def same(self, path: str, old: Any, new: Any) -> bool:
        """Case and a dot at the end mean nothing; a name may leave the zone's out."""
        texts = isinstance(old, str) and isinstance(new, str)
        if path != "name" or not texts:
            return False
        shorter, longer = sorted((plain(old), plain(new)), key=len)
        return shorter == longer or (not shorter) or longer.startswith(f"{shorter}.")

    def create(self, account: Account, inputs: Properties) -> str:
        zone_id, record = inputs["zoneId"], _record(account, inputs)
        _refuse_record(account, zone_id, record, overwrite=bool(inputs.get("allowOverwrite")))
        change(account, zone_id, "UPSERT", record)
        parts = (zone_id, record["Name"], record["Type"], record.get("SetIdentifier"))
        return "_".join(part for part in parts if part)

    def _found(self, account: Account, id_: str, known: Properties) -> dict[str, Any] | None:
        """The record: by what is known of it, as its type may have changed since it got its id."""
        known = known if known.get("zoneId") else _imported(id_)
        name, asked = _full_name(account, known), (known["type"], known.get("setIdentifier"))
        return next(
            (
                one
                for one in records_of(account, known["zoneId"])
                if plain(one["Name"]) == name and (one["Type"], one.get("SetIdentifier")) == asked
            ),
            None,
        )

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        try:
            found = self._found(account, id_, known)
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        if found is None:
            return None
        alike: Properties = {"records": None, "ttl": None}
        if "ResourceRecords" in found:
            values = [value["Value"] for value in found["ResourceRecords"]]
            alike = {"records": values, "ttl": found["TTL"]}
        return alike | {
            "fqdn": plain(found["Name"]),
            "name": plain(found["Name"]),
            "type": found["Type"],
            "zoneId": known.get("zoneId") or _imported(id_)["zoneId"],
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        kept = ("type", "setIdentifier")
        if any(olds.get(name) != news.get(name) for name in kept):
            self.delete(account, id_, olds)
        change(account, news["zoneId"], "UPSERT", _record(account, news))

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        found = self._found(account, id_, known)
        if found is not None:
            change(account, known.get("zoneId") or _imported(id_)["zoneId"], "DELETE", found)


def _full_name(account: Account, inputs: Properties) -> str:
    answer = account.client("route53").get_hosted_zone(Id=inputs["zoneId"])
    zone, name = plain(answer["HostedZone"]["Name"]), plain(inputs["name"])
    return name if name == zone or name.endswith(f".{zone}") else f"{name}.{zone}".lstrip(".")


def _record(account: Account, inputs: Properties) -> dict[str, Any]:
    record: dict[str, Any] = {"Name": _full_name(account, inputs), "Type": inputs["type"]}
    if inputs.get("aliases"):
        alias = inputs["aliases"][0]
        record["AliasTarget"] = {
            "DNSName": alias["name"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
            "HostedZoneId": alias["zoneId"],
        }
    else:
        record["TTL"] = inputs["ttl"]
        record["ResourceRecords"] = [{"Value": value} for value in inputs["records"]]
    for property_, (member, name) in ROUTINGS.items():
        for block in inputs.get(property_) or ():
            record[name] = block[member]
    for block in inputs.get("geolocationRoutingPolicies") or ():
        names = {"continent": "Continent", "country": "Country", "subdivision": "Subdivision"}
        record["GeoLocation"] = {
            f"{name}Code": block[key] for key, name in names.items() if key in block
        }
    others = {"healthCheckId": "HealthCheckId", "setIdentifier": "SetIdentifier"}
    others["multivalueAnswerRoutingPolicy"] = "MultiValueAnswer"
    return record | to_aws(inputs, others)


def _refuse_record(
    account: Account, zone_id: str, record: dict[str, Any], *, overwrite: bool
) -> None:
    """A name has one record of a type, and nothing beside a CNAME."""
    name, kind = record["Name"], record["Type"]
    alike = [one for one in records_of(account, zone_id) if plain(one["Name"]) == name]
    mine = (kind, record.get("SetIdentifier"))
    taken = [one for one in alike if (one["Type"], one.get("SetIdentifier")) == mine]
    beside = [one for one in alike if one["Type"] != kind and "CNAME" in (one["Type"], kind)]
    message = ""
    if taken and not overwrite:
        message = (
            f"[Tried to create resource record set [name='{name}.', type='{kind}'] but it already "
            "exists]"
        )
    elif beside:
        message = (
            f"[RRSet of type {kind} with DNS name {name}. is not permitted as it conflicts with "
            "other records with the same DNS name]"
        )
    if message:
        raise RefusalError("Route 53", "ChangeResourceRecordSets", "InvalidChangeBatch", message)


def _imported(id_: str) -> Properties:
    """What an id to import says: `ZONE_name_TYPE[_set]`; a name may have underscores."""
    match = re.fullmatch(r"([^_]+)_(.*)_([A-Z]+)(?:_([^_]+))?", id_)
    if match is None:
        message = f"{id_} is no record: ZONEID_name_TYPE"
        raise RefusalError("Route 53", "ListResourceRecordSets", "InvalidInput", message)
    found = {"zoneId": match[1], "name": match[2], "type": match[3]}
    return found | ({"setIdentifier": match[4]} if match[4] else {})


HANDLERS: dict[str, Handler] = {"aws:route53/record:Record": Record()}
