"""S3: operations to actions, buckets and objects, and the keys that encrypt them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from moto.s3.models import FakeDeleteMarker, s3_backends

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.needs import ANYTHING, Need
from emulator.cloud.authorization.services.kms import key_need

BUCKET_ACTIONS: Final = {
    "ListBuckets": "ListAllMyBuckets",
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
    "DeleteBucketCors": "PutBucketCORS",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "CreateSession": "CreateSession",
}
CONFIGURATIONS: Final = ("Analytics", "Inventory", "Metrics", "IntelligentTiering")
OBJECT_ACTIONS: Final = {
    "HeadObject": ("GetObject",),
    "GetObjectAttributes": ("GetObject", "GetObjectAttributes"),
    "GetObjectTorrent": ("GetObjectTorrent",),
    "SelectObjectContent": ("GetObject",),
    "CreateMultipartUpload": ("PutObject",),
    "UploadPart": ("PutObject",),
    "UploadPartCopy": ("PutObject",),
    "CompleteMultipartUpload": ("PutObject",),
    "CopyObject": ("PutObject",),
    "ListParts": ("ListMultipartUploadParts",),
}
OF_VERSIONS: Final = {
    "GetObject": "GetObjectVersion",
    "DeleteObject": "DeleteObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "PutObjectAcl": "PutObjectVersionAcl",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectTagging": "PutObjectVersionTagging",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObjectAttributes": "GetObjectVersionAttributes",
    "GetObjectTorrent": "GetObjectVersionTorrent",
}
"""Actions on an object to those on one of its versions."""
WRITES: Final = frozenset({"PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart"})
READS: Final = frozenset({"GetObject", "CompleteMultipartUpload", "SelectObjectContent"})
"""Completing an upload reads its parts:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions"""


def bucket_of(name: str) -> Any | None:
    """Moto's bucket, in whichever account it is."""
    found = s3_backends.bucket_accounts.get(name)
    if found is None:
        return None
    partition, account_id = found
    return s3_backends[account_id][partition].buckets.get(name)


def needs(call: Call) -> Iterable[Need]:
    """What a call of S3 needs."""
    bucket, key = call.text("Bucket"), call.text("Key")
    if call.operation == "DeleteObjects":
        yield from _deletions(call, bucket)
    elif key:
        yield from _object_needs(call, bucket, key)
    else:
        yield Need(
            action=f"s3:{_bucket_action(call.operation)}",
            resource=f"arn:aws:s3:::{bucket}" if bucket else ANYTHING,
            context=_context(call),
        )


def _bucket_action(operation: str) -> str:
    for kind in CONFIGURATIONS:
        if kind in operation and operation.startswith(("Delete", "List")):
            verb = "Put" if operation.startswith("Delete") else "Get"
            return f"{verb}{kind}Configuration"
        if kind in operation:
            return operation.replace("Bucket", "")
    return BUCKET_ACTIONS.get(operation, operation)


def _deletions(call: Call, bucket: str) -> Iterable[Need]:
    """S3 answers object by object which one it refused; here one refuses the whole call."""
    items = (call.parameters.get("Delete") or {}).get("Objects") or [{"Key": "*"}]
    for item in items:
        action = "DeleteObjectVersion" if item.get("VersionId") else "DeleteObject"
        yield Need(action=f"s3:{action}", resource=f"arn:aws:s3:::{bucket}/{item.get('Key')}")


def _object_needs(call: Call, bucket: str, key: str) -> Iterable[Need]:
    arn, context = f"arn:aws:s3:::{bucket}/{key}", _context(call)
    actions = list(OBJECT_ACTIONS.get(call.operation, (call.operation,)))
    if call.text("VersionId"):
        actions = [OF_VERSIONS.get(action, action) for action in actions]
    if call.headers.get("x-amz-tagging") and "PutObject" in actions:
        actions.append("PutObjectTagging")
    if call.headers.get("x-amz-acl") and "PutObject" in actions:
        actions.append("PutObjectAcl")
    for action in actions:
        yield Need(
            action=f"s3:{action}", resource=arn, context={**context, **_object_tags(bucket, key)}
        )
    if call.operation in ("GetObject", "HeadObject") and _is_missing(bucket, key):
        # that an object is not there is told to who may list:
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        yield Need(action="s3:ListBucket", resource=f"arn:aws:s3:::{bucket}")
    if call.operation in ("CopyObject", "UploadPartCopy"):
        yield from _source_needs(call)
    if call.operation in WRITES or call.operation == "UploadPartCopy":
        yield from _key_for_writing(call, bucket, key)
    elif call.operation in READS:
        yield from _key_for_reading(call, bucket, key)


def _is_missing(bucket: str, key: str) -> bool:
    found = bucket_of(bucket)
    return found is not None and isinstance(found.keys.get(key), FakeDeleteMarker | None)


def _source_needs(call: Call) -> Iterable[Need]:
    source, _, query = call.headers.get("x-amz-copy-source", "").partition("?")
    bucket, _, key = unquote(source).removeprefix("/").partition("/")
    version = parse_qs(query).get("versionId")
    action = "GetObjectVersion" if version else "GetObject"
    yield Need(
        action=f"s3:{action}",
        resource=f"arn:aws:s3:::{bucket}/{key}",
        context=_object_tags(bucket, key),
    )
    yield from _key_for_reading(call, bucket, key)


def _key_for_writing(call: Call, bucket: str, key: str) -> Iterable[Need]:
    found = bucket_of(bucket)
    default: Mapping[str, Any] = {}
    if found is not None and found.encryption:
        rule = found.encryption["Rule"]
        default = (rule[0] if isinstance(rule, list) else rule).get(
            "ApplyServerSideEncryptionByDefault", {}
        )
    algorithm = call.headers.get("x-amz-server-side-encryption") or default.get("SSEAlgorithm", "")
    named = call.headers.get("x-amz-server-side-encryption-aws-kms-key-id")
    key_id = named or default.get("KMSMasterKeyID")
    if str(algorithm).startswith("aws:kms") and key_id:
        yield from _key_need(call, "GenerateDataKey", str(key_id), bucket, key)


def _key_for_reading(call: Call, bucket: str, key: str) -> Iterable[Need]:
    found = bucket_of(bucket)
    if found is None:
        return
    version = call.text("VersionId")
    versions = found.keys.getlist(key, [])
    chosen = [item for item in versions if not version or str(item.version_id) == version]
    if not chosen or not getattr(chosen[-1], "kms_key_id", None):
        return
    if str(chosen[-1].encryption).startswith("aws:kms"):
        yield from _key_need(call, "Decrypt", str(chosen[-1].kms_key_id), bucket, key)


def _key_need(call: Call, action: str, key_id: str, bucket: str, key: str) -> Iterable[Need]:
    found = bucket_of(bucket)
    region = found.region_name if found is not None else call.region
    has_bucket_key = "BucketKeyEnabled" in str(found and found.encryption) and (
        "true" in str(found and found.encryption).lower()
    )
    encrypted = f"arn:aws:s3:::{bucket}" if has_bucket_key else f"arn:aws:s3:::{bucket}/{key}"
    need = key_need(
        call,
        action,
        key_id,
        via="s3",
        region=region,
        encryption={"aws:s3:arn": encrypted},
        account_id=found.account_id if found is not None else "",
    )
    if need is not None:
        yield need


HEADER_KEYS: Final = (
    "x-amz-acl",
    "x-amz-copy-source",
    "x-amz-metadata-directive",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-storage-class",
    "x-amz-content-sha256",
)


def _context(call: Call) -> dict[str, str]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html."""
    context = {f"s3:{name}": call.headers[name] for name in HEADER_KEYS if name in call.headers}
    for parameter, key in (
        ("Prefix", "prefix"),
        ("Delimiter", "delimiter"),
        ("MaxKeys", "max-keys"),
    ):
        if call.parameters.get(parameter) is not None:
            context[f"s3:{key}"] = str(call.parameters[parameter])
    if call.text("VersionId"):
        context["s3:versionid"] = call.text("VersionId")
    return context


def _object_tags(bucket: str, key: str) -> dict[str, str]:
    found = bucket_of(bucket)
    item = found.keys.get(key) if found is not None else None
    if found is None or item is None or not hasattr(item, "arn"):
        return {}
    backend = s3_backends[found.account_id][found.partition]
    tags = backend.tagger.get_tag_dict_for_resource(item.arn)
    return {f"s3:existingobjecttag/{name.lower()}": value for name, value in tags.items()}
