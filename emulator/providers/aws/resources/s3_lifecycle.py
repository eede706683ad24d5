"""How long a bucket keeps what is in it."""

from __future__ import annotations

from typing import Any

from emulator.providers.aws.handler import Handler, failure, known_object
from emulator.providers.aws.mapping import from_aws, to_aws, without_empty
from emulator.providers.aws.resources.s3_configuration import BucketConfiguration
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

MEMBERS: dict[str, tuple[str, dict[str, str]]] = {
    "abortIncompleteMultipartUpload": (
        "AbortIncompleteMultipartUpload",
        {"daysAfterInitiation": "DaysAfterInitiation"},
    ),
    "expiration": (
        "Expiration",
        {"date": "Date", "days": "Days", "expiredObjectDeleteMarker": "ExpiredObjectDeleteMarker"},
    ),
    "noncurrentVersionExpiration": (
        "NoncurrentVersionExpiration",
        {
            "noncurrentDays": "NoncurrentDays",
            "newerNoncurrentVersions": "NewerNoncurrentVersions",
        },
    ),
}
LISTS: dict[str, tuple[str, dict[str, str]]] = {
    "transitions": (
        "Transitions",
        {"date": "Date", "days": "Days", "storageClass": "StorageClass"},
    ),
    "noncurrentVersionTransitions": (
        "NoncurrentVersionTransitions",
        {
            "noncurrentDays": "NoncurrentDays",
            "newerNoncurrentVersions": "NewerNoncurrentVersions",
            "storageClass": "StorageClass",
        },
    ),
}
FILTER = {
    "prefix": "Prefix",
    "objectSizeGreaterThan": "ObjectSizeGreaterThan",
    "objectSizeLessThan": "ObjectSizeLessThan",
}


def _check(inputs: Properties) -> list[CheckFailure]:
    rules = inputs.get("rules")
    if not rules:
        return [failure("rules", "at least one rule is needed")]
    found = []
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        status = known_object(rule).get("status", "Enabled")
        if status not in ("Enabled", "Disabled") and isinstance(status, str):
            reason = f'"{status}"; allowed: Enabled, Disabled'
            found.append(failure(f"rules[{index}].status", reason))
    return found


def _put(inputs: Properties) -> dict[str, Any]:
    return {"LifecycleConfiguration": {"Rules": [_rule(rule) for rule in inputs["rules"]]}}


def _rule(rule: Properties) -> dict[str, Any]:
    wanted: dict[str, Any] = {"ID": rule["id"], "Status": rule["status"]}
    wanted["Filter"] = _filter(rule.get("filter") or {"prefix": rule.get("prefix", "")})
    for name, (member, names) in MEMBERS.items():
        if rule.get(name):
            wanted[member] = to_aws(rule[name], names)
    for name, (member, names) in LISTS.items():
        if rule.get(name):
            wanted[member] = [to_aws(item, names) for item in rule[name]]
    return wanted


def _filter(filter_: Properties) -> dict[str, Any]:
    if filter_.get("and"):
        both = filter_["and"]
        tags = [{"Key": key, "Value": value} for key, value in (both.get("tags") or {}).items()]
        return {"And": to_aws(both, FILTER) | ({"Tags": tags} if tags else {})}
    if filter_.get("tag"):
        return {"Tag": {"Key": filter_["tag"]["key"], "Value": filter_["tag"]["value"]}}
    return to_aws(filter_, FILTER) or {"Prefix": ""}


def _read(answer: dict[str, Any]) -> Properties:
    return {"rules": [_described(rule) for rule in answer["Rules"]]}


def _described(rule: dict[str, Any]) -> Properties:
    found: Properties = {"id": rule["ID"], "status": rule["Status"]}
    filter_ = rule.get("Filter") or {}
    if filter_.get("And"):
        tags = {tag["Key"]: tag["Value"] for tag in filter_["And"].get("Tags") or ()}
        found["filter"] = {"and": without_empty(from_aws(filter_["And"], FILTER) | {"tags": tags})}
    elif filter_.get("Tag"):
        found["filter"] = {"tag": {"key": filter_["Tag"]["Key"], "value": filter_["Tag"]["Value"]}}
    else:
        # A filter that names nothing is a filter all the same; moto does not keep it.
        found["filter"] = without_empty(from_aws(filter_, FILTER)) or {"prefix": ""}
    for name, (member, names) in MEMBERS.items():
        if rule.get(member):
            found[name] = from_aws(rule[member], names)
    for name, (member, names) in LISTS.items():
        if rule.get(member):
            found[name] = [from_aws(item, names) for item in rule[member]]
    return without_empty(found)


HANDLERS: dict[str, Handler] = {
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": BucketConfiguration(
        "S3 Bucket Lifecycle Configuration", "lifecycle_configuration", _put, _read, check=_check
    ),
}
