"""Who reaches a bucket: nobody from outside, whatever way of opening it is used."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.buckets import (
    ACCESS_POINT,
    ACCOUNT_BLOCK,
    ACLS,
    BLOCKS,
    BUCKETS,
    OBJECTS,
    OWNERSHIP,
    PUBLIC_ACCESS_BLOCK,
    WEBSITES,
    grantee_uris,
)
from policies.facts.reading import block, configured, literal
from policies.facts.values import is_true, shown
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, has

PRIVATE_ACLS = (None, "", "private", "bucket-owner-full-control")
EVERYBODY = ("AllUsers", "AuthenticatedUsers")


@for_resource(
    *BUCKETS,
    *ACLS,
    *OBJECTS,
    id="bucket-acl-public",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="No access control list opens a bucket or an object.",
    why="A canned ACL such as public-read is one word that publishes all that is in it.",
    remedy="Remove acl and grants; who may read stands in the roles' policies.",
    frameworks=(
        "CKV_AWS_20",
        "CKV_AWS_57",
        "CKV_AWS_375",
        "CKV_AWS_379",
        "FSBP S3.2",
        "FSBP S3.3",
        "FSBP S3.12",
        "pulumi aws-s3-bucket-disallow-public-read",
    ),
)
def acl_public(resource: Resource, context: Context) -> Iterator[Finding]:
    """Canned lists and grants, inline and apart; one that is not known yet may be any."""
    if literal(resource.props, "acl") not in PRIVATE_ACLS:
        yield Finding(found=shown(resource.props, "acl"), allowed="absent or private")
    for uri in grantee_uris(resource.props):
        if uri.endswith(EVERYBODY):
            yield Finding(found=f"a grant to {uri}", allowed="no grant to everybody")


@for_resource(
    OWNERSHIP,
    id="bucket-acls-allowed",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="Buckets take no access control lists at all.",
    why="With lists each object may be opened on its own, by whoever uploads it.",
    remedy="Set object_ownership to BucketOwnerEnforced.",
    frameworks=("CKV2_AWS_65", "FSBP S3.12"),
)
def acls_allowed(resource: Resource, context: Context) -> Iterator[Finding]:
    """AWS's default for new buckets is BucketOwnerEnforced, other values must be asked for."""
    rule = block(resource.props, "rule")
    if literal(rule, "objectOwnership") != "BucketOwnerEnforced":
        yield Finding(found=shown(rule, "objectOwnership"), allowed="BucketOwnerEnforced")


@for_resource(
    PUBLIC_ACCESS_BLOCK,
    ACCOUNT_BLOCK,
    id="bucket-public-access-block-weak",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="A public access block has all four of its flags set.",
    why="Each that is missing leaves one way to publish a bucket: by policy or by list.",
    remedy="Set block_public_acls, block_public_policy, ignore_public_acls and "
    "restrict_public_buckets to True.",
    frameworks=(
        "CKV_AWS_53",
        "CKV_AWS_54",
        "CKV_AWS_55",
        "CKV_AWS_56",
        "FSBP S3.1",
        "FSBP S3.8",
        "cdk-nag S2",
    ),
)
def block_weak(resource: Resource, context: Context) -> Iterator[Finding]:
    """Absent means false; a flag is written down, not computed."""
    for key in BLOCKS:
        if not is_true(resource.props, key):
            yield Finding(found=shown(resource.props, key), allowed="true")


@for_resource(
    ACCESS_POINT,
    id="bucket-access-point-open",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="An access point blocks public access, and is for one VPC.",
    why="It is a second door to the bucket with a policy of its own.",
    remedy="Leave its public access block as it is, with all four flags; set vpc_configuration.",
    frameworks=("FSBP S3.19",),
)
def access_point_open(resource: Resource, context: Context) -> Iterator[Finding]:
    """A block that is absent is AWS's default, all of it; one that is there states all four."""
    stated = block(resource.props, "publicAccessBlockConfiguration")
    for key in stated:
        if not is_true(stated, key):
            yield Finding(found=shown(stated, key), allowed="true")
    if not has(resource.props, "vpcConfiguration"):
        yield Finding(found="it can be used from the internet", allowed="vpcConfiguration")


@for_resource(
    *BUCKETS,
    *WEBSITES,
    id="bucket-website",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="No bucket is a web site.",
    why="A web site is public, and served without TLS.",
    remedy="Remove the website configuration.",
)
def website(resource: Resource, context: Context) -> Iterator[Finding]:
    """Inline in both of the bucket's types, and apart."""
    inline = has(resource.props, "website") or has(resource.props, "websites")
    if resource.type not in BUCKETS or inline:
        yield Finding(found="a web site", allowed="none")


@for_stack(
    id="bucket-public-access-block-missing",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="Every bucket has a public access block of its own.",
    why="Without one the next policy that names `*` publishes it.",
    remedy="Add aws.s3.BucketPublicAccessBlock, as components/private_bucket.py does.",
    frameworks=("CKV2_AWS_6", "FSBP S3.8", "cdk-nag S2"),
)
def block_missing(stack: Stack, context: Context) -> Iterator[Finding]:
    """AWS blocks new buckets by itself, but the next person may take that away unseen."""
    for bucket in stack.of_type(*BUCKETS):
        if not configured(stack, bucket, (PUBLIC_ACCESS_BLOCK,), "bucket"):
            yield Finding(found="no BucketPublicAccessBlock", allowed="one", urn=bucket.urn)


@for_stack(
    id="bucket-ownership-missing",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="Every bucket says that it takes no access control lists.",
    why="Buckets that were made before 2023 take them, and so does one restored by hand.",
    remedy="Add aws.s3.BucketOwnershipControls with BucketOwnerEnforced.",
    frameworks=("CKV2_AWS_65", "FSBP S3.12"),
)
def ownership_missing(stack: Stack, context: Context) -> Iterator[Finding]:
    """Apart alone: the bucket has no property of its own for it."""
    for bucket in stack.of_type(*BUCKETS):
        if not configured(stack, bucket, (OWNERSHIP,), "bucket"):
            yield Finding(found="no BucketOwnershipControls", allowed="one", urn=bucket.urn)
