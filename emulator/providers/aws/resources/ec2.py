"""What EC2's resources have in common: tags, lookups, and refusals."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError, is_gone
from emulator.providers.aws.handler import failure
from emulator.providers.aws.tags import tag_changes, tag_list, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


def tag_specifications(kind: str, inputs: Properties) -> dict[str, Any]:
    """`TagSpecifications` parameter that tags a resource of this kind while it is made."""
    tags = wanted_tags(inputs)
    if not tags:
        return {}
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tag_list(tags)}]}


def update_tags(account: Account, id_: str, olds: Properties, news: Properties) -> None:
    """Bring a resource's tags from the old ones to the new ones."""
    to_set, to_remove = tag_changes(olds, news)
    if to_remove:
        account.client("ec2").delete_tags(Resources=[id_], Tags=[{"Key": key} for key in to_remove])
    if to_set:
        account.client("ec2").create_tags(Resources=[id_], Tags=tag_list(to_set))


def live_tags(described: dict[str, Any]) -> dict[str, Any]:
    """`tagsAll` of a described resource."""
    return {"tagsAll": tag_map(described.get("Tags"))}


def find(account: Account, call: str, member: str, **parameters: Any) -> dict[str, Any] | None:
    """First of what a `describe_…` call finds, None where it finds nothing."""
    try:
        answer = getattr(account.client("ec2"), call)(**parameters)
    except ClientError as error:
        if is_gone(error):
            return None
        raise
    items = answer[member]
    return items[0] if items else None


def filters(**values: str) -> list[dict[str, Any]]:
    """`Filters` parameter; underscores in a name stand for dashes."""
    return [{"Name": key.replace("_", "-"), "Values": [value]} for key, value in values.items()]


def refuse_while_used(operation: str, what: str, users: list[str]) -> None:
    """Refuse a deletion while something else needs the resource."""
    if users:
        message = f"{what} has dependencies and cannot be deleted: {', '.join(sorted(users))}"
        raise RefusalError("EC2", operation, "DependencyViolation", message)


def interfaces(account: Account, **wanted: str) -> list[str]:
    """Ids of the network interfaces that match."""
    answer = account.client("ec2").describe_network_interfaces(Filters=filters(**wanted))
    return [item["NetworkInterfaceId"] for item in answer["NetworkInterfaces"]]


def delete_interfaces(account: Account, ids: Iterable[str]) -> None:
    """Delete network interfaces that are still there."""
    client = account.client("ec2")
    for id_ in ids:
        found = find(
            account, "describe_network_interfaces", "NetworkInterfaces", NetworkInterfaceIds=[id_]
        )
        if found is not None:
            client.delete_network_interface(NetworkInterfaceId=id_)


def cidr_failures(
    inputs: Properties, property_: str, longest: int = 32, shortest: int = 0
) -> list[CheckFailure]:
    """What is wrong with a CIDR block: its form, host bits, its size."""
    value = inputs.get(property_)
    if not isinstance(value, str):
        return []
    try:
        network = ipaddress.ip_network(value)
    except ValueError as error:
        return [failure(property_, f'"{value}" is not a valid CIDR block: {error}')]
    if network.version == 4 and not shortest <= network.prefixlen <= longest:
        reason = f'"{value}": the prefix length must be between /{shortest} and /{longest}'
        return [failure(property_, reason)]
    return []


def kept_environment_users(account: Account, member: str, id_: str) -> list[str]:
    """Airflow environments whose network configuration names a subnet or security group."""
    environments = account.kept.all(
        account.account_id, account.region, "aws:mwaa/environment:Environment"
    )
    return [
        f"MWAA environment {name}"
        for name, attributes in environments.items()
        if id_ in (attributes.get("networkConfiguration") or {}).get(member, ())
    ]
