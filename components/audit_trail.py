"""A record of who did what in a host's account: readers' sessions and roles among it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.private_bucket import PrivateBucket, PrivateBucketArgs
from stages.audit_documents import TRAIL_PREFIX, audit_bucket_policy, trail_may_use_key
from stages.documents import key_policy
from stages.names import Names


@dataclass(frozen=True, kw_only=True)
class AuditTrailArgs:
    """Arguments of an AuditTrail."""

    names: Names
    """The host's names."""

    retention_days: int
    """How long the record is kept."""

    protect: bool
    """Whether Pulumi refuses to delete it."""


class AuditTrail(pulumi.ComponentResource):
    """A CloudTrail of every management event in every region, in a bucket and key of its own.

    What was written cannot be changed unseen: CloudTrail signs a digest of it every hour. Who reads
    which object or row is not in it.
    """

    def __init__(
        self, name: str, args: AuditTrailArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:AuditTrail", name, None, opts)
        names = args.names
        child = pulumi.ResourceOptions(parent=self)
        key = EncryptionKey(
            f"{name}-key",
            EncryptionKeyArgs(
                alias=names.key_alias("audit"),
                description=f"Audit trail of {names.resource()}",
                policy=key_policy(names, trail_may_use_key(names)),
                protect=args.protect,
            ),
            child,
        )
        bucket = PrivateBucket(
            f"{name}-bucket",
            PrivateBucketArgs(
                bucket=names.bucket("audit"),
                policy=audit_bucket_policy(names),
                key_arn=key.arn,
                protect=args.protect,
                expiry_days={TRAIL_PREFIX: args.retention_days},
            ),
            child,
        )
        aws.cloudtrail.Trail(
            f"{name}-trail",
            name=names.trail,
            s3_bucket_name=bucket.bucket_name,
            kms_key_id=key.arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect, depends_on=bucket.ready),
        )
        self.register_outputs({})
