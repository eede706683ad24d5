# ruff: noqa: D102 - the methods are those of Handler, documented there
"""VPCs, subnets, internet gateways, peering connections."""

from __future__ import annotations

import ipaddress
from typing import Any, ClassVar

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


class Vpc(Handler):
    """A virtual network."""

    label = "EC2 VPC"
    defaults: ClassVar = {"enableDnsSupport": True, "instanceTenancy": "default"}
    computed = frozenset({"enableDnsHostnames", "enableNetworkAddressUsageMetrics"})
    ATTRIBUTES: ClassVar = {
        "enableDnsSupport": ("EnableDnsSupport", "enableDnsSupport"),
        "enableDnsHostnames": ("EnableDnsHostnames", "enableDnsHostnames"),
        "enableNetworkAddressUsageMetrics": (
            "EnableNetworkAddressUsageMetrics",
            "enableNetworkAddressUsageMetrics",
        ),
    }

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        found = cidr_failures(inputs, "cidrBlock", longest=28, shortest=16)
        if not any(inputs.get(key) for key in ("cidrBlock", "ipv4IpamPoolId")):
            found.append(failure("cidrBlock", "one of cidrBlock and ipv4IpamPoolId is needed"))
        return found

    def replaces(self, path: str, old: Any, new: Any) -> bool | None:
        """Only from dedicated to default tenancy changes in place.

        https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/vpc_.go
        """
        return new != "default" if path == "instanceTenancy" else None

    def create(self, account: Account, inputs: Properties) -> str:
        names = {"cidrBlock": "CidrBlock", "instanceTenancy": "InstanceTenancy"}
        names["assignGeneratedIpv6CidrBlock"] = "AmazonProvidedIpv6CidrBlock"
        vpc = account.client("ec2").create_vpc(
            **to_aws(inputs, names), **tag_specifications("vpc", inputs)
        )["Vpc"]
        id_: str = vpc["VpcId"]
        self._modify(account, id_, {}, inputs)
        return id_

    def _modify(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        for name, (parameter, _) in self.ATTRIBUTES.items():
            value = news.get(name, self.defaults.get(name))
            if value is not None and value != olds.get(name):
                account.client("ec2").modify_vpc_attribute(
                    VpcId=id_, **{parameter: {"Value": value}}
                )

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        client = account.client("ec2")
        vpc = find(account, "describe_vpcs", "Vpcs", VpcIds=[id_])
        if vpc is None:
            return None
        found: Properties = {
            "arn": account.arn("ec2", f"vpc/{id_}"),
            "cidrBlock": vpc["CidrBlock"],
            "instanceTenancy": vpc.get("InstanceTenancy", "default"),
            "dhcpOptionsId": vpc.get("DhcpOptionsId"),
            "ownerId": account.account_id,
            **live_tags(vpc),
        }
        for name, (parameter, attribute) in self.ATTRIBUTES.items():
            answer = client.describe_vpc_attribute(VpcId=id_, Attribute=attribute)
            found[name] = answer[parameter]["Value"]
        ipv6 = vpc.get("Ipv6CidrBlockAssociationSet") or [{}]
        found["ipv6AssociationId"] = ipv6[0].get("AssociationId", "")
        found["ipv6CidrBlock"] = ipv6[0].get("Ipv6CidrBlock", "")
        group = find(
            account,
            "describe_security_groups",
            "SecurityGroups",
            Filters=filters(vpc_id=id_, group_name="default"),
        )
        acl = find(
            account,
            "describe_network_acls",
            "NetworkAcls",
            Filters=filters(vpc_id=id_, default="true"),
        )
        tables = client.describe_route_tables(
            Filters=[
                {"Name": "vpc-id", "Values": [id_]},
                {"Name": "association.main", "Values": ["true"]},
            ]
        )["RouteTables"]
        found["defaultSecurityGroupId"] = group["GroupId"] if group else None
        found["defaultNetworkAclId"] = acl["NetworkAclId"] if acl else None
        found["mainRouteTableId"] = tables[0]["RouteTableId"] if tables else None
        found["defaultRouteTableId"] = known.get("defaultRouteTableId", found["mainRouteTableId"])
        return found

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        self._modify(account, id_, olds, news)
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("ec2")
        inside = {"Filters": filters(vpc_id=id_)}
        users = [subnet["SubnetId"] for subnet in client.describe_subnets(**inside)["Subnets"]]
        users += [
            group["GroupId"]
            for group in client.describe_security_groups(**inside)["SecurityGroups"]
            if group["GroupName"] != "default"
        ]
        users += [
            gateway["InternetGatewayId"]
            for gateway in client.describe_internet_gateways(
                Filters=[{"Name": "attachment.vpc-id", "Values": [id_]}]
            )["InternetGateways"]
        ]
        users += [
            endpoint["VpcEndpointId"]
            for endpoint in client.describe_vpc_endpoints(**inside)["VpcEndpoints"]
            if endpoint.get("State") != "deleted"
        ]
        refuse_while_used("DeleteVpc", f"The vpc '{id_}'", users)
        client.delete_vpc(VpcId=id_)


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


class InternetGateway(Handler):
    """A VPC's way to the internet."""

    label = "EC2 Internet Gateway"
    computed = frozenset({"vpcId"})

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("ec2")
        gateway = client.create_internet_gateway(**tag_specifications("internet-gateway", inputs))
        id_: str = gateway["InternetGateway"]["InternetGatewayId"]
        if inputs.get("vpcId"):
            client.attach_internet_gateway(InternetGatewayId=id_, VpcId=inputs["vpcId"])
        return id_

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        gateway = find(
            account, "describe_internet_gateways", "InternetGateways", InternetGatewayIds=[id_]
        )
        if gateway is None:
            return None
        attachments = gateway.get("Attachments") or [{}]
        return {
            "arn": account.arn("ec2", f"internet-gateway/{id_}"),
            "ownerId": account.account_id,
            "vpcId": attachments[0].get("VpcId"),
            **live_tags(gateway),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("ec2")
        if news.get("vpcId") and news["vpcId"] != olds.get("vpcId"):
            if olds.get("vpcId"):
                client.detach_internet_gateway(InternetGatewayId=id_, VpcId=olds["vpcId"])
            client.attach_internet_gateway(InternetGatewayId=id_, VpcId=news["vpcId"])
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("ec2")
        live = self.read(account, id_, known) or {}
        if live.get("vpcId"):
            client.detach_internet_gateway(InternetGatewayId=id_, VpcId=live["vpcId"])
        client.delete_internet_gateway(InternetGatewayId=id_)


class VpcPeeringConnection(Handler):
    """A connection of two VPCs."""

    label = "EC2 VPC Peering Connection"
    computed = frozenset({"peerOwnerId", "peerRegion"})
    NAMES: ClassVar = {
        "vpcId": "VpcId",
        "peerVpcId": "PeerVpcId",
        "peerOwnerId": "PeerOwnerId",
        "peerRegion": "PeerRegion",
    }

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("ec2")
        made = client.create_vpc_peering_connection(
            **to_aws(inputs, self.NAMES), **tag_specifications("vpc-peering-connection", inputs)
        )["VpcPeeringConnection"]
        id_: str = made["VpcPeeringConnectionId"]
        if inputs.get("autoAccept"):
            client.accept_vpc_peering_connection(VpcPeeringConnectionId=id_)
        return id_

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        found: dict[str, Any] | None = find(
            account,
            "describe_vpc_peering_connections",
            "VpcPeeringConnections",
            VpcPeeringConnectionIds=[id_],
        )
        if found is None or found["Status"]["Code"] in ("deleted", "rejected", "failed"):
            return None
        requester, accepter = found["RequesterVpcInfo"], found["AccepterVpcInfo"]
        return {
            "acceptStatus": found["Status"]["Code"],
            "vpcId": requester["VpcId"],
            "peerVpcId": accepter["VpcId"],
            "peerOwnerId": accepter.get("OwnerId", account.account_id),
            "peerRegion": accepter.get("Region", account.region),
            **live_tags(found),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        if news.get("autoAccept") and olds.get("acceptStatus") == "pending-acceptance":
            account.client("ec2").accept_vpc_peering_connection(VpcPeeringConnectionId=id_)
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("ec2").delete_vpc_peering_connection(VpcPeeringConnectionId=id_)


HANDLERS: dict[str, Handler] = {
    "aws:ec2/vpc:Vpc": Vpc(),
    "aws:ec2/subnet:Subnet": Subnet(),
    "aws:ec2/internetGateway:InternetGateway": InternetGateway(),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": VpcPeeringConnection(),
}
