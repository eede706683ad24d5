# ruff: noqa: D102 - the methods are those of Handler, documented there
"""VPCs, subnets, internet gateways, peering connections."""

from __future__ import annotations

from typing import Any, ClassVar

from emulator.providers.aws.account import Account
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import to_aws
from emulator.providers.aws.resources.ec2 import (
    cidr_failures,
    filters,
    find,
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

    def replaces(self, path: str, old: Any, new: Any, news: Properties) -> bool | None:
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
        tables = client.describe_route_tables(
            Filters=[
                {"Name": "vpc-id", "Values": [id_]},
                {"Name": "association.main", "Values": ["true"]},
            ]
        )["RouteTables"]
        found |= self._given_by_aws(account, id_, known)
        found["mainRouteTableId"] = tables[0]["RouteTableId"] if tables else None
        found["defaultRouteTableId"] = known.get("defaultRouteTableId", found["mainRouteTableId"])
        return found

    def _given_by_aws(self, account: Account, id_: str, known: Properties) -> Properties:
        """What a VPC comes with and keeps for life: looked up once."""
        names = ("defaultSecurityGroupId", "defaultNetworkAclId")
        if all(known.get(name) for name in names):
            return {name: known[name] for name in names}
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
        return {
            "defaultSecurityGroupId": group["GroupId"] if group else None,
            "defaultNetworkAclId": acl["NetworkAclId"] if acl else None,
        }

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
    "aws:ec2/internetGateway:InternetGateway": InternetGateway(),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": VpcPeeringConnection(),
}
