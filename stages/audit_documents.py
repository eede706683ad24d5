"""Documents of the account's audit trail: how CloudTrail writes it.

After https://docs.aws.amazon.com/awscloudtrail/latest/userguide/
create-s3-bucket-policy-for-cloudtrail.html and
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/
create-kms-key-policy-for-cloudtrail.html
"""

from __future__ import annotations

from stages.documents import Statement, tls_only
from stages.names import Names

TRAIL_PREFIX = "AWSLogs/"
"""Under which CloudTrail writes, its digests as well."""

CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}


def trail_may_use_key(names: Names) -> Statement:
    """CloudTrail encrypts the files of this trail; people decrypt them by their own rights."""
    return {
        "Sid": "CloudTrailEncrypts",
        "Effect": "Allow",
        "Principal": CLOUDTRAIL,
        "Action": ["kms:DescribeKey", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "aws:SourceArn": names.trail_arn,
                "aws:SourceAccount": names.account_id,
            }
        },
    }


def audit_bucket_policy(names: Names) -> str:
    """CloudTrail adds files of this trail, and nobody sends anything without TLS."""
    bucket = names.bucket_arn("audit")
    source = {"aws:SourceArn": names.trail_arn, "aws:SourceAccount": names.account_id}
    return tls_only(
        bucket,
        {
            "Sid": "CloudTrailLooks",
            "Effect": "Allow",
            "Principal": CLOUDTRAIL,
            "Action": "s3:GetBucketAcl",
            "Resource": bucket,
            "Condition": {"StringEquals": source},
        },
        {
            "Sid": "CloudTrailWrites",
            "Effect": "Allow",
            "Principal": CLOUDTRAIL,
            "Action": "s3:PutObject",
            "Resource": f"{bucket}/{TRAIL_PREFIX}{names.account_id}/*",
            "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"} | source},
        },
    )
