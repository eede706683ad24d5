# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Subnets."""

from __future__ import annotations

import ipaddress
from typing import ClassVar

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import from_aws, to_aws
from emulator.providers.aws.resources.ec2 import (
    cidr_failures,
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


class Subnet(Handler):
    """A part of a VPC in one zone."""

    label = "EC2 Subnet"
    computed = frozenset(
        {"availabilityZone", "availabilityZoneId", "privateDnsHostnameTypeOnLaunch"}
    )
    NAMES: ClassVar = {
        "vpcId": "VpcId",
        "cidrBlock": "CidrBlock",
        "ipv6CidrBlock": "Ipv6CidrBlock",
        "availabilityZone": "AvailabilityZone",
        "availabilityZoneId": "AvailabilityZoneId",
    }
    ATTRIBUTES: ClassVar = {
        "mapPublicIpOnLaunch": "MapPublicIpOnLaunch",
        "assignIpv6AddressOnCreation": "AssignIpv6AddressOnCreation",
    }

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        found = cidr_failures(inputs, "cidrBlock", longest=28, shortest=16)
        zone = inputs.get("availabilityZone")
        if isinstance(zone, str) and not zone.startswith(region):
            reason = f'"{zone}" is no zone of {region}; its zones begin with "{region}"'
            found.append(failure("availabilityZone", reason))
        return found

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("ec2")
        self._refuse_outside(account, inputs)
        subnet = client.create_subnet(
            **to_aws(inputs, self.NAMES), **tag_specifications("subnet", inputs)
        )["Subnet"]
        id_: str = subnet["SubnetId"]
        self._modify(account, id_, {}, inputs)
        return id_

    def _refuse_outside(self, account: Account, inputs: Properties) -> None:
        vpc = find(account, "describe_vpcs", "Vpcs", VpcIds=[inputs["vpcId"]])
        if vpc is None:
            message = f"The vpc ID '{inputs['vpcId']}' does not exist"
            raise RefusalError("EC2", "CreateSubnet", "InvalidVpcID.NotFound", message)
        block = inputs.get("cidrBlock")
        ranges = [vpc["CidrBlock"]] + [
            association["CidrBlock"] for association in vpc.get("CidrBlockAssociationSet", ())
        ]
        if block and not any(
            ipaddress.IPv4Network(block).subnet_of(ipaddress.IPv4Network(item)) for item in ranges
        ):
            message = (
                f"The CIDR '{block}' is invalid: it is not inside the VPC's {vpc['CidrBlock']}"
            )
            raise RefusalError("EC2", "CreateSubnet", "InvalidSubnet.Range", message)

    def _modify(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        for name, parameter in self.ATTRIBUTES.items():
            if bool(news.get(name)) != bool(olds.get(name)):
                account.client("ec2").modify_subnet_attribute(
                    SubnetId=id_, **{parameter: {"Value": bool(news.get(name))}}
                )

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        subnet = find(account, "describe_subnets", "Subnets", SubnetIds=[id_])
        if subnet is None:
            return None
        found = from_aws(subnet, self.NAMES | self.ATTRIBUTES)
        found["arn"] = account.arn("ec2", f"subnet/{id_}")
        found["ownerId"] = account.account_id
        found.setdefault("ipv6CidrBlockAssociationId", "")
        return found | live_tags(subnet)

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        self._modify(account, id_, olds, news)
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        users = interfaces(account, subnet_id=id_)
        gateways = account.client("ec2").describe_nat_gateways(Filters=filters(subnet_id=id_))
        users += [
            gateway["NatGatewayId"]
            for gateway in gateways["NatGateways"]
            if gateway["State"] != "deleted"
        ]
        groups = account.client("rds").describe_db_subnet_groups()["DBSubnetGroups"]
        instances = account.client("rds").describe_db_instances()["DBInstances"]
        inside = {
            group["DBSubnetGroupName"]
            for group in groups
            if any(subnet["SubnetIdentifier"] == id_ for subnet in group["Subnets"])
        }
        users += [
            f"RDS instance {item['DBInstanceIdentifier']}"
            for item in instances
            if (item.get("DBSubnetGroup") or {}).get("DBSubnetGroupName") in inside
        ]
        users += kept_environment_users(account, "subnetIds", id_)
        refuse_while_used("DeleteSubnet", f"The subnet '{id_}'", users)
        account.client("ec2").delete_subnet(SubnetId=id_)


HANDLERS: dict[str, Handler] = {
    "aws:ec2/subnet:Subnet": Subnet(),
}
