# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Buckets themselves."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError, error_code, is_gone
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.tags import tag_list, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

HOSTED_ZONES = {
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-2": "Z3BJ6K6RIION7M",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-central-1": "Z21DNDUVLTQW6Q",
}
"""https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints"""
MOVED = {
    "accelerationStatus": "BucketAccelerateConfiguration",
    "acl": "BucketAcl",
    "corsRules": "BucketCorsConfiguration",
    "grants": "BucketAcl",
    "lifecycleRules": "BucketLifecycleConfiguration",
    "logging": "BucketLogging",
    "objectLockConfiguration": "BucketObjectLockConfiguration",
    "policy": "BucketPolicy",
    "replicationConfiguration": "BucketReplicationConfig",
    "requestPayer": "BucketRequestPaymentConfiguration",
    "serverSideEncryptionConfiguration": "BucketServerSideEncryptionConfiguration",
    "versioning": "BucketVersioning",
    "website": "BucketWebsiteConfiguration",
}
"""Deprecated properties of a bucket, and the resource types that replaced them."""


def bucket_name_failures(name: Any, property_: str) -> list[CheckFailure]:
    """What is wrong with a bucket's name.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    if not isinstance(name, str):
        return []
    wrong = (
        not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name)
        or ".." in name
        or re.fullmatch(r"\d+\.\d+\.\d+\.\d+", name)
        or name.startswith(("xn--", "sthree-", "amzn-s3-demo-"))
        or name.endswith(("-s3alias", "--ol-s3", ".mrap", "--x-s3"))
    )
    if not wrong:
        return []
    reason = (
        f'"{name}" is no bucket name: 3 to 63 lower-case letters, digits, hyphens and dots, a '
        "letter or digit at both ends, no reserved prefix or suffix"
    )
    return [failure(property_, reason)]


class Bucket(Handler):
    """A bucket. What it may also carry inline is refused: it has resource types of its own."""

    label = "S3 Bucket"
    computed = frozenset(MOVED) | {"bucketNamespace", "objectLockEnabled"}

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        found = bucket_name_failures(inputs.get("bucket"), "bucket")
        found += [
            failure(name, f"deprecated, and not run by the emulator; use aws.s3.{better}")
            for name, better in MOVED.items()
            if inputs.get(name)
        ]
        return found

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("s3")
        name = str(inputs.get("bucket") or prefixed_name(inputs.get("bucketPrefix", "terraform-")))
        try:
            client.head_bucket(Bucket=name)
        except ClientError as error:
            if error_code(error) not in ("404", "NoSuchBucket"):
                raise _taken(name, "BucketAlreadyExists") from None
        else:
            raise _taken(name, "BucketAlreadyOwnedByYou")
        parameters: dict[str, Any] = {}
        if account.region != "us-east-1":
            parameters["CreateBucketConfiguration"] = {"LocationConstraint": account.region}
        if inputs.get("objectLockEnabled"):
            parameters["ObjectLockEnabledForBucket"] = True
        client.create_bucket(Bucket=name, **parameters)
        # what a new bucket has since April 2023; moto still makes the old kind
        client.put_public_access_block(
            Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(PUBLIC_ACCESS, True)
        )
        _set_tags(client, name, wanted_tags(inputs))
        return name

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        client = account.client("s3")
        try:
            client.head_bucket(Bucket=id_)
            region = client.get_bucket_location(Bucket=id_)["LocationConstraint"] or "us-east-1"
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        try:
            tags = tag_map(client.get_bucket_tagging(Bucket=id_)["TagSet"])
        except ClientError as error:
            if error_code(error) != "NoSuchTagSet":
                raise
            tags = {}
        return {
            "arn": f"arn:{account.partition}:s3:::{id_}",
            "bucket": id_,
            "bucketPrefix": known.get("bucketPrefix") or "",
            "bucketDomainName": f"{id_}.s3.{account.dns_suffix}",
            "bucketRegion": region,
            "bucketRegionalDomainName": f"{id_}.s3.{region}.{account.dns_suffix}",
            "forceDestroy": known.get("forceDestroy", False),
            "hostedZoneId": HOSTED_ZONES.get(region, "Z0000000000000"),
            "objectLockEnabled": known.get("objectLockEnabled", False),
            "tagsAll": tags,
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        if wanted_tags(olds) != wanted_tags(news):
            _set_tags(account.client("s3"), id_, wanted_tags(news))

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("s3")
        versions = _versions(client, id_)
        if versions and not known.get("forceDestroy"):
            message = (
                f"The bucket you tried to delete is not empty ({len(versions)} objects and "
                "versions). You must delete all versions in the bucket, or set forceDestroy."
            )
            raise RefusalError("S3", "DeleteBucket", "BucketNotEmpty", message)
        for start in range(0, len(versions), 1000):
            batch = versions[start : start + 1000]
            client.delete_objects(Bucket=id_, Delete={"Objects": batch, "Quiet": True})
        client.delete_bucket(Bucket=id_)


PUBLIC_ACCESS: dict[str, str] = {
    "BlockPublicAcls": "blockPublicAcls",
    "BlockPublicPolicy": "blockPublicPolicy",
    "IgnorePublicAcls": "ignorePublicAcls",
    "RestrictPublicBuckets": "restrictPublicBuckets",
}


def _taken(name: str, code: str) -> RefusalError:
    return RefusalError("S3", "CreateBucket", code, f"the bucket name {name} is taken")


def _set_tags(client: Any, name: str, tags: dict[str, str]) -> None:
    if tags:
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_list(tags)})
    else:
        client.delete_bucket_tagging(Bucket=name)


def _versions(client: Any, name: str) -> list[dict[str, str]]:
    pages = client.get_paginator("list_object_versions").paginate(Bucket=name)
    return [
        {"Key": item["Key"], "VersionId": item["VersionId"]}
        for page in pages
        for member in ("Versions", "DeleteMarkers")
        for item in page.get(member) or ()
    ]


class BucketV2(Bucket):
    """The former name of the same type."""

    label: ClassVar[str] = "S3 Bucket"


HANDLERS: dict[str, Handler] = {
    "aws:s3/bucket:Bucket": Bucket(),
    "aws:s3/bucketV2:BucketV2": BucketV2(),
}
