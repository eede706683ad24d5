"""How an EC2 instance is set up: its metadata service, its root disk, its profile."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.handler import failure, known_object
from emulator.providers.aws.mapping import changed_names, from_aws, to_aws
from emulator.providers.aws.resources.ec2 import find
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

METADATA = {
    "httpEndpoint": "HttpEndpoint",
    "httpProtocolIpv6": "HttpProtocolIpv6",
    "httpPutResponseHopLimit": "HttpPutResponseHopLimit",
    "httpTokens": "HttpTokens",
    "instanceMetadataTags": "InstanceMetadataTags",
}
SWITCH = ("disabled", "enabled")
METADATA_VALUES = {
    "httpEndpoint": SWITCH,
    "httpProtocolIpv6": SWITCH,
    "httpTokens": ("optional", "required"),
    "instanceMetadataTags": SWITCH,
}
"""https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
API_InstanceMetadataOptionsRequest.html"""
HOPS_MAX = 64

DISK = {
    "deleteOnTermination": "DeleteOnTermination",
    "encrypted": "Encrypted",
    "iops": "Iops",
    "kmsKeyId": "KmsKeyId",
    "throughput": "Throughput",
    "volumeSize": "VolumeSize",
    "volumeType": "VolumeType",
}
VOLUME_TYPES = ("gp2", "gp3", "io1", "io2", "sc1", "st1", "standard")
ROOT_DEVICE = "/dev/xvda"
DISK_GIB = 8
"""Of Amazon Linux; an image that moto does not know gets the same."""


def option_failures(inputs: Properties) -> list[CheckFailure]:
    """What is wrong with these options as far as they are known."""
    options = known_object(inputs.get("metadataOptions"))
    failures = [
        failure(f"metadataOptions.{name}", f'"{options[name]}"; allowed: {", ".join(allowed)}')
        for name, allowed in METADATA_VALUES.items()
        if isinstance(options.get(name), str) and options[name] not in allowed
    ]
    hops = options.get("httpPutResponseHopLimit")
    if isinstance(hops, int | float) and not 1 <= hops <= HOPS_MAX:
        reason = f"{hops:g} is not in the range 1 to {HOPS_MAX}"
        failures.append(failure("metadataOptions.httpPutResponseHopLimit", reason))
    kind = known_object(inputs.get("rootBlockDevice")).get("volumeType")
    if isinstance(kind, str) and kind not in VOLUME_TYPES:
        reason = f'"{kind}"; allowed: {", ".join(VOLUME_TYPES)}'
        failures.append(failure("rootBlockDevice.volumeType", reason))
    return failures


def given_options(account: Account, inputs: Properties) -> dict[str, Any]:
    """Parameters of RunInstances for what the inputs say."""
    given: dict[str, Any] = {}
    if inputs.get("metadataOptions"):
        given["MetadataOptions"] = _whole(to_aws(inputs["metadataOptions"], METADATA))
    if inputs.get("rootBlockDevice"):
        disk = {"VolumeSize": DISK_GIB} | _whole(to_aws(inputs["rootBlockDevice"], DISK))
        device = _root_device(account, str(inputs.get("ami", "")))
        given["BlockDeviceMappings"] = [{"DeviceName": device, "Ebs": disk}]
    if inputs.get("ebsOptimized") is not None:
        given["EbsOptimized"] = inputs["ebsOptimized"]
    if inputs.get("monitoring") is not None:
        given["Monitoring"] = {"Enabled": inputs["monitoring"]}
    return given


def found_options(account: Account, item: dict[str, Any]) -> Properties:
    """The same as properties, of a described instance."""
    found: Properties = {
        "ebsOptimized": bool(item.get("EbsOptimized")),
        "iamInstanceProfile": (
            item.get("IamInstanceProfile", {}).get("Arn", "").rpartition("/")[2]
        ),
        "metadataOptions": from_aws(item.get("MetadataOptions") or {}, METADATA),
        "monitoring": item.get("Monitoring", {}).get("State") == "enabled",
    }
    disk = _root_disk(account, item)
    if disk:
        found["rootBlockDevice"] = disk
    return found


def update_options(account: Account, id_: str, olds: Properties, news: Properties) -> None:
    """Change in place what of it can be."""
    client = account.client("ec2")
    options = known_object(news.get("metadataOptions"))
    changed = changed_names(known_object(olds.get("metadataOptions")), options, METADATA)
    if changed:
        client.modify_instance_metadata_options(InstanceId=id_, **_whole(changed))
    before, after = olds.get("iamInstanceProfile") or "", news.get("iamInstanceProfile") or ""
    if before == after:
        return
    found = client.describe_iam_instance_profile_associations(
        Filters=[{"Name": "instance-id", "Values": [id_]}]
    )["IamInstanceProfileAssociations"]
    for association in found:
        client.disassociate_iam_instance_profile(AssociationId=association["AssociationId"])
    if after:
        client.associate_iam_instance_profile(InstanceId=id_, IamInstanceProfile={"Name": after})


def _whole(parameters: dict[str, Any]) -> dict[str, Any]:
    """Numbers come as floats; boto3 wants integers."""
    return {
        name: int(value) if isinstance(value, float) else value
        for name, value in parameters.items()
    }


def _root_device(account: Account, image_id: str) -> str:
    try:
        image = find(account, "describe_images", "Images", ImageIds=[image_id])
    except ClientError:
        return ROOT_DEVICE
    return str((image or {}).get("RootDeviceName") or ROOT_DEVICE)


def _root_disk(account: Account, item: dict[str, Any]) -> Properties:
    for mapping in item.get("BlockDeviceMappings") or ():
        if mapping["DeviceName"] == item.get("RootDeviceName", ROOT_DEVICE):
            disk = mapping["Ebs"]
            answer = account.client("ec2").describe_volumes(VolumeIds=[disk["VolumeId"]])
            volume = answer["Volumes"][0]
            described = volume | {"VolumeSize": volume["Size"]} | disk
            return from_aws(described, DISK) | {
                "deviceName": mapping["DeviceName"],
                "volumeId": disk["VolumeId"],
            }
    return {}
