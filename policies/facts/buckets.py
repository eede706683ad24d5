"""Buckets and what is configured apart from them, under the names of each version of the SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.facts.reading import block, blocks
from policies.facts.values import is_true
from policies.subjects import Resource, is_unknown, known

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
ENCRYPTIONS = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
VERSIONINGS = (
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketVersioningV2:BucketVersioningV2",
)
LIFECYCLES = (
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
)
ACLS = ("aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2")
WEBSITES = (
    "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration",
    "aws:s3/bucketWebsiteConfigurationV2:BucketWebsiteConfigurationV2",
)
OBJECTS = (
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:s3/objectCopy:ObjectCopy",
)
PUBLIC_ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ACCOUNT_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
ACCESS_POINT = "aws:s3/accessPoint:AccessPoint"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"

KMS = ("aws:kms", "aws:kms:dsse")
"""Algorithms that take a key of ours."""

BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def encryption_defaults(props: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Any]]:
    """Each rule of an encryption, of a resource apart or inline, with what it applies.

    Raises UnknownValueError where one is not known yet.
    """
    inline = block(props, "serverSideEncryptionConfiguration", "serverSideEncryptionConfigurations")
    return [
        (rule, block(rule, "applyServerSideEncryptionByDefault"))
        for rule in [*blocks(props, "rules"), *blocks(inline, "rule", "rules")]
    ]


def encrypts(bucket: Resource) -> bool:
    """Whether the bucket says inline that it is encrypted by KMS.

    Its outputs say something in any case: what S3 does where nobody says anything.
    """
    keys = ("serverSideEncryptionConfiguration", "serverSideEncryptionConfigurations")
    if any(is_unknown(bucket.props, key) for key in keys):
        return False
    return any(
        known(default, "sseAlgorithm") in KMS for _, default in encryption_defaults(bucket.props)
    )


def keeps_versions(bucket: Resource) -> bool:
    """Whether the bucket says inline that it keeps versions."""
    if any(is_unknown(bucket.props, key) for key in ("versioning", "versionings")):
        return False
    return is_true(block(bucket.props, "versioning", "versionings"), "enabled")


def has_lifecycle(bucket: Resource) -> bool:
    """Whether the bucket states a lifecycle inline."""
    return bool(known(bucket.props, "lifecycleRules"))


def lifecycle_rules(props: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Enabled rules of a lifecycle, of a resource apart or inline.

    Raises UnknownValueError where one is not known yet.
    """
    for rule in blocks(props, "rules", "lifecycleRules"):
        if rule.get("status") == "Enabled" or rule.get("enabled") is True:
            yield rule


def is_for_all(rule: Mapping[str, Any]) -> bool:
    """Whether a lifecycle rule holds for every object: it names no prefix, tag or size."""
    selected = block(rule, "filter")
    both = block(selected, "and")
    narrow = ("prefix", "tag", "tags", "objectSizeGreaterThan", "objectSizeLessThan")
    return not any(holder.get(key) for holder in (rule, selected, both) for key in narrow)


def grantee_uris(props: Mapping[str, Any]) -> Iterator[str]:
    """The groups that an access control list names, in each of its forms.

    Raises UnknownValueError where one is not known yet.
    """
    control = block(props, "accessControlPolicy")
    for grant in [*blocks(props, "grants"), *blocks(control, "grants")]:
        for holder in (grant, block(grant, "grantee")):
            uri = holder.get("uri")
            if uri:
                yield str(uri)
