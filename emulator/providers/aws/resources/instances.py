# ruff: noqa: D102 - the methods are those of Handler, documented there
"""EC2 instances and EBS volumes."""

from __future__ import annotations

from typing import Any, ClassVar

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import from_aws, to_aws
from emulator.providers.aws.resources.ec2 import (
    delete_interfaces,
    find,
    live_tags,
    tag_specifications,
    update_tags,
)
from emulator.providers.aws.resources.instance_options import (
    found_options,
    given_options,
    option_failures,
    update_options,
)
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

BLOCKS = ("metadataOptions.", "rootBlockDevice.")


class Instance(Handler):
    """A virtual machine that runs nothing."""

    label = "EC2 Instance"
    defaults: ClassVar = {"sourceDestCheck": True}
    computed = frozenset(
        {"associatePublicIpAddress", "availabilityZone", "privateIp", "securityGroups", "subnetId"}
        | {"vpcSecurityGroupIds", "rootBlockDevice", "metadataOptions", "tenancy", "keyName"}
        | {"instanceInitiatedShutdownBehavior", "monitoring", "ebsOptimized", "userDataBase64"}
    )
    NAMES: ClassVar = {
        "ami": "ImageId",
        "instanceType": "InstanceType",
        "keyName": "KeyName",
        "subnetId": "SubnetId",
        "privateIp": "PrivateIpAddress",
    }

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        failures = option_failures(inputs)
        if inputs.get("launchTemplate"):
            return failures
        return failures + [
            failure(name, "needed where launchTemplate is not given")
            for name in ("ami", "instanceType")
            if not inputs.get(name)
        ]

    def same(self, path: str, old: Any, new: Any) -> bool:
        """AWS fills in what a block does not say."""
        return path.startswith(BLOCKS) and (old is None or new is None)

    def replaces(self, path: str, old: Any, new: Any, news: Properties) -> bool | None:
        """New user data makes another instance only where the program says so.

        https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/ec2_instance.go
        """
        if path in ("userData", "userDataBase64"):
            return bool(news.get("userDataReplaceOnChange"))
        return None

    def create(self, account: Account, inputs: Properties) -> str:
        given = to_aws(inputs, self.NAMES)
        if inputs.get("vpcSecurityGroupIds"):
            given["SecurityGroupIds"] = inputs["vpcSecurityGroupIds"]
        if inputs.get("iamInstanceProfile"):
            given["IamInstanceProfile"] = {"Name": inputs["iamInstanceProfile"]}
        if inputs.get("userData"):
            given["UserData"] = inputs["userData"]
        if inputs.get("disableApiTermination"):
            given["DisableApiTermination"] = True
        answer = account.client("ec2").run_instances(
            MinCount=1,
            MaxCount=1,
            **given,
            **given_options(account, inputs),
            **tag_specifications("instance", inputs),
        )
        return str(answer["Instances"][0]["InstanceId"])

    def _described(self, account: Account, id_: str) -> dict[str, Any] | None:
        found = find(account, "describe_instances", "Reservations", InstanceIds=[id_])
        return dict(found["Instances"][0]) if found else None

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        item = self._described(account, id_)
        if item is None or item["State"]["Name"] in ("terminated", "shutting-down"):
            return None
        answer = account.client("ec2").describe_instance_attribute(
            InstanceId=id_, Attribute="disableApiTermination"
        )
        groups = item.get("SecurityGroups") or []
        return from_aws(item, self.NAMES) | {
            "arn": account.arn("ec2", f"instance/{id_}"),
            "availabilityZone": item["Placement"]["AvailabilityZone"],
            "disableApiTermination": answer["DisableApiTermination"]["Value"],
            "instanceState": item["State"]["Name"],
            "primaryNetworkInterfaceId": next(
                (card["NetworkInterfaceId"] for card in item.get("NetworkInterfaces") or ()), ""
            ),
            "privateDns": item.get("PrivateDnsName") or "",
            "publicDns": item.get("PublicDnsName") or "",
            "publicIp": item.get("PublicIpAddress") or "",
            "vpcSecurityGroupIds": [group["GroupId"] for group in groups],
            **found_options(account, item),
            **live_tags(item),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("ec2")
        if news.get("instanceType") != olds.get("instanceType"):
            client.stop_instances(InstanceIds=[id_])
            client.modify_instance_attribute(
                InstanceId=id_, InstanceType={"Value": news["instanceType"]}
            )
            client.start_instances(InstanceIds=[id_])
        protected = bool(news.get("disableApiTermination"))
        if protected != bool(olds.get("disableApiTermination")):
            client.modify_instance_attribute(
                InstanceId=id_, DisableApiTermination={"Value": protected}
            )
        groups = news.get("vpcSecurityGroupIds")
        if groups and set(groups) != set(olds.get("vpcSecurityGroupIds") or ()):
            client.modify_instance_attribute(InstanceId=id_, Groups=groups)
        update_options(account, id_, olds, news)
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("ec2")
        answer = client.describe_instance_attribute(
            InstanceId=id_, Attribute="disableApiTermination"
        )
        if answer["DisableApiTermination"]["Value"]:
            message = (
                f"The instance '{id_}' may not be terminated. Modify its 'disableApiTermination' "
                "instance attribute and try again."
            )
            raise RefusalError("EC2", "TerminateInstances", "OperationNotPermitted", message)
        item = self._described(account, id_) or {}
        cards = [card["NetworkInterfaceId"] for card in item.get("NetworkInterfaces") or ()]
        client.terminate_instances(InstanceIds=[id_])
        # Those that came with it go with it; moto leaves them.
        delete_interfaces(account, cards)


class Volume(Handler):
    """A disk."""

    label = "EBS Volume"
    computed = frozenset({"encrypted", "iops", "kmsKeyId", "size", "snapshotId", "throughput"})
    defaults: ClassVar = {"type": "gp2"}
    NAMES: ClassVar = {
        "availabilityZone": "AvailabilityZone",
        "encrypted": "Encrypted",
        "iops": "Iops",
        "kmsKeyId": "KmsKeyId",
        "size": "Size",
        "snapshotId": "SnapshotId",
        "throughput": "Throughput",
        "type": "VolumeType",
    }

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        if not (inputs.get("size") or inputs.get("snapshotId")):
            return [failure("size", "one of size and snapshotId is needed")]
        return []

    def create(self, account: Account, inputs: Properties) -> str:
        answer = account.client("ec2").create_volume(
            **to_aws(inputs, self.NAMES), **tag_specifications("volume", inputs)
        )
        return str(answer["VolumeId"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        item = find(account, "describe_volumes", "Volumes", VolumeIds=[id_])
        if item is None:
            return None
        return from_aws(item, self.NAMES) | {
            "arn": account.arn("ec2", f"volume/{id_}"),
            "createTime": f"{item['CreateTime']:%Y-%m-%dT%H:%M:%SZ}",
            **live_tags(item),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        names = {"size": "Size", "type": "VolumeType", "iops": "Iops", "throughput": "Throughput"}
        if news.get("size") and news["size"] < olds.get("size", 0):
            message = "New size cannot be smaller than existing size"
            raise RefusalError("EC2", "ModifyVolume", "InvalidParameterValue", message)
        changed = {name for name in names if news.get(name) and news[name] != olds.get(name)}
        if changed:
            account.client("ec2").modify_volume(
                VolumeId=id_, **to_aws({name: news[name] for name in changed}, names)
            )
        update_tags(account, id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("ec2").delete_volume(VolumeId=id_)


HANDLERS: dict[str, Handler] = {
    "aws:ec2/instance:Instance": Instance(),
    "aws:ebs/volume:Volume": Volume(),
}
