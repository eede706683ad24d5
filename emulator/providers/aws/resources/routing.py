# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Route tables, routes, and what associates them."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import from_aws, to_aws, without_empty
from emulator.providers.aws.resources.ec2 import (
    find,
    live_tags,
    refuse_while_used,
    tag_specifications,
    update_tags,
)
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

TARGETS = {
    "gatewayId": "GatewayId",
    "natGatewayId": "NatGatewayId",
    "networkInterfaceId": "NetworkInterfaceId",
    "transitGatewayId": "TransitGatewayId",
    "vpcEndpointId": "VpcEndpointId",
    "vpcPeeringConnectionId": "VpcPeeringConnectionId",
    "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
    "localGatewayId": "LocalGatewayId",
    "carrierGatewayId": "CarrierGatewayId",
}
DESTINATIONS = {
    "destinationCidrBlock": "DestinationCidrBlock",
    "destinationIpv6CidrBlock": "DestinationIpv6CidrBlock",
    "destinationPrefixListId": "DestinationPrefixListId",
}
INLINE_DESTINATIONS = {
    "cidrBlock": "DestinationCidrBlock",
    "ipv6CidrBlock": "DestinationIpv6CidrBlock",
    "destinationPrefixListId": "DestinationPrefixListId",
}


def _described(account: Account, id_: str) -> dict[str, Any] | None:
    return find(account, "describe_route_tables", "RouteTables", RouteTableIds=[id_])


class RouteTable(Handler):
    """A route table, perhaps with routes of its own."""

    label = "EC2 Route Table"
    computed = frozenset({"routes", "propagatingVgws"})

    def create(self, account: Account, inputs: Properties) -> str:
        table = account.client("ec2").create_route_table(
            VpcId=inputs["vpcId"], **tag_specifications("route-table", inputs)
        )["RouteTable"]
        id_: str = table["RouteTableId"]
        self._set_routes(account, id_, [], inputs.get("routes") or [])
        return id_

    def _set_routes(
        self, account: Account, id_: str, olds: list[Properties], news: list[Properties]
    ) -> None:
        client = account.client("ec2")
        cleaned_olds, cleaned_news = map(without_empty, olds), [without_empty(new) for new in news]
        kept = []
        for old in cleaned_olds:
            if old in cleaned_news:
                kept.append(old)
            else:
                client.delete_route(RouteTableId=id_, **to_aws(old, INLINE_DESTINATIONS))
        for new in cleaned_news:
            if new not in kept:
                client.create_route(
                    RouteTableId=id_, **to_aws(new, INLINE_DESTINATIONS), **to_aws(new, TARGETS)
                )

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        table = _described(account, id_)
        if table is None:
            return None
        routes = [
            from_aws(route, INLINE_DESTINATIONS) | _target(route)
            for route in table["Routes"]
            if route.get("Origin") == "CreateRoute"
            and not str(route.get("GatewayId", "")).startswith("vpce-")
        ]
        return {
            "arn": account.arn("ec2", f"route-table/{id_}"),
            "ownerId": account.account_id,
            "vpcId": table["VpcId"],
            "routes": [without_empty(route) for route in routes],
            "propagatingVgws": [],
            **live_tags(table),
        }

    def same(self, path: str, old: Any, new: Any) -> bool:
        """Nested routes are compared without what is unset."""
        if path != "routes" or not isinstance(old, dict) or not isinstance(new, dict):
            return False
        return without_empty(old) == without_empty(new)

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        if "routes" in news:
            self._set_routes(account, id_, olds.get("routes") or [], news["routes"])
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        table = _described(account, id_)
        users = [
            association["RouteTableAssociationId"]
            for association in (table or {}).get("Associations", ())
            if not association.get("Main")
        ]
        refuse_while_used("DeleteRouteTable", f"The routeTable '{id_}'", users)
        account.client("ec2").delete_route_table(RouteTableId=id_)


def _target(route: dict[str, Any]) -> Properties:
    found = from_aws(route, TARGETS)
    gateway = str(found.get("gatewayId", ""))
    if gateway.startswith("nat-"):
        found["natGatewayId"] = found.pop("gatewayId")
    return found


class Route(Handler):
    """One route in a table."""

    label = "EC2 Route"
    computed = frozenset({"networkInterfaceId"})

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        found = []
        if not any(inputs.get(name) for name in TARGETS | {"coreNetworkArn": ""}):
            reason = f"one of {', '.join(sorted(TARGETS))} is needed"
            found.append(failure("gatewayId", reason))
        if sum(1 for name in DESTINATIONS if inputs.get(name)) != 1:
            reason = f"exactly one of {', '.join(sorted(DESTINATIONS))} is needed"
            found.append(failure("destinationCidrBlock", reason))
        return found

    def create(self, account: Account, inputs: Properties) -> str:
        table = inputs["routeTableId"]
        destination = self._destination(inputs)
        if self._find(account, table, destination) is not None:
            message = f"The route identified by {destination} already exists."
            raise RefusalError("EC2", "CreateRoute", "RouteAlreadyExists", message)
        account.client("ec2").create_route(
            RouteTableId=table, **to_aws(inputs, DESTINATIONS), **to_aws(inputs, TARGETS)
        )
        return f"r-{table}{uuid.uuid5(uuid.NAMESPACE_OID, destination).int % 10**10}"

    def _destination(self, properties: Properties) -> str:
        return next(str(properties[name]) for name in DESTINATIONS if properties.get(name))

    def _find(self, account: Account, table_id: str, destination: str) -> dict[str, Any] | None:
        table = _described(account, table_id)
        for route in (table or {}).get("Routes", ()):
            if destination in (route.get(aws_name) for aws_name in DESTINATIONS.values()):
                return dict(route)
        return None

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        if not known.get("routeTableId"):  # an import: TABLE_DESTINATION
            table, _, destination = id_.partition("_")
            if not destination:
                return None
            known = {"routeTableId": table, "destinationCidrBlock": destination}
        route = self._find(account, known["routeTableId"], self._destination(known))
        if route is None:
            return None
        return {
            "routeTableId": known["routeTableId"],
            **from_aws(route, DESTINATIONS),
            **_target(route),
            "origin": route.get("Origin", "CreateRoute"),
            "state": route.get("State", "active"),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        account.client("ec2").replace_route(
            RouteTableId=news["routeTableId"], **to_aws(news, DESTINATIONS), **to_aws(news, TARGETS)
        )

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("ec2").delete_route(
            RouteTableId=known["routeTableId"], **to_aws(known, DESTINATIONS)
        )


class RouteTableAssociation(Handler):
    """A route table for a subnet."""

    label = "EC2 Route Table Association"
    NAMES: ClassVar = {"subnetId": "SubnetId", "gatewayId": "GatewayId"}

    def create(self, account: Account, inputs: Properties) -> str:
        answer = account.client("ec2").associate_route_table(
            RouteTableId=inputs["routeTableId"], **to_aws(inputs, self.NAMES)
        )
        return str(answer["AssociationId"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        table = find(
            account,
            "describe_route_tables",
            "RouteTables",
            Filters=[
                {"Name": "association.route-table-association-id", "Values": [id_]},
            ],
        )
        for association in (table or {}).get("Associations", ()):
            if association["RouteTableAssociationId"] == id_:
                return from_aws(association, self.NAMES | {"routeTableId": "RouteTableId"})
        return None

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        account.client("ec2").replace_route_table_association(
            AssociationId=id_, RouteTableId=news["routeTableId"]
        )

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("ec2").disassociate_route_table(AssociationId=id_)


class MainRouteTableAssociation(Handler):
    """Another main route table for a VPC."""

    label = "EC2 Main Route Table Association"

    def _main(self, account: Account, vpc_id: str) -> dict[str, Any]:
        table = find(
            account,
            "describe_route_tables",
            "RouteTables",
            Filters=[
                {"Name": "vpc-id", "Values": [vpc_id]},
                {"Name": "association.main", "Values": ["true"]},
            ],
        )
        for association in (table or {}).get("Associations", ()):
            if association.get("Main"):
                return dict(association)
        message = f"no main route table in {vpc_id}"
        raise RefusalError("EC2", "DescribeRouteTables", "InvalidRouteTableID.NotFound", message)

    def create(self, account: Account, inputs: Properties) -> str:
        main = self._main(account, inputs["vpcId"])
        key = (account.account_id, account.region, "original main route table", inputs["vpcId"])
        account.kept.put(*key, {"id": main["RouteTableId"]})
        answer = account.client("ec2").replace_route_table_association(
            AssociationId=main["RouteTableAssociationId"], RouteTableId=inputs["routeTableId"]
        )
        return str(answer["NewAssociationId"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        vpc_id = known.get("vpcId")
        if not vpc_id:
            return None
        main = self._main(account, vpc_id)
        key = (account.account_id, account.region, "original main route table", vpc_id)
        original = (account.kept.get(*key) or {}).get("id")
        if main["RouteTableId"] == original:
            return None
        return {
            "vpcId": vpc_id,
            "routeTableId": main["RouteTableId"],
            "originalRouteTableId": original or known.get("originalRouteTableId"),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        main = self._main(account, olds["vpcId"])  # another VPC is not moved to, as in Terraform
        account.client("ec2").replace_route_table_association(
            AssociationId=main["RouteTableAssociationId"], RouteTableId=news["routeTableId"]
        )

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        main = self._main(account, known["vpcId"])
        account.client("ec2").replace_route_table_association(
            AssociationId=main["RouteTableAssociationId"],
            RouteTableId=known["originalRouteTableId"],
        )


HANDLERS: dict[str, Handler] = {
    "aws:ec2/routeTable:RouteTable": RouteTable(),
    "aws:ec2/route:Route": Route(),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": RouteTableAssociation(),
    "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation": MainRouteTableAssociation(),
}
