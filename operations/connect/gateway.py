"""The gateway that carries a door's sessions."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from operations.connect.door import Door
from operations.connect.errors import ConnectError

LIVING = ("pending", "running", "stopping", "stopped")


def find_gateway(own: boto3.Session, door: Door) -> str:
    """Number of the running instance. Raises ConnectError."""
    host = door.stage.host.stage
    try:
        pages = own.client("ec2").get_paginator("describe_instances")
        found: list[Any] = [
            instance
            for page in pages.paginate(
                Filters=[
                    {"Name": "tag:Name", "Values": [door.gateway]},
                    {"Name": "instance-state-name", "Values": list(LIVING)},
                ]
            )
            for reservation in page["Reservations"]
            for instance in reservation["Instances"]
        ]
    except (ClientError, BotoCoreError) as error:
        raise ConnectError(
            f"The gateway {door.gateway} cannot be looked for: {error}",
            "your own role or user needs ec2:DescribeInstances.",
        ) from None
    running = [each["InstanceId"] for each in found if each["State"]["Name"] == "running"]
    if running:
        return str(running[0])
    if not found:
        raise ConnectError(
            f"There is no gateway {door.gateway} in {door.region}.",
            f"bring stage {host} up (make up STACK={host} on the emulator).",
        )
    id_, state = found[0]["InstanceId"], found[0]["State"]["Name"]
    raise ConnectError(
        f"The gateway {door.gateway} ({id_}) is {state}: it stops when nobody uses it.",
        f"start it, wait a minute, and run this again: "
        f"aws ec2 start-instances --region {door.region} --instance-ids {id_}",
    )
