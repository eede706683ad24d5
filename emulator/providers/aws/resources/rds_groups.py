# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Subnet groups and parameter groups of database servers."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError, is_gone
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.tags import tag_changes, tag_list, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


def update_rds_tags(account: Account, arn: str, olds: Properties, news: Properties) -> None:
    """Bring an RDS resource's tags from the old ones to the new ones."""
    to_set, to_remove = tag_changes(olds, news)
    client = account.client("rds")
    if to_remove:
        client.remove_tags_from_resource(ResourceName=arn, TagKeys=to_remove)
    if to_set:
        client.add_tags_to_resource(ResourceName=arn, Tags=tag_list(to_set))


def rds_tags(account: Account, arn: str) -> dict[str, str]:
    """Tags of an RDS resource."""
    return tag_map(account.client("rds").list_tags_for_resource(ResourceName=arn)["TagList"])


def name_failures(inputs: Properties, what: str) -> list[CheckFailure]:
    """What is wrong with a group's name: lower case, digits, hyphens, at most 255 characters."""
    name = inputs.get("name")
    if isinstance(name, str) and not re.fullmatch(r"[a-z0-9][a-z0-9._ -]{0,254}", name):
        reason = f'"{name}" names no {what}: lower-case letters, digits, hyphens, dots, 255 at most'
        return [failure("name", reason)]
    return []


class SubnetGroup(Handler):
    """The subnets that a database server may live in."""

    label = "RDS DB Subnet Group"

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        return name_failures(inputs, "subnet group")

    def create(self, account: Account, inputs: Properties) -> str:
        name = str(inputs.get("name") or prefixed_name(inputs.get("namePrefix", "terraform-")))
        if self._described(account, name) is not None:
            message = f"The DB subnet group '{name}' already exists."
            raise RefusalError("RDS", "CreateDBSubnetGroup", "DBSubnetGroupAlreadyExists", message)
        self._refuse_one_zone(account, "CreateDBSubnetGroup", inputs["subnetIds"])
        account.client("rds").create_db_subnet_group(
            DBSubnetGroupName=name,
            DBSubnetGroupDescription=inputs.get("description") or "Managed by Pulumi",
            SubnetIds=inputs["subnetIds"],
            Tags=tag_list(wanted_tags(inputs)),
        )
        return name

    def _refuse_one_zone(self, account: Account, operation: str, subnet_ids: list[str]) -> None:
        subnets = account.client("ec2").describe_subnets(SubnetIds=subnet_ids)["Subnets"]
        if len({subnet["VpcId"] for subnet in subnets}) > 1:
            message = "The specified subnets are not all in one VPC"
            raise RefusalError("RDS", operation, "InvalidSubnet", message)
        if len({subnet["AvailabilityZone"] for subnet in subnets}) < 2:
            message = (
                "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. "
                "Current AZ coverage: "
                f"{', '.join(sorted({subnet['AvailabilityZone'] for subnet in subnets}))}. "
                "Add subnets to cover at least 2 AZs."
            )
            raise RefusalError("RDS", operation, "DBSubnetGroupDoesNotCoverEnoughAZs", message)

    def _described(self, account: Account, name: str) -> dict[str, Any] | None:
        try:
            answer = account.client("rds").describe_db_subnet_groups(DBSubnetGroupName=name)
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        return dict(answer["DBSubnetGroups"][0])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        group = self._described(account, id_)
        if group is None:
            return None
        arn = account.arn("rds", f"subgrp:{id_}")
        return {
            "arn": arn,
            "name": group["DBSubnetGroupName"],
            "namePrefix": known.get("namePrefix") or "",
            "description": group["DBSubnetGroupDescription"],
            "subnetIds": sorted(subnet["SubnetIdentifier"] for subnet in group["Subnets"]),
            "supportedNetworkTypes": group.get("SupportedNetworkTypes") or ["IPV4"],
            "vpcId": group["VpcId"],
            "tagsAll": rds_tags(account, arn),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        moved = set(olds.get("subnetIds") or ()) != set(news["subnetIds"])
        text = news.get("description") or "Managed by Pulumi"
        if moved or text != olds.get("description", text):
            self._refuse_one_zone(account, "ModifyDBSubnetGroup", news["subnetIds"])
            client = account.client("rds")
            client.modify_db_subnet_group(
                DBSubnetGroupName=id_,
                SubnetIds=news["subnetIds"],
                DBSubnetGroupDescription=text,
            )
            if self._described(account, id_) is None:  # moto 5.2 drops what it modifies
                client.create_db_subnet_group(
                    DBSubnetGroupName=id_,
                    SubnetIds=news["subnetIds"],
                    DBSubnetGroupDescription=text,
                    Tags=tag_list(wanted_tags(news)),
                )
        update_rds_tags(account, account.arn("rds", f"subgrp:{id_}"), olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("rds")
        users = [
            instance["DBInstanceIdentifier"]
            for instance in client.describe_db_instances()["DBInstances"]
            if (instance.get("DBSubnetGroup") or {}).get("DBSubnetGroupName") == id_
        ]
        if users:
            message = (
                f"Cannot delete the subnet group '{id_}' because at least one database instance: "
                f"{', '.join(users)} is still using it."
            )
            raise RefusalError(
                "RDS", "DeleteDBSubnetGroup", "InvalidDBSubnetGroupStateFault", message
            )
        client.delete_db_subnet_group(DBSubnetGroupName=id_)


class ParameterGroup(Handler):
    """Settings of database servers."""

    label = "RDS DB Parameter Group"

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        found = name_failures(inputs, "parameter group")
        family = inputs.get("family")
        if isinstance(family, str) and not re.fullmatch(r"postgres\d+", family):
            reason = f'the emulator has PostgreSQL only: got "{family}", want postgres<major>'
            found.append(failure("family", reason))
        return found

    def create(self, account: Account, inputs: Properties) -> str:
        name = str(inputs.get("name") or prefixed_name(inputs.get("namePrefix", "terraform-")))
        account.client("rds").create_db_parameter_group(
            DBParameterGroupName=name,
            DBParameterGroupFamily=inputs["family"],
            Description=inputs.get("description") or "Managed by Pulumi",
            Tags=tag_list(wanted_tags(inputs)),
        )
        self._set(account, name, [], inputs.get("parameters") or [])
        return name

    def _set(
        self, account: Account, name: str, olds: list[Properties], news: list[Properties]
    ) -> None:
        client = account.client("rds")
        new_names = {parameter["name"] for parameter in news}
        gone = [_parameter(old) for old in olds if old["name"] not in new_names]
        known = [_parameter(old) for old in olds]
        changed = [item for item in map(_parameter, news) if item not in known]
        for start in range(0, len(changed), 20):  # the API takes 20 at once
            client.modify_db_parameter_group(
                DBParameterGroupName=name, Parameters=changed[start : start + 20]
            )
        for start in range(0, len(gone), 20):
            client.reset_db_parameter_group(
                DBParameterGroupName=name,
                ResetAllParameters=False,
                Parameters=gone[start : start + 20],
            )

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        client = account.client("rds")
        try:
            groups = client.describe_db_parameter_groups(DBParameterGroupName=id_)
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        if not groups["DBParameterGroups"]:
            return None
        group = groups["DBParameterGroups"][0]
        parameters = client.describe_db_parameters(DBParameterGroupName=id_)["Parameters"]
        arn = account.arn("rds", f"pg:{id_}")
        return {
            "arn": arn,
            "name": group["DBParameterGroupName"],
            "namePrefix": known.get("namePrefix") or "",
            "family": group["DBParameterGroupFamily"],
            "description": group["Description"],
            "parameters": [
                {
                    "name": item["ParameterName"],
                    "value": str(item["ParameterValue"]),
                    "applyMethod": item.get("ApplyMethod", "immediate"),
                }
                for item in parameters
                if item.get("ParameterValue") is not None
            ],
            "tagsAll": rds_tags(account, arn),
        }

    def same(self, path: str, old: Any, new: Any) -> bool:
        """`immediate` is the default; a changed method alone changes nothing in AWS.

        https://github.com/pulumi/pulumi-aws/blob/master/provider/pkg/rds/parameter_group.go
        """
        return path.startswith("parameters") and path.endswith("applyMethod")

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        self._set(account, id_, olds.get("parameters") or [], news.get("parameters") or [])
        update_rds_tags(account, account.arn("rds", f"pg:{id_}"), olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("rds")
        users = [
            instance["DBInstanceIdentifier"]
            for instance in client.describe_db_instances()["DBInstances"]
            for group in instance.get("DBParameterGroups") or ()
            if group["DBParameterGroupName"] == id_
        ]
        if users:
            message = f"One or more database instances are still members of {id_}: {users[0]}"
            code = "InvalidDBParameterGroupState"
            raise RefusalError("RDS", "DeleteDBParameterGroup", code, message)
        if not known.get("skipDestroy"):
            client.delete_db_parameter_group(DBParameterGroupName=id_)


def _parameter(parameter: Properties) -> dict[str, str]:
    return {
        "ParameterName": parameter["name"].lower(),
        "ParameterValue": parameter["value"],
        "ApplyMethod": parameter.get("applyMethod") or "immediate",
    }


HANDLERS: dict[str, Handler] = {
    "aws:rds/subnetGroup:SubnetGroup": SubnetGroup(),
    "aws:rds/parameterGroup:ParameterGroup": ParameterGroup(),
}
