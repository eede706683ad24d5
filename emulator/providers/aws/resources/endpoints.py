# ruff: noqa: D102 - the methods are those of Handler, documented there
"""VPC endpoints."""

from __future__ import annotations

from typing import Any, ClassVar

from emulator.providers.aws.account import Account
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import from_aws, to_aws
from emulator.providers.aws.resources.ec2 import (
    delete_interfaces,
    find,
    live_tags,
    tag_specifications,
    update_tags,
)
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


class VpcEndpoint(Handler):
    """A private door to a service."""

    label = "EC2 VPC Endpoint"
    defaults: ClassVar = {"vpcEndpointType": "Gateway"}
    computed = frozenset(
        {"policy", "dnsOptions", "ipAddressType", "routeTableIds", "securityGroupIds", "subnetIds"}
        | {"subnetConfigurations", "serviceRegion", "privateDnsEnabled"}
    )
    NAMES: ClassVar = {
        "vpcId": "VpcId",
        "serviceName": "ServiceName",
        "vpcEndpointType": "VpcEndpointType",
        "policy": "PolicyDocument",
        "privateDnsEnabled": "PrivateDnsEnabled",
        "routeTableIds": "RouteTableIds",
        "subnetIds": "SubnetIds",
    }
    LISTS: ClassVar = {
        "routeTableIds": "RouteTableIds",
        "subnetIds": "SubnetIds",
        "securityGroupIds": "SecurityGroupIds",
    }

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        service = inputs.get("serviceName")
        foreign = (
            isinstance(service, str)
            and service.startswith("com.amazonaws.")
            and f".{region}." not in f"{service}."
            and not inputs.get("serviceRegion")
        )
        if foreign:
            reason = f'"{service}" is no service of {region}'
            return [failure("serviceName", reason)]
        return []

    def replaces(self, path: str, old: Any, new: Any, news: Properties) -> bool | None:
        """Private DNS changes in place for interfaces only.

        https://www.pulumi.com/registry/packages/aws/api-docs/ec2/vpcendpoint/ (privateDnsEnabled)
        """
        if path == "privateDnsEnabled":
            return bool(news.get("vpcEndpointType") != "Interface")
        return None

    def create(self, account: Account, inputs: Properties) -> str:
        endpoint = account.client("ec2").create_vpc_endpoint(
            **to_aws(self.defaults | inputs, self.NAMES | {"securityGroupIds": "SecurityGroupIds"}),
            **tag_specifications("vpc-endpoint", inputs),
        )["VpcEndpoint"]
        return str(endpoint["VpcEndpointId"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        endpoint = find(account, "describe_vpc_endpoints", "VpcEndpoints", VpcEndpointIds=[id_])
        if endpoint is None or endpoint.get("State") == "deleted":
            return None
        groups = endpoint.get("Groups") or []
        found = from_aws(endpoint, self.NAMES)
        prefix_lists = account.client("ec2").describe_managed_prefix_lists()["PrefixLists"]
        prefix_list: dict[str, Any] = next(
            (item for item in prefix_lists if item["PrefixListName"] == endpoint["ServiceName"]), {}
        )
        return found | {
            "arn": account.arn("ec2", f"vpc-endpoint/{id_}"),
            "cidrBlocks": [],
            "dnsEntries": [
                {"dnsName": entry.get("DnsName"), "hostedZoneId": entry.get("HostedZoneId")}
                for entry in endpoint.get("DnsEntries") or ()
            ],
            "networkInterfaceIds": endpoint.get("NetworkInterfaceIds") or [],
            "ownerId": account.account_id,
            "prefixListId": prefix_list.get("PrefixListId", ""),
            "requesterManaged": False,
            "securityGroupIds": [group["GroupId"] for group in groups],
            "state": endpoint.get("State", "available").lower(),
            **live_tags(endpoint),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        changes: dict[str, Any] = {}
        for name, parameter in self.LISTS.items():
            if name in news:
                old, new = set(olds.get(name) or ()), set(news[name])
                changes |= {f"Add{parameter}": sorted(new - old)} if new - old else {}
                changes |= {f"Remove{parameter}": sorted(old - new)} if old - new else {}
        if news.get("policy") and news["policy"] != olds.get("policy"):
            changes["PolicyDocument"] = news["policy"]
        if "privateDnsEnabled" in news:
            changes["PrivateDnsEnabled"] = news["privateDnsEnabled"]
        if changes:
            account.client("ec2").modify_vpc_endpoint(VpcEndpointId=id_, **changes)
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("ec2")
        endpoint = find(account, "describe_vpc_endpoints", "VpcEndpoints", VpcEndpointIds=[id_])
        client.delete_vpc_endpoints(VpcEndpointIds=[id_])
        # moto leaves them, and they would keep subnet and security group.
        delete_interfaces(account, (endpoint or {}).get("NetworkInterfaceIds") or [])


class VpcEndpointRouteTableAssociation(Handler):
    """A gateway endpoint in a route table."""

    label = "EC2 VPC Endpoint Route Table Association"

    def create(self, account: Account, inputs: Properties) -> str:
        endpoint, table = inputs["vpcEndpointId"], inputs["routeTableId"]
        account.client("ec2").modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[table])
        return f"a-{endpoint}{abs(hash_text(table)) % 10**10}"

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        if not known.get("vpcEndpointId"):  # an import: ENDPOINT/TABLE
            endpoint_id, _, table = id_.partition("/")
            known = {"vpcEndpointId": endpoint_id, "routeTableId": table}
        endpoint = find(
            account,
            "describe_vpc_endpoints",
            "VpcEndpoints",
            VpcEndpointIds=[known["vpcEndpointId"]],
        )
        if endpoint is None or known["routeTableId"] not in (endpoint.get("RouteTableIds") or ()):
            return None
        return {name: known[name] for name in ("vpcEndpointId", "routeTableId")}

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("ec2").modify_vpc_endpoint(
            VpcEndpointId=known["vpcEndpointId"], RemoveRouteTableIds=[known["routeTableId"]]
        )


def hash_text(text: str) -> int:
    """A number that is the same for the same text in every process."""
    return int.from_bytes(text.encode()[-8:], "big")


HANDLERS: dict[str, Handler] = {
    "aws:ec2/vpcEndpoint:VpcEndpoint": VpcEndpoint(),
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": (
        VpcEndpointRouteTableAssociation()
    ),
}
