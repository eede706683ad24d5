# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Network ACLs."""

from __future__ import annotations

from emulator.providers.aws.account import Account
from emulator.providers.aws.handler import Handler
from emulator.providers.aws.resources.ec2 import (
    filters,
    find,
    live_tags,
    tag_specifications,
    update_tags,
)
from emulator.values import Properties


class NetworkAcl(Handler):
    """A stateless packet filter of subnets."""

    label = "EC2 Network ACL"
    computed = frozenset({"ingress", "egress", "subnetIds"})

    def create(self, account: Account, inputs: Properties) -> str:
        acl = account.client("ec2").create_network_acl(
            VpcId=inputs["vpcId"], **tag_specifications("network-acl", inputs)
        )["NetworkAcl"]
        id_: str = acl["NetworkAclId"]
        self._set_entries(account, id_, {}, inputs)
        self._associate(account, id_, inputs)
        return id_

    def _set_entries(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("ec2")
        for direction in ("ingress", "egress"):
            egress = direction == "egress"
            if direction not in news or olds.get(direction) == news[direction]:
                continue
            for rule in olds.get(direction) or ():
                client.delete_network_acl_entry(
                    NetworkAclId=id_, RuleNumber=rule["ruleNo"], Egress=egress
                )
            for rule in news[direction]:
                protocol = str(rule["protocol"])
                numbers = {"tcp": "6", "udp": "17", "icmp": "1", "all": "-1"}
                client.create_network_acl_entry(
                    NetworkAclId=id_,
                    RuleNumber=rule["ruleNo"],
                    Egress=egress,
                    Protocol=numbers.get(protocol, protocol),
                    RuleAction=rule["action"],
                    CidrBlock=rule.get("cidrBlock", "0.0.0.0/0"),
                    PortRange={"From": rule.get("fromPort", 0), "To": rule.get("toPort", 0)},
                )

    def _associate(self, account: Account, id_: str, news: Properties) -> None:
        client = account.client("ec2")
        for subnet in news.get("subnetIds") or ():
            found = client.describe_network_acls(
                Filters=[{"Name": "association.subnet-id", "Values": [subnet]}]
            )["NetworkAcls"]
            for acl in found:
                for association in acl["Associations"]:
                    if association["SubnetId"] == subnet and acl["NetworkAclId"] != id_:
                        client.replace_network_acl_association(
                            AssociationId=association["NetworkAclAssociationId"], NetworkAclId=id_
                        )

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        acl = find(account, "describe_network_acls", "NetworkAcls", NetworkAclIds=[id_])
        if acl is None:
            return None
        names = {"6": "tcp", "17": "udp", "1": "icmp"}
        rules: dict[str, list[Properties]] = {"ingress": [], "egress": []}
        for entry in acl["Entries"]:
            if entry["RuleNumber"] < 32767:
                ports = entry.get("PortRange") or {}
                protocol = str(entry["Protocol"])
                rules["egress" if entry["Egress"] else "ingress"].append(
                    {
                        "ruleNo": entry["RuleNumber"],
                        "protocol": names.get(protocol, protocol),
                        "action": entry["RuleAction"],
                        "cidrBlock": entry.get("CidrBlock"),
                        "fromPort": ports.get("From", 0),
                        "toPort": ports.get("To", 0),
                    }
                )
        return {
            "arn": account.arn("ec2", f"network-acl/{id_}"),
            "ownerId": account.account_id,
            "vpcId": acl["VpcId"],
            "subnetIds": [item["SubnetId"] for item in acl["Associations"]],
            **rules,
            **live_tags(acl),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        self._set_entries(account, id_, olds, news)
        self._associate(account, id_, news)
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        live = self.read(account, id_, known) or {}
        default = find(
            account,
            "describe_network_acls",
            "NetworkAcls",
            Filters=filters(vpc_id=live.get("vpcId", ""), default="true"),
        )
        if default is not None and live.get("subnetIds"):
            self._associate(account, default["NetworkAclId"], live)
        account.client("ec2").delete_network_acl(NetworkAclId=id_)


HANDLERS: dict[str, Handler] = {
    "aws:ec2/networkAcl:NetworkAcl": NetworkAcl(),
}
