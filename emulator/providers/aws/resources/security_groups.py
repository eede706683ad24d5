# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Security groups with inline rules, and the default group of a VPC."""

from __future__ import annotations

from typing import Any, ClassVar

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import without_empty
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.resources.ec2 import (
    filters,
    find,
    interfaces,
    kept_environment_users,
    live_tags,
    refuse_while_used,
    tag_specifications,
    update_tags,
)
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

CALLS = {
    "ingress": ("authorize_security_group_ingress", "revoke_security_group_ingress"),
    "egress": ("authorize_security_group_egress", "revoke_security_group_egress"),
}
MEMBERS = {"ingress": "IpPermissions", "egress": "IpPermissionsEgress"}
PROTOCOLS = {"all": "-1", "6": "tcp", "17": "udp", "1": "icmp"}


def permission(rule: Properties, own_id: str) -> dict[str, Any]:
    """AWS's form of an inline rule."""
    described = {"Description": rule["description"]} if rule.get("description") else {}
    protocol = str(rule.get("protocol", "-1")).lower()
    result: dict[str, Any] = {"IpProtocol": PROTOCOLS.get(protocol, protocol)}
    if result["IpProtocol"] != "-1":
        result |= {"FromPort": int(rule.get("fromPort", 0)), "ToPort": int(rule.get("toPort", 0))}
    groups = list(rule.get("securityGroups") or ())
    groups += [own_id] if rule.get("self") else []
    members = {
        "IpRanges": [{"CidrIp": cidr, **described} for cidr in rule.get("cidrBlocks") or ()],
        "Ipv6Ranges": [
            {"CidrIpv6": cidr, **described} for cidr in rule.get("ipv6CidrBlocks") or ()
        ],
        "PrefixListIds": [
            {"PrefixListId": item, **described} for item in rule.get("prefixListIds") or ()
        ],
        "UserIdGroupPairs": [{"GroupId": group, **described} for group in groups],
    }
    return result | {name: value for name, value in members.items() if value}


def atoms(permissions: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    """Single rules of permissions: protocol, ports, member, source, description."""
    keys = {
        "IpRanges": "CidrIp",
        "Ipv6Ranges": "CidrIpv6",
        "PrefixListIds": "PrefixListId",
        "UserIdGroupPairs": "GroupId",
    }
    return {
        (
            item["IpProtocol"],
            item.get("FromPort") if item["IpProtocol"] != "-1" else None,
            item.get("ToPort") if item["IpProtocol"] != "-1" else None,
            member,
            source[key],
            source.get("Description") or "",
        )
        for item in permissions
        for member, key in keys.items()
        for source in item.get(member) or ()
    }


def inline_rules(permissions: list[dict[str, Any]], own_id: str) -> list[Properties]:
    """Inline rules that say the same as permissions, one per protocol, ports and description."""
    names = {"IpRanges": "cidrBlocks", "Ipv6Ranges": "ipv6CidrBlocks"}
    names |= {"PrefixListIds": "prefixListIds", "UserIdGroupPairs": "securityGroups"}
    grouped: dict[tuple[Any, ...], Properties] = {}
    for protocol, start, end, member, source, text in sorted(atoms(permissions), key=str):
        rule = grouped.setdefault(
            (protocol, start, end, text),
            {"protocol": protocol, "fromPort": start or 0, "toPort": end or 0, "description": text},
        )
        if source == own_id:
            rule["self"] = True
        else:
            rule.setdefault(names[member], []).append(source)
    return [without_empty(rule) for rule in grouped.values()]


class SecurityGroup(Handler):
    """A stateful packet filter."""

    label = "EC2 Security Group"
    computed = frozenset({"ingress", "egress", "vpcId", "name"})

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        name = inputs.get("name")
        if isinstance(name, str) and name.startswith("sg-"):
            return [failure("name", f'"{name}": a group name must not begin with "sg-"')]
        if isinstance(name, str) and len(name) > 255:
            return [failure("name", f"{len(name)} characters, at most 255 are allowed")]
        return []

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("ec2")
        vpc = {"VpcId": inputs["vpcId"]} if inputs.get("vpcId") else {}
        if vpc:
            client.describe_vpcs(VpcIds=[inputs["vpcId"]])  # must exist
        name = inputs.get("name") or prefixed_name(inputs.get("namePrefix", "terraform-"))
        id_: str = client.create_security_group(
            GroupName=name,
            Description=inputs.get("description") or "Managed by Pulumi",
            **vpc,
            **tag_specifications("security-group", inputs),
        )["GroupId"]
        group = self._described(account, id_) or {}
        # pulumi-aws takes away AWS's "everything may go out"
        self._set_rules(account, group, "egress", inputs.get("egress") or [])
        self._set_rules(account, group, "ingress", inputs.get("ingress") or [])
        return id_

    def _described(self, account: Account, id_: str) -> dict[str, Any] | None:
        return find(account, "describe_security_groups", "SecurityGroups", GroupIds=[id_])

    def _set_rules(
        self, account: Account, group: dict[str, Any], direction: str, rules: list[Properties]
    ) -> None:
        id_ = group["GroupId"]
        authorize, revoke = CALLS[direction]
        standing = group.get(MEMBERS[direction]) or []
        wanted = [permission(rule, id_) for rule in rules]
        if atoms(standing) == atoms(wanted):
            return
        client = account.client("ec2")
        if standing:
            getattr(client, revoke)(GroupId=id_, IpPermissions=_bare(standing))
        if wanted:
            getattr(client, authorize)(GroupId=id_, IpPermissions=wanted)

    def same(self, path: str, old: Any, new: Any) -> bool:
        """Rules are compared one by one, however they are grouped."""
        if path not in ("ingress", "egress") or not (
            isinstance(old, list) and isinstance(new, list)
        ):
            return False
        return atoms([permission(rule, "self") for rule in old]) == atoms(
            [permission(rule, "self") for rule in new]
        )

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        group = self._described(account, id_)
        if group is None:
            return None
        return {
            "arn": account.arn("ec2", f"security-group/{id_}"),
            "description": group["Description"],
            "egress": inline_rules(group["IpPermissionsEgress"], id_),
            "ingress": inline_rules(group["IpPermissions"], id_),
            "name": group["GroupName"],
            "namePrefix": known.get("namePrefix") or "",
            "ownerId": account.account_id,
            "vpcId": group.get("VpcId"),
            **live_tags(group),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        group = self._described(account, id_)
        if group is not None:
            for direction in CALLS:
                if direction in news:
                    self._set_rules(account, group, direction, news[direction])
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("ec2")
        users = interfaces(account, group_id=id_)
        for group in client.describe_security_groups()["SecurityGroups"]:
            rules = group["IpPermissions"] + group["IpPermissionsEgress"]
            if group["GroupId"] != id_ and any(id_ == atom[4] for atom in atoms(rules)):
                users.append(f"a rule of {group['GroupId']}")
        for instance in account.client("rds").describe_db_instances()["DBInstances"]:
            groups = instance.get("VpcSecurityGroups") or ()
            if any(item["VpcSecurityGroupId"] == id_ for item in groups):
                users.append(f"RDS instance {instance['DBInstanceIdentifier']}")
        users += kept_environment_users(account, "securityGroupIds", id_)
        refuse_while_used("DeleteSecurityGroup", f"resource {id_}", users)
        client.delete_security_group(GroupId=id_)


def _bare(permissions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Permissions without the empty members that a description has."""
    return [
        {name: value for name, value in item.items() if not (isinstance(value, list) and not value)}
        for item in permissions
    ]


class DefaultSecurityGroup(SecurityGroup):
    """The group that a VPC comes with: adopted, and left with exactly these rules."""

    label = "EC2 Default Security Group"
    computed: ClassVar = frozenset({"vpcId"})

    def create(self, account: Account, inputs: Properties) -> str:
        vpc_id = inputs.get("vpcId")
        if not vpc_id:
            vpc = find(account, "describe_vpcs", "Vpcs", Filters=filters(is_default="true"))
            vpc_id = vpc["VpcId"] if vpc else ""
        group = find(
            account,
            "describe_security_groups",
            "SecurityGroups",
            Filters=filters(vpc_id=vpc_id, group_name="default"),
        )
        if group is None:
            message = f"There is no default security group in '{vpc_id}'"
            raise RefusalError("EC2", "DescribeSecurityGroups", "InvalidGroup.NotFound", message)
        id_: str = group["GroupId"]
        for direction in CALLS:
            self._set_rules(account, group, direction, inputs.get(direction) or [])
        update_tags(account, id_, live_tags(group), inputs)
        return id_

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        filled: Properties = {"ingress": [], "egress": []} | news
        super().update(account, id_, olds, filled)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        """AWS does not let go of it; pulumi-aws only forgets it."""


HANDLERS: dict[str, Handler] = {
    "aws:ec2/securityGroup:SecurityGroup": SecurityGroup(),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": DefaultSecurityGroup(),
}
