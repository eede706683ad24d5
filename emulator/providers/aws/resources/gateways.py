# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Elastic addresses, NAT gateways, VPC endpoints, flow logs."""

from __future__ import annotations

from typing import Any, ClassVar

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import from_aws, to_aws
from emulator.providers.aws.resources.ec2 import (
    find,
    live_tags,
    tag_specifications,
    update_tags,
)
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


class Eip(Handler):
    """A public address."""

    label = "EC2 EIP"
    computed = frozenset(
        {
            "domain",
            "instance",
            "networkInterface",
            "publicIpv4Pool",
            "networkBorderGroup",
            "address",
        }
    )

    def create(self, account: Account, inputs: Properties) -> str:
        answer = account.client("ec2").allocate_address(
            Domain="vpc", **tag_specifications("elastic-ip", inputs)
        )
        id_: str = answer["AllocationId"]
        self._associate(account, id_, inputs)
        return id_

    def _associate(self, account: Account, id_: str, inputs: Properties) -> None:
        names = {"instance": "InstanceId", "networkInterface": "NetworkInterfaceId"}
        target = to_aws(inputs, names)
        if target:
            account.client("ec2").associate_address(AllocationId=id_, **target)

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        address = find(account, "describe_addresses", "Addresses", AllocationIds=[id_])
        if address is None:
            return None
        public = address["PublicIp"]
        host = public.replace(".", "-")
        private = address.get("PrivateIpAddress") or ""
        return {
            "allocationId": id_,
            "arn": account.arn("ec2", f"elastic-ip/{id_}"),
            "associationId": address.get("AssociationId") or "",
            "carrierIp": "",
            "customerOwnedIp": "",
            "domain": address.get("Domain", "vpc"),
            "instance": address.get("InstanceId") or "",
            "networkBorderGroup": account.region,
            "networkInterface": address.get("NetworkInterfaceId") or "",
            "privateIp": private,
            "privateDns": f"ip-{private.replace('.', '-')}.ec2.internal" if private else "",
            "ptrRecord": "",
            "publicDns": f"ec2-{host}.{account.region}.compute.{account.dns_suffix}",
            "publicIp": public,
            "publicIpv4Pool": "amazon",
            **live_tags(address),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        wanted = [news.get("instance"), news.get("networkInterface")]
        if wanted != [olds.get("instance") or None, olds.get("networkInterface") or None]:
            if olds.get("associationId"):
                account.client("ec2").disassociate_address(AssociationId=olds["associationId"])
            self._associate(account, id_, news)
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        gateways = account.client("ec2").describe_nat_gateways()["NatGateways"]
        for gateway in gateways:
            addresses = gateway.get("NatGatewayAddresses") or [{}]
            if gateway["State"] != "deleted" and addresses[0].get("AllocationId") == id_:
                message = f"Address {id_} is in use by {gateway['NatGatewayId']}"
                raise RefusalError("EC2", "ReleaseAddress", "AuthFailure", message)
        live = self.read(account, id_, known) or {}
        if live.get("associationId"):
            account.client("ec2").disassociate_address(AssociationId=live["associationId"])
        account.client("ec2").release_address(AllocationId=id_)


class NatGateway(Handler):
    """Outbound translation for private subnets."""

    label = "EC2 NAT Gateway"
    defaults: ClassVar = {"connectivityType": "public"}
    computed = frozenset(
        {"privateIp", "secondaryPrivateIpAddressCount", "secondaryPrivateIpAddresses", "vpcId"}
        | {"availabilityMode"}
    )

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        if inputs.get("connectivityType", "public") == "public" and not inputs.get("allocationId"):
            reason = 'a NAT gateway of connectivity type "public" needs allocationId'
            return [failure("allocationId", reason)]
        return []

    def replaces(self, path: str, old: Any, new: Any, news: Properties) -> bool | None:
        """A regional gateway cannot begin or cease to choose its zones itself.

        https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/vpc_nat_gateway.go
        """
        return (not old or not new) if path == "availabilityZoneAddresses" else None

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("ec2")
        allocation = inputs.get("allocationId")
        if allocation:
            client.describe_addresses(AllocationIds=[allocation])  # must exist
        names = {
            "subnetId": "SubnetId",
            "allocationId": "AllocationId",
            "connectivityType": "ConnectivityType",
        }
        if find(account, "describe_subnets", "Subnets", SubnetIds=[inputs["subnetId"]]) is None:
            message = f"The subnet ID '{inputs['subnetId']}' does not exist"
            raise RefusalError("EC2", "CreateNatGateway", "InvalidSubnetID.NotFound", message)
        gateway = client.create_nat_gateway(
            **to_aws(inputs, names), **tag_specifications("natgateway", inputs)
        )["NatGateway"]
        return str(gateway["NatGatewayId"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        gateway = find(account, "describe_nat_gateways", "NatGateways", NatGatewayIds=[id_])
        if gateway is None or gateway["State"] in ("deleted", "deleting"):
            return None
        addresses = gateway.get("NatGatewayAddresses") or [{}]
        first: dict[str, Any] = addresses[0]
        return {
            "allocationId": first.get("AllocationId"),
            "associationId": first.get("AssociationId") or f"eipassoc-{id_[4:]}",
            "connectivityType": gateway.get("ConnectivityType", "public"),
            "networkInterfaceId": first.get("NetworkInterfaceId") or "",
            "privateIp": first.get("PrivateIp") or "",
            "publicIp": first.get("PublicIp") or "",
            "subnetId": gateway["SubnetId"],
            **live_tags(gateway),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        live = self.read(account, id_, known) or {}
        account.client("ec2").delete_nat_gateway(NatGatewayId=id_)
        if live.get("networkInterfaceId"):  # moto leaves it behind
            account.client("ec2").delete_network_interface(
                NetworkInterfaceId=live["networkInterfaceId"]
            )


class FlowLog(Handler):
    """A record of a network's connections."""

    label = "EC2 Flow Log"
    defaults: ClassVar = {
        "logDestinationType": "cloud-watch-logs",
        "maxAggregationInterval": 600,
        "trafficType": "ALL",
    }
    computed = frozenset({"logDestination", "logFormat"})
    NAMES: ClassVar = {
        "trafficType": "TrafficType",
        "logDestinationType": "LogDestinationType",
        "logDestination": "LogDestination",
        "logFormat": "LogFormat",
        "maxAggregationInterval": "MaxAggregationInterval",
        "iamRoleArn": "DeliverLogsPermissionArn",
    }
    SOURCES: ClassVar = {
        "vpcId": "VPC",
        "subnetId": "Subnet",
        "eniId": "NetworkInterface",
        "transitGatewayId": "TransitGateway",
    }

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        sources = [name for name in self.SOURCES if inputs.get(name)]
        if len(sources) != 1:
            return [failure("vpcId", f"exactly one of {', '.join(self.SOURCES)} is needed")]
        if inputs.get("maxAggregationInterval", 600) not in (60, 600):
            return [failure("maxAggregationInterval", "allowed: 60, 600 (seconds)")]
        return []

    def create(self, account: Account, inputs: Properties) -> str:
        source = next(name for name in self.SOURCES if inputs.get(name))
        destination = inputs.get("logDestination") or ""
        parameters = to_aws(self.defaults | inputs, self.NAMES)
        if inputs.get("logDestinationType", "cloud-watch-logs") == "cloud-watch-logs":
            parameters["LogGroupName"] = destination.partition(":log-group:")[2].rstrip(":*")
            del parameters["LogDestination"]
        answer = account.client("ec2").create_flow_logs(
            ResourceIds=[inputs[source]],
            ResourceType=self.SOURCES[source],
            **parameters,
            **tag_specifications("vpc-flow-log", inputs),
        )
        if answer.get("Unsuccessful"):
            error = answer["Unsuccessful"][0]["Error"]
            raise RefusalError("EC2", "CreateFlowLogs", error["Code"], error["Message"])
        return str(answer["FlowLogIds"][0])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        log = find(account, "describe_flow_logs", "FlowLogs", FlowLogIds=[id_])
        if log is None:
            return None
        found = from_aws(log, self.NAMES)
        if log.get("LogGroupName") and not log.get("LogDestination"):
            found["logDestination"] = account.arn("logs", f"log-group:{log['LogGroupName']}")
        prefixes = {"vpc-": "vpcId", "subnet-": "subnetId", "eni-": "eniId"}
        for prefix, name in prefixes.items():
            if log["ResourceId"].startswith(prefix):
                found[name] = log["ResourceId"]
        found["arn"] = account.arn("ec2", f"vpc-flow-log/{id_}")
        return found | live_tags(log)

    def same(self, path: str, old: Any, new: Any) -> bool:
        """A log group's ARN with and without `:*` names the same group."""
        return path == "logDestination" and str(old).rstrip(":*") == str(new).rstrip(":*")

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("ec2").delete_flow_logs(FlowLogIds=[id_])


HANDLERS: dict[str, Handler] = {
    "aws:ec2/eip:Eip": Eip(),
    "aws:ec2/natGateway:NatGateway": NatGateway(),
    "aws:ec2/flowLog:FlowLog": FlowLog(),
}
