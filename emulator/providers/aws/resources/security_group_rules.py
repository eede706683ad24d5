# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Single rules of security groups, in the old and in the new form, and network ACLs."""

from __future__ import annotations

import zlib
from typing import Any, ClassVar

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import from_aws
from emulator.providers.aws.resources.ec2 import (
    cidr_failures,
    find,
    live_tags,
    tag_specifications,
    update_tags,
)
from emulator.providers.aws.resources.security_groups import CALLS, MEMBERS, atoms, permission
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


class SecurityGroupRule(Handler):
    """`aws.ec2.SecurityGroupRule`: perhaps several CIDRs in one."""

    label = "EC2 Security Group Rule"

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        if inputs.get("type") not in ("ingress", "egress", None) and isinstance(
            inputs["type"], str
        ):
            return [failure("type", f'"{inputs["type"]}"; allowed: ingress, egress')]
        sources = ("cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "self", "sourceSecurityGroupId")
        if not any(inputs.get(name) for name in sources):
            return [failure("cidrBlocks", f"one of {', '.join(sources)} is needed")]
        return []

    def _permission(self, properties: Properties) -> dict[str, Any]:
        source = properties.get("sourceSecurityGroupId")
        groups = {"securityGroups": [source]} if source else {}
        return permission(properties | groups, properties["securityGroupId"])

    def create(self, account: Account, inputs: Properties) -> str:
        authorize, _ = CALLS[inputs["type"]]
        wanted = self._permission(inputs)
        getattr(account.client("ec2"), authorize)(
            GroupId=inputs["securityGroupId"], IpPermissions=[wanted]
        )
        key = f"{inputs['securityGroupId']}{inputs['type']}{sorted(atoms([wanted]), key=str)}"
        return f"sgrule-{zlib.crc32(key.encode())}"

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        if not known.get("securityGroupId"):
            return None
        group = find(
            account,
            "describe_security_groups",
            "SecurityGroups",
            GroupIds=[known["securityGroupId"]],
        )
        standing = atoms((group or {}).get(MEMBERS[known["type"]]) or [])
        if not atoms([self._permission(known)]) <= standing:
            return None
        names = ("type", "protocol", "fromPort", "toPort", "securityGroupId", "cidrBlocks")
        return {name: known[name] for name in names if name in known}

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        _, revoke = CALLS[known["type"]]
        getattr(account.client("ec2"), revoke)(
            GroupId=known["securityGroupId"], IpPermissions=[self._permission(known)]
        )


class VpcSecurityGroupRule(Handler):
    """`aws.vpc.SecurityGroup(In|E)gressRule`: one source or target, with an id of its own."""

    label = "VPC Security Group Rule"
    SOURCES: ClassVar = {
        "cidrIpv4": "CidrIpv4",
        "cidrIpv6": "CidrIpv6",
        "prefixListId": "PrefixListId",
        "referencedSecurityGroupId": "",
    }
    NAMES: ClassVar = {
        "fromPort": "FromPort",
        "toPort": "ToPort",
        "ipProtocol": "IpProtocol",
        "description": "Description",
        "cidrIpv4": "CidrIpv4",
        "cidrIpv6": "CidrIpv6",
        "prefixListId": "PrefixListId",
        "securityGroupId": "GroupId",
    }

    def __init__(self, direction: str) -> None:
        self.direction = direction

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        given = [name for name in self.SOURCES if inputs.get(name)]
        if len(given) != 1:
            reason = f"exactly one of {', '.join(self.SOURCES)} is needed, got {len(given)}"
            return [failure("cidrIpv4", reason)]
        if inputs.get("ipProtocol") == "-1" and inputs.get("fromPort") not in (None, -1):
            return [failure("fromPort", 'must not be given where ipProtocol is "-1"')]
        return cidr_failures(inputs, "cidrIpv4")

    def replaces(self, path: str, old: Any, new: Any, news: Properties) -> bool | None:
        """A rule cannot change the kind of its source.

        https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/vpc_security_group_ingress_rule.go
        (ModifyPlan)
        """
        return (not old or not new) if path in self.SOURCES else None

    def _inline(self, properties: Properties) -> Properties:
        lists = {
            "cidrBlocks": "cidrIpv4",
            "ipv6CidrBlocks": "cidrIpv6",
            "prefixListIds": "prefixListId",
            "securityGroups": "referencedSecurityGroupId",
        }
        rule: Properties = {
            "protocol": properties["ipProtocol"],
            "fromPort": properties.get("fromPort", -1),
            "toPort": properties.get("toPort", -1),
            "description": properties.get("description"),
        }
        return rule | {
            name: [properties[source]] for name, source in lists.items() if properties.get(source)
        }

    def create(self, account: Account, inputs: Properties) -> str:
        authorize, _ = CALLS[self.direction]
        group = inputs["securityGroupId"]
        wanted = permission(self._inline(inputs), group)
        referenced = inputs.get("referencedSecurityGroupId")
        if referenced:
            account.client("ec2").describe_security_groups(GroupIds=[referenced])
        answer = getattr(account.client("ec2"), authorize)(
            GroupId=group,
            IpPermissions=[wanted],
            **tag_specifications("security-group-rule", inputs),
        )
        rules = answer.get("SecurityGroupRules") or []
        if not rules:
            message = f"{group}: no rule was made"
            raise RefusalError("EC2", "AuthorizeSecurityGroup", "InternalError", message)
        return str(rules[0]["SecurityGroupRuleId"])

    def _described(self, account: Account, id_: str) -> dict[str, Any] | None:
        return find(
            account,
            "describe_security_group_rules",
            "SecurityGroupRules",
            SecurityGroupRuleIds=[id_],
        )

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        rule = self._described(account, id_)
        if rule is None or rule.get("IsEgress") != (self.direction == "egress"):
            return None
        found = from_aws(rule, self.NAMES)
        if found.get("ipProtocol") == "-1":
            found.pop("fromPort", None)
            found.pop("toPort", None)
        found["referencedSecurityGroupId"] = (rule.get("ReferencedGroupInfo") or {}).get("GroupId")
        found["arn"] = account.arn("ec2", f"security-group-rule/{id_}")
        found["securityGroupRuleId"] = id_
        return found | live_tags(rule)

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        rule: dict[str, Any] = {
            "IpProtocol": news["ipProtocol"],
            "FromPort": news.get("fromPort", -1),
            "ToPort": news.get("toPort", -1),
            "Description": news.get("description", ""),
        }
        rule |= {aws: news[name] for name, aws in self.SOURCES.items() if aws and news.get(name)}
        if news.get("referencedSecurityGroupId"):
            rule["ReferencedGroupId"] = news["referencedSecurityGroupId"]
        if any(olds.get(name) != news.get(name) for name in self.NAMES | self.SOURCES):
            account.client("ec2").modify_security_group_rules(
                GroupId=news["securityGroupId"],
                SecurityGroupRules=[{"SecurityGroupRuleId": id_, "SecurityGroupRule": rule}],
            )
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        _, revoke = CALLS[self.direction]
        getattr(account.client("ec2"), revoke)(
            GroupId=known["securityGroupId"], SecurityGroupRuleIds=[id_]
        )


HANDLERS: dict[str, Handler] = {
    "aws:ec2/securityGroupRule:SecurityGroupRule": SecurityGroupRule(),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": VpcSecurityGroupRule("ingress"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": VpcSecurityGroupRule("egress"),
}
