"""Who and where: caller, region, partition, zones; and IAM's policy documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from emulator.providers.aws.account import Account
from emulator.values import Properties


def caller_identity(account: Account, arguments: Properties) -> Properties:  # noqa: ARG001
    """`getCallerIdentity`."""
    answer = account.client("sts").get_caller_identity()
    return {
        "accountId": answer["Account"],
        "arn": answer["Arn"],
        "id": answer["Account"],
        "userId": answer["UserId"],
    }


def region(account: Account, arguments: Properties) -> Properties:
    """`getRegion`."""
    name = arguments.get("region") or arguments.get("name") or account.region
    return {
        "description": name,
        "endpoint": f"ec2.{name}.{account.dns_suffix}",
        "id": name,
        "name": name,
        "region": name,
    }


def partition(account: Account, arguments: Properties) -> Properties:  # noqa: ARG001
    """`getPartition`."""
    suffix = account.dns_suffix
    return {
        "dnsSuffix": suffix,
        "id": account.partition,
        "partition": account.partition,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def availability_zones(account: Account, arguments: Properties) -> Properties:
    """`getAvailabilityZones`; Local Zones are not among moto's."""
    zones = account.client("ec2").describe_availability_zones()["AvailabilityZones"]
    state = arguments.get("state")
    excluded = set(arguments.get("excludeNames") or ())
    found = [
        zone
        for zone in zones
        if (not state or zone["State"] == state) and zone["ZoneName"] not in excluded
    ]
    return {
        "groupNames": [account.region],
        "id": account.region,
        "names": [zone["ZoneName"] for zone in found],
        "region": account.region,
        "zoneIds": [zone["ZoneId"] for zone in found],
    }


def policy_document(account: Account, arguments: Properties) -> Properties:  # noqa: ARG001
    """`getPolicyDocument`: the same JSON as pulumi-aws writes."""
    statements = [_statement(item) for item in arguments.get("statements") or ()]
    for source in arguments.get("sourcePolicyDocuments") or ():
        more = json.loads(source).get("Statement", [])
        statements = [*(more if isinstance(more, list) else [more]), *statements]
    for override in arguments.get("overridePolicyDocuments") or ():
        more = json.loads(override).get("Statement", [])
        for statement in more if isinstance(more, list) else [more]:
            sid = statement.get("Sid")
            statements = [item for item in statements if not sid or item.get("Sid") != sid]
            statements.append(statement)
    document: dict[str, Any] = {"Version": arguments.get("version") or "2012-10-17"}
    if arguments.get("policyId"):
        document["Id"] = arguments["policyId"]
    document["Statement"] = statements
    text = json.dumps(document, indent=2)
    minified = json.dumps(document, separators=(",", ":"))
    return arguments | {"id": str(len(minified)), "json": text, "minifiedJson": minified}


def _statement(item: Properties) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if item.get("sid"):
        found["Sid"] = item["sid"]
    found["Effect"] = item.get("effect") or "Allow"
    names = {"actions": "Action", "notActions": "NotAction", "resources": "Resource"}
    for name, element in (names | {"notResources": "NotResource"}).items():
        if item.get(name):
            found[element] = _one_or_many(item[name])
    for name, element in {"principals": "Principal", "notPrincipals": "NotPrincipal"}.items():
        if item.get(name):
            found[element] = _principals(item[name])
    conditions: dict[str, dict[str, Any]] = {}
    for condition in item.get("conditions") or ():
        tests = conditions.setdefault(condition["test"], {})
        tests[condition["variable"]] = _one_or_many(condition["values"])
    return found | ({"Condition": conditions} if conditions else {})


def _principals(items: list[Properties]) -> Any:
    if any(item["type"] == "*" for item in items):
        return "*"
    found: dict[str, Any] = {}
    for item in items:
        found.setdefault(item["type"], []).extend(item["identifiers"])
    return {kind: _one_or_many(names) for kind, names in found.items()}


def _one_or_many(values: list[str]) -> Any:
    return values[0] if len(values) == 1 else sorted(values, reverse=True)


FUNCTIONS: dict[str, Callable[[Account, Properties], Properties]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": caller_identity,
    "aws:index/getRegion:getRegion": region,
    "aws:index/getPartition:getPartition": partition,
    "aws:index/getAvailabilityZones:getAvailabilityZones": availability_zones,
    "aws:iam/getPolicyDocument:getPolicyDocument": policy_document,
}
