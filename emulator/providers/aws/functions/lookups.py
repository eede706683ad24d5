"""Functions that look a resource up; most answer with what the resource type's handler reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler
from emulator.values import Properties

Function = Callable[[Account, Properties], Properties]


def _read(account: Account, type_: str, id_: str, arguments: Properties) -> Properties:
    """A resource as its handler reads it, with `tags` as functions call all of them."""
    from emulator.providers.aws.registry import handler_of  # the registry loads this module

    handler: Handler = handler_of(type_)
    live = handler.read(account, id_, {})
    if live is None:
        raise RefusalError(
            "AWS", "Describe", "NotFound", f"reading {handler.label} ({id_}): couldn't find it"
        )
    tags = {"tags": live.pop("tagsAll")} if "tagsAll" in live else {}
    return arguments | live | tags | {"id": id_, "region": account.region}


def by_argument(type_: str, argument: str) -> Function:
    """Function that looks a resource up by the argument that is its id."""

    def look_up(account: Account, arguments: Properties) -> Properties:
        return _read(account, type_, str(arguments[argument]), arguments)

    return look_up


def _filters(arguments: Properties, names: dict[str, str]) -> list[dict[str, Any]]:
    wanted = [
        {"Name": item["name"], "Values": item["values"]} for item in arguments.get("filters") or ()
    ]
    wanted += [
        {"Name": f"tag:{key}", "Values": [value]}
        for key, value in (arguments.get("tags") or {}).items()
    ]
    wanted += [
        {"Name": aws_name, "Values": [str(arguments[name])]}
        for name, aws_name in names.items()
        if arguments.get(name) is not None
    ]
    return wanted


def by_filters(type_: str, call: str, member: str, key: str, names: dict[str, str]) -> Function:
    """Function that must find exactly one resource of EC2."""

    def look_up(account: Account, arguments: Properties) -> Properties:
        wanted = _filters(arguments, names)
        if arguments.get("default") is True and call == "describe_vpcs":
            wanted.append({"Name": "is-default", "Values": ["true"]})
        ids = {f"{key}s": [arguments["id"]]} if arguments.get("id") else {}
        found = getattr(account.client("ec2"), call)(Filters=wanted, **ids)[member]
        if len(found) != 1:
            message = f"{len(found)} match; use more specific search criteria"
            raise RefusalError("EC2", call, "NoSingleMatch", message)
        return _read(account, type_, found[0][key], arguments)

    return look_up


def subnets(account: Account, arguments: Properties) -> Properties:
    """`getSubnets`: ids of those that match."""
    found = account.client("ec2").describe_subnets(Filters=_filters(arguments, {}))["Subnets"]
    ids = sorted(subnet["SubnetId"] for subnet in found)
    return arguments | {"ids": ids, "id": account.region, "region": account.region}


def secret_version(account: Account, arguments: Properties) -> Properties:
    """`getSecretVersion`: a secret's value."""
    given = {"SecretId": arguments["secretId"]}
    if arguments.get("versionId"):
        given["VersionId"] = arguments["versionId"]
    elif arguments.get("versionStage"):
        given["VersionStage"] = arguments["versionStage"]
    answer = account.client("secretsmanager").get_secret_value(**given)
    return arguments | {
        "arn": answer["ARN"],
        "createdDate": f"{answer['CreatedDate']:%Y-%m-%dT%H:%M:%SZ}",
        "id": f"{arguments['secretId']}|{answer['VersionId']}",
        "region": account.region,
        "secretBinary": "",
        "secretString": answer.get("SecretString", ""),
        "versionId": answer["VersionId"],
        "versionStages": answer.get("VersionStages") or [],
    }


def parameter(account: Account, arguments: Properties) -> Properties:
    """`getParameter`: a parameter of Systems Manager."""
    found = _read(account, "aws:ssm/parameter:Parameter", arguments["name"], arguments)
    return found | {"insecureValue": found["value"] if found["type"] != "SecureString" else ""}


def kms_key(account: Account, arguments: Properties) -> Properties:
    """`getKey`: metadata of a key, by id, ARN or alias."""
    key = account.client("kms").describe_key(KeyId=arguments["keyId"])["KeyMetadata"]
    return arguments | {
        "arn": key["Arn"],
        "awsAccountId": key["AWSAccountId"],
        "creationDate": f"{key['CreationDate']:%Y-%m-%dT%H:%M:%SZ}",
        "description": key.get("Description") or "",
        "enabled": key["Enabled"],
        "id": key["KeyId"],
        "keyState": key["KeyState"],
        "keyUsage": key.get("KeyUsage", "ENCRYPT_DECRYPT"),
        "multiRegion": key.get("MultiRegion", False),
        "origin": key.get("Origin", "AWS_KMS"),
        "region": account.region,
    }


def ami(account: Account, arguments: Properties) -> Properties:
    """`getAmi`: an image among those that moto has."""
    given: dict[str, Any] = {"Filters": _filters(arguments, {})}
    if arguments.get("owners"):
        given["Owners"] = arguments["owners"]
    images = account.client("ec2").describe_images(**given)["Images"]
    if not images or (len(images) > 1 and not arguments.get("mostRecent")):
        message = f"{len(images)} images match; set mostRecent or use more specific filters"
        raise RefusalError("EC2", "DescribeImages", "NoSingleMatch", message)
    image = max(images, key=lambda item: item.get("CreationDate", ""))
    return arguments | {
        "architecture": image.get("Architecture"),
        "arn": f"arn:{account.partition}:ec2:{account.region}::image/{image['ImageId']}",
        "creationDate": image.get("CreationDate"),
        "id": image["ImageId"],
        "imageId": image["ImageId"],
        "name": image.get("Name"),
        "ownerId": image.get("OwnerId"),
        "region": account.region,
        "state": image.get("State"),
    }


FUNCTIONS: dict[str, Function] = {
    "aws:ec2/getAmi:getAmi": ami,
    "aws:ec2/getSecurityGroup:getSecurityGroup": by_filters(
        "aws:ec2/securityGroup:SecurityGroup",
        "describe_security_groups",
        "SecurityGroups",
        "GroupId",
        {"name": "group-name", "vpcId": "vpc-id"},
    ),
    "aws:ec2/getSubnet:getSubnet": by_filters(
        "aws:ec2/subnet:Subnet",
        "describe_subnets",
        "Subnets",
        "SubnetId",
        {"cidrBlock": "cidr-block", "vpcId": "vpc-id", "availabilityZone": "availability-zone"},
    ),
    "aws:ec2/getSubnets:getSubnets": subnets,
    "aws:ec2/getVpc:getVpc": by_filters(
        "aws:ec2/vpc:Vpc", "describe_vpcs", "Vpcs", "VpcId", {"cidrBlock": "cidr-block"}
    ),
    "aws:iam/getRole:getRole": by_argument("aws:iam/role:Role", "name"),
    "aws:kms/getAlias:getAlias": by_argument("aws:kms/alias:Alias", "name"),
    "aws:kms/getKey:getKey": kms_key,
    "aws:rds/getInstance:getInstance": by_argument(
        "aws:rds/instance:Instance", "dbInstanceIdentifier"
    ),
    "aws:s3/getBucket:getBucket": by_argument("aws:s3/bucket:Bucket", "bucket"),
    "aws:secretsmanager/getSecretVersion:getSecretVersion": secret_version,
    "aws:ssm/getParameter:getParameter": parameter,
}
