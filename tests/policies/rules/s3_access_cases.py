"""Cases of policies/rules/s3_access.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, undecided, violating

BUCKET = "aws:s3/bucket:Bucket"
BUCKET_V2 = "aws:s3/bucketV2:BucketV2"
ACL = "aws:s3/bucketAcl:BucketAcl"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
POINT = "aws:s3/accessPoint:AccessPoint"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
WEBSITE = "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration"

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"
CLOSED = {
    "blockPublicAcls": True,
    "blockPublicPolicy": True,
    "ignorePublicAcls": True,
    "restrictPublicBuckets": True,
}


def bucket(**props: Any) -> Fixture:
    return Fixture(type=BUCKET, name="bucket", props={"bucket": "b"} | props)


def acl(**props: Any) -> Fixture:
    return Fixture(type=ACL, props=props)


def block(kind: str = BLOCK, **props: Any) -> Fixture:
    return Fixture(type=kind, props=CLOSED | props)


def ownership(value: Any = "BucketOwnerEnforced", **props: Any) -> Fixture:
    return Fixture(type=OWNERSHIP, props={"rule": {"objectOwnership": value}} | props)


def granted(uri: str) -> dict[str, Any]:
    return {"grants": [{"grantee": {"type": "Group", "uri": uri}, "permission": "READ"}]}


CASES = (
    passing("bucket-acl-public", bucket()),
    passing("bucket-acl-public", acl(acl="private"), title="private"),
    passing("bucket-acl-public", acl(accessControlPolicy=granted(LOG_DELIVERY)), title="AWS's"),
    violating("bucket-acl-public", bucket(acl="public-read"), title="inline"),
    violating("bucket-acl-public", acl(acl="authenticated-read"), title="any account"),
    violating("bucket-acl-public", Fixture(type=OBJECT, props={"acl": "public-read"})),
    violating("bucket-acl-public", acl(acl=UNKNOWN), title="unknown"),
    violating("bucket-acl-public", acl(accessControlPolicy=granted(ALL_USERS)), title="grant"),
    violating("bucket-acl-public", bucket(grants=[{"uri": ALL_USERS}]), title="inline grant"),
    passing("bucket-acls-allowed", ownership()),
    violating("bucket-acls-allowed", ownership("ObjectWriter")),
    violating("bucket-acls-allowed", ownership(UNKNOWN), title="unknown"),
    undecided("bucket-acls-allowed", ownership(rule=UNKNOWN), title="the whole rule"),
    passing("bucket-public-access-block-weak", block()),
    *(
        violating(
            "bucket-public-access-block-weak",
            Fixture(type=BLOCK, props=CLOSED | {key: value}),
            title=f"{key} {value}",
        )
        for key in CLOSED
        for value in (False, UNKNOWN, None)
    ),
    passing("bucket-access-point-open", Fixture(type=POINT, props={"vpcConfiguration": {}})),
    passing(
        "bucket-access-point-open",
        Fixture(
            type=POINT,
            props={"vpcConfiguration": UNKNOWN, "publicAccessBlockConfiguration": CLOSED},
        ),
        title="said",
    ),
    violating("bucket-access-point-open", Fixture(type=POINT), title="for the internet"),
    violating(
        "bucket-access-point-open",
        Fixture(
            type=POINT,
            props={
                "vpcConfiguration": {},
                "publicAccessBlockConfiguration": CLOSED | {"blockPublicPolicy": False},
            },
        ),
        title="not blocked",
    ),
    passing("bucket-website", bucket()),
    violating("bucket-website", bucket(website={"indexDocument": "index.html"}), title="inline"),
    violating(
        "bucket-website", Fixture(type=BUCKET_V2, props={"websites": UNKNOWN}), title="inline V2"
    ),
    violating("bucket-website", Fixture(type=WEBSITE), title="apart"),
    passing("bucket-public-access-block-missing", bucket(), block(bucket="b"), title="by name"),
    passing(
        "bucket-public-access-block-missing",
        bucket(bucket=UNKNOWN),
        Fixture(type=BLOCK, sources={"bucket": [f"{BUCKET}::bucket"]}),
        title="by output",
    ),
    violating("bucket-public-access-block-missing", bucket()),
    violating("bucket-public-access-block-missing", bucket(), block(bucket="c"), title="other's"),
    violating(
        "bucket-public-access-block-missing", Fixture(type=BUCKET_V2, name="bucket"), title="V2"
    ),
    passing("bucket-ownership-missing", bucket(), ownership(bucket="b")),
    violating("bucket-ownership-missing", bucket()),
)
