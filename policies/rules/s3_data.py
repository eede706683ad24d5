"""What is in a bucket stays, stays readable to its owners, and stays here."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.buckets import (
    BUCKETS,
    ENCRYPTIONS,
    KMS,
    LIFECYCLES,
    OBJECTS,
    REPLICATION,
    VERSIONINGS,
    encryption_defaults,
    encrypts,
    has_lifecycle,
    is_for_all,
    keeps_versions,
    lifecycle_rules,
)
from policies.facts.reading import block, blocks, configured, literal
from policies.facts.stateful import keeps_data
from policies.facts.values import names_own_key, number, shown
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, has


@for_resource(
    *BUCKETS,
    *ENCRYPTIONS,
    id="bucket-encryption-weak",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A bucket is encrypted with a KMS key of its own, by way of a bucket key.",
    why="With S3's own key whoever may read the bucket may decrypt it, in any account.",
    remedy="Set sse_algorithm='aws:kms', kms_master_key_id and bucket_key_enabled=True.",
    frameworks=(
        "CKV_AWS_19",
        "CKV_AWS_145",
        "pulumi aws-s3-bucket-configure-server-side-encryption-customer-managed-key",
        "pulumi aws-s3-bucket-configure-server-side-encryption-kms",
        "pulumi aws-s3-bucket-enable-server-side-encryption-bucket-key",
    ),
)
def encryption_weak(resource: Resource, context: Context) -> Iterator[Finding]:
    """Inline and apart; a bucket that states neither is a stack rule's."""
    defaults = encryption_defaults(resource.props)
    if resource.type in ENCRYPTIONS and not defaults:
        yield Finding(found="no rule", allowed="one for aws:kms")
    for rule, default in defaults:
        if literal(default, "sseAlgorithm") not in KMS:
            yield Finding(found=shown(default, "sseAlgorithm"), allowed="aws:kms")
        elif not names_own_key(default, "kmsMasterKeyId"):
            yield Finding(found=shown(default, "kmsMasterKeyId"), allowed="a key of ours")
        elif literal(rule, "bucketKeyEnabled") is not True:
            yield Finding(found=shown(rule, "bucketKeyEnabled"), allowed="true")


@for_resource(
    *OBJECTS,
    id="bucket-object-encryption-weak",
    group=Group.DATA_SAFETY,
    severity=Severity.MEDIUM,
    what="An object is encrypted as its bucket is.",
    why="What is said at the object wins over the bucket's default.",
    remedy="Leave out server_side_encryption.",
    frameworks=("CKV_AWS_186",),
)
def object_encryption_weak(resource: Resource, context: Context) -> Iterator[Finding]:
    """Where the object says nothing the bucket decides."""
    if literal(resource.props, "serverSideEncryption") not in (None, *KMS):
        yield Finding(found=shown(resource.props, "serverSideEncryption"), allowed="absent")


@for_resource(
    *BUCKETS,
    *VERSIONINGS,
    id="bucket-versioning-off",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A bucket keeps the versions that are overwritten or deleted.",
    why="One wrong sync otherwise loses what it touches for good.",
    remedy='Set versioning_configuration with status="Enabled".',
    frameworks=("CKV_AWS_21",),
)
def versioning_off(resource: Resource, context: Context) -> Iterator[Finding]:
    """A bucket that states nothing inline is a stack rule's."""
    if resource.type in VERSIONINGS:
        configuration = block(resource.props, "versioningConfiguration")
        if literal(configuration, "status") != "Enabled":
            yield Finding(found=shown(configuration, "status"), allowed="Enabled")
    for stated in blocks(resource.props, "versioning", "versionings"):
        if literal(stated, "enabled") is not True:
            yield Finding(found=shown(stated, "enabled"), allowed="true")


@for_resource(
    *BUCKETS,
    id="bucket-force-destroy",
    group=Group.DATA_SAFETY,
    severity=Severity.CRITICAL,
    what="A bucket that holds data worth keeping is not deleted while there is anything in it.",
    why="With force_destroy a renamed bucket is emptied first, all versions of all objects.",
    remedy="Set force_destroy=False.",
)
def force_destroy(bucket: Resource, context: Context) -> Iterator[Finding]:
    """A flag is written down, not computed."""
    if keeps_data(context) and literal(bucket.props, "forceDestroy") not in (None, False):
        yield Finding(found=shown(bucket.props, "forceDestroy"), allowed="false")


@for_resource(
    *BUCKETS,
    *LIFECYCLES,
    id="bucket-lifecycle-loses-data",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="Nothing in a bucket worth keeping expires by itself but old versions, after a while.",
    why="S3 deletes without asking, and versions that were kept for a day are no way back.",
    remedy="Narrow the rule to a prefix, or keep old versions for longer.",
)
def lifecycle_loses_data(resource: Resource, context: Context) -> Iterator[Finding]:
    """A rule for a prefix or a tag is somebody's decision on these objects alone."""
    if not keeps_data(context):
        return
    fewest = context.parameters["minimum_version_days"]
    for rule in lifecycle_rules(resource.props):
        expiration = block(rule, "expiration", "expirations")
        if is_for_all(rule) and (has(expiration, "days") or has(expiration, "date")):
            yield Finding(found="every object expires", allowed="a prefix or tag of what expires")
        old = block(rule, "noncurrentVersionExpiration", "noncurrentVersionExpirations")
        days = number(old, "noncurrentDays" if has(old, "noncurrentDays") else "days")
        if days is not None and days < fewest:
            yield Finding(found=f"old versions expire after {days:g} days", allowed=f"{fewest}")


@for_resource(
    *LIFECYCLES,
    id="bucket-uploads-kept",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="Uploads that nobody finished are thrown away.",
    why="Their parts are paid for, and no listing shows them.",
    remedy="Add a rule with abort_incomplete_multipart_upload for all objects.",
    frameworks=("CKV_AWS_300",),
)
def uploads_kept(resource: Resource, context: Context) -> Iterator[Finding]:
    """One enabled rule for all objects is enough."""
    for rule in lifecycle_rules(resource.props):
        abort = block(rule, "abortIncompleteMultipartUpload")
        if has(abort, "daysAfterInitiation") and is_for_all(rule):
            return
    yield Finding(found="no rule for unfinished uploads", allowed="one for all objects")


@for_resource(
    *BUCKETS,
    REPLICATION,
    id="bucket-replicated-elsewhere",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="A bucket is replicated to buckets of its own stage in its own account only.",
    why="Replication carries every new object across, past all that keeps the stages apart.",
    remedy="Remove the destination; other stages read through the read-only doors.",
)
def replicated_elsewhere(resource: Resource, context: Context) -> Iterator[Finding]:
    """Bucket ARNs carry no account: the name does, as stages/names.py makes it."""
    names = context.stages.current.names
    start, end = f"arn:aws:s3:::{names.prefix}-{names.account_id}-", f"-{names.stage}"
    inline = block(resource.props, "replicationConfiguration", "replicationConfigurations")
    for rule in [*blocks(resource.props, "rules"), *blocks(inline, "rules")]:
        destination = block(rule, "destination")
        for key in ("account", "accountId"):
            if literal(destination, key) not in (None, names.account_id):
                yield Finding(found=shown(destination, key), allowed=names.account_id)
        bucket = str(literal(destination, "bucket"))
        if not (bucket.startswith(start) and bucket.endswith(end)):
            yield Finding(found=f"a destination {bucket}", allowed=f"{start}*{end}")


@for_stack(
    id="bucket-encryption-missing",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="Every bucket is encrypted with a KMS key of its own.",
    why="With S3's own key whoever may read the bucket may decrypt it, in any account.",
    remedy="Add aws.s3.BucketServerSideEncryptionConfiguration for it.",
    frameworks=(
        "CKV_AWS_19",
        "CKV_AWS_145",
        "pulumi aws-s3-bucket-enable-server-side-encryption",
    ),
)
def encryption_missing(stack: Stack, context: Context) -> Iterator[Finding]:
    """Inline or apart; what it says is a resource rule's."""
    for bucket in stack.of_type(*BUCKETS):
        if not configured(stack, bucket, ENCRYPTIONS, "bucket") and not encrypts(bucket):
            yield Finding(found="no encryption of ours", allowed="one", urn=bucket.urn)


@for_stack(
    id="bucket-versioning-missing",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="Every bucket keeps the versions that are overwritten or deleted.",
    why="One wrong sync otherwise loses what it touches for good.",
    remedy="Add aws.s3.BucketVersioning for it.",
    frameworks=("CKV_AWS_21",),
)
def versioning_missing(stack: Stack, context: Context) -> Iterator[Finding]:
    """Inline or apart; what it says is a resource rule's."""
    for bucket in stack.of_type(*BUCKETS):
        if not configured(stack, bucket, VERSIONINGS, "bucket") and not keeps_versions(bucket):
            yield Finding(found="no versioning", allowed="one", urn=bucket.urn)


@for_stack(
    id="bucket-lifecycle-missing",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="Every bucket has a lifecycle: old versions and unfinished uploads come to an end.",
    why="Versions that are kept for ever cost more every month, and are never deleted for anybody.",
    remedy="Add aws.s3.BucketLifecycleConfiguration for it.",
    frameworks=("CKV2_AWS_61", "FSBP S3.13"),
)
def lifecycle_missing(stack: Stack, context: Context) -> Iterator[Finding]:
    """Inline or apart; what it says is a resource rule's."""
    for bucket in stack.of_type(*BUCKETS):
        if not configured(stack, bucket, LIFECYCLES, "bucket") and not has_lifecycle(bucket):
            yield Finding(found="no lifecycle", allowed="one", urn=bucket.urn)
