"""An S3 bucket that is private, versioned, encrypted and reachable by TLS only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

NONCURRENT_DAYS = 90
"""How long an overwritten or deleted version can be called back."""

UPLOAD_DAYS = 7
"""After which an upload that nobody finished is thrown away."""


@dataclass(frozen=True, kw_only=True)
class PrivateBucketArgs:
    """Arguments of a PrivateBucket."""

    bucket: str
    """The bucket's name in S3."""

    policy: str
    """The bucket policy, a JSON document."""

    key_arn: pulumi.Input[str]
    """The KMS key that encrypts what is put into it."""

    protect: bool
    """Whether Pulumi refuses to delete it, and S3 as long as it holds anything."""

    expiry_days: Mapping[str, int] = field(default_factory=dict)
    """By prefix, the days after which what lies there is deleted; all else is kept for ever."""


class PrivateBucket(pulumi.ComponentResource):
    """A bucket and everything that is configured apart from it."""

    bucket_name: pulumi.Output[str]
    """The bucket's name in S3."""

    ready: list[pulumi.Resource]
    """What has to stand before anything is put into the bucket."""

    def __init__(
        self, name: str, args: PrivateBucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:PrivateBucket", name, None, opts)
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args.bucket,
            force_destroy=not args.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        self.bucket_name = bucket.bucket
        self.ready = [
            *self._create_access(name, args.policy),
            self._create_encryption(name, args.key_arn),
            *self._create_versions(name, args.expiry_days),
        ]
        self.register_outputs({"bucket_name": self.bucket_name})

    def _create_access(self, name: str, policy: str) -> list[pulumi.Resource]:
        child = pulumi.ResourceOptions(parent=self)
        block = aws.s3.BucketPublicAccessBlock(
            f"{name}-public-access-block",
            bucket=self.bucket_name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        ownership = aws.s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=self.bucket_name,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=child,
        )
        tls_only = aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=self.bucket_name,
            policy=policy,
            # S3 refuses two changes to a bucket's access at the same moment.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[block, ownership]),
        )
        return [block, ownership, tls_only]

    def _create_encryption(self, name: str, key_arn: pulumi.Input[str]) -> pulumi.Resource:
        return aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=self.bucket_name,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": key_arn,
                    },
                    "bucket_key_enabled": True,
                }
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_versions(self, name: str, expiry_days: Mapping[str, int]) -> list[pulumi.Resource]:
        versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=self.bucket_name,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(
                status="Enabled"
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=self.bucket_name,
            rules=[
                _old_versions(),
                *(_expiry(prefix, days) for prefix, days in sorted(expiry_days.items())),
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )
        return [versioning]


def _old_versions() -> aws.s3.BucketLifecycleConfigurationRuleArgs:
    return aws.s3.BucketLifecycleConfigurationRuleArgs(
        id="old-versions",
        status="Enabled",
        filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
        noncurrent_version_expiration=(
            aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=NONCURRENT_DAYS
            )
        ),
        abort_incomplete_multipart_upload=(
            aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                days_after_initiation=UPLOAD_DAYS
            )
        ),
    )


def _expiry(prefix: str, days: int) -> aws.s3.BucketLifecycleConfigurationRuleArgs:
    return aws.s3.BucketLifecycleConfigurationRuleArgs(
        id=f"expiry-of-{prefix.strip('/')}",
        status="Enabled",
        filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=prefix),
        expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=days),
    )
