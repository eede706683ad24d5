"""Cases of policies/rules/s3_data.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, undecided, violating

BUCKET = "aws:s3/bucket:Bucket"
BUCKET_V2 = "aws:s3/bucketV2:BucketV2"
ENCRYPTION = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
)
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
VERSIONING_V2 = "aws:s3/bucketVersioningV2:BucketVersioningV2"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"

OWN = "arn:aws:s3:::devstages-111111111111-eu-west-1-copy-preprod"


def bucket(kind: str = BUCKET, **props: Any) -> Fixture:
    return Fixture(type=kind, name="bucket", props={"bucket": "b"} | props)


def apart(kind: str, **props: Any) -> Fixture:
    return Fixture(type=kind, props={"bucket": "b"} | props)


def rule(*, enabled: Any = True, **default: Any) -> dict[str, Any]:
    kms = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": UNKNOWN}
    applied = {key: value for key, value in (kms | default).items() if value is not None}
    return {"applyServerSideEncryptionByDefault": applied, "bucketKeyEnabled": enabled}


def encryption(**changes: Any) -> Fixture:
    return apart(ENCRYPTION, rules=[rule(**changes)])


def inline_encryption(**changes: Any) -> dict[str, Any]:
    return {"serverSideEncryptionConfiguration": {"rule": rule(**changes)}}


def lifecycle(**props: Any) -> Fixture:
    return apart(LIFECYCLE, rules=[{"status": "Enabled", "filter": {"prefix": ""}} | props])


def replication(**destination: Any) -> Fixture:
    return apart(REPLICATION, rules=[{"destination": {"bucket": OWN} | destination}])


ABORT = {"abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}


def at_rest() -> list[Any]:
    weak, missing = "bucket-encryption-weak", "bucket-encryption-missing"
    return [
        passing(weak, encryption()),
        passing(weak, bucket(), title="nothing inline"),
        passing(weak, bucket(**inline_encryption()), title="inline"),
        violating(weak, encryption(sseAlgorithm="AES256"), title="S3's own key"),
        violating(weak, encryption(sseAlgorithm=UNKNOWN), title="unknown"),
        violating(weak, encryption(kmsMasterKeyId=None), title="AWS's key"),
        violating(weak, encryption(kmsMasterKeyId="alias/aws/s3"), title="AWS's key by name"),
        violating(weak, encryption(enabled=False), title="no bucket key"),
        violating(weak, bucket(**inline_encryption(sseAlgorithm="AES256")), title="inline"),
        violating(weak, apart(ENCRYPTION, rules=[]), title="without a rule"),
        undecided(weak, apart(ENCRYPTION, rules=UNKNOWN)),
        passing(missing, bucket(), encryption(), title="apart"),
        passing(missing, bucket(**inline_encryption()), title="inline"),
        violating(missing, bucket()),
        violating(
            missing, bucket(**inline_encryption(sseAlgorithm="AES256")), title="what S3 reads back"
        ),
        violating(missing, bucket(serverSideEncryptionConfiguration=UNKNOWN), title="unknown"),
        passing("bucket-object-encryption-weak", apart(OBJECT)),
        passing("bucket-object-encryption-weak", apart(OBJECT, serverSideEncryption="aws:kms")),
        violating("bucket-object-encryption-weak", apart(OBJECT, serverSideEncryption="AES256")),
    ]


def versions() -> list[Any]:
    off, missing = "bucket-versioning-off", "bucket-versioning-missing"
    enabled = apart(VERSIONING, versioningConfiguration={"status": "Enabled"})
    return [
        passing(off, enabled),
        passing(off, bucket(), title="nothing inline"),
        passing(off, bucket(versioning={"enabled": True}), title="inline"),
        violating(off, apart(VERSIONING, versioningConfiguration={"status": "Suspended"})),
        violating(off, apart(VERSIONING_V2), title="absent"),
        violating(off, bucket(versioning={"enabled": False}), title="inline"),
        violating(off, bucket(BUCKET_V2, versionings=[{"enabled": False}]), title="inline V2"),
        passing(missing, bucket(), enabled, title="apart"),
        passing(missing, bucket(versioning={"enabled": True}), title="inline"),
        violating(missing, bucket()),
        violating(missing, bucket(versioning={"enabled": False}), title="what S3 reads back"),
        violating(missing, bucket(versioning=UNKNOWN), title="unknown"),
    ]


def loss() -> list[Any]:
    force, loses = "bucket-force-destroy", "bucket-lifecycle-loses-data"
    return [
        passing(force, bucket(forceDestroy=False)),
        passing(force, bucket(), title="absent"),
        passing(force, bucket(forceDestroy=True), stack="test", title="nothing worth keeping"),
        violating(force, bucket(forceDestroy=True)),
        violating(force, bucket(forceDestroy=UNKNOWN), title="unknown"),
        passing(loses, lifecycle(noncurrentVersionExpiration={"noncurrentDays": 90})),
        passing(loses, lifecycle(**ABORT), title="uploads"),
        passing(
            loses, lifecycle(expiration={"days": 1}, filter={"prefix": "tmp/"}), title="a prefix"
        ),
        passing(loses, lifecycle(expiration={"expiredObjectDeleteMarker": True}), title="marker"),
        passing(loses, lifecycle(expiration={"days": 1}, status="Disabled"), title="disabled"),
        passing(loses, lifecycle(expiration={"days": 1}), stack="test", title="not worth keeping"),
        violating(loses, lifecycle(expiration={"days": 365})),
        violating(loses, lifecycle(expiration={"date": "2027-01-01"}), title="on a day"),
        violating(
            loses, lifecycle(noncurrentVersionExpiration={"noncurrentDays": 1}), title="versions"
        ),
        violating(
            loses,
            bucket(lifecycleRules=[{"enabled": True, "noncurrentVersionExpiration": {"days": 1}}]),
            title="versions, inline",
        ),
        violating(
            loses,
            lifecycle(noncurrentVersionExpiration={"noncurrentDays": 60}),
            parameters={"minimum_version_days": 90},
            title="configured",
        ),
        undecided(loses, apart(LIFECYCLE, rules=UNKNOWN)),
    ]


def lifecycles() -> list[Any]:
    kept, missing = "bucket-uploads-kept", "bucket-lifecycle-missing"
    return [
        passing(kept, lifecycle(**ABORT)),
        violating(kept, lifecycle()),
        violating(kept, lifecycle(**ABORT, filter={"prefix": "tmp/"}), title="of a prefix"),
        violating(kept, lifecycle(**ABORT, status="Disabled"), title="disabled"),
        passing(missing, bucket(), lifecycle()),
        passing(missing, bucket(lifecycleRules=[{"enabled": True}]), title="inline"),
        violating(missing, bucket()),
    ]


def elsewhere() -> list[Any]:
    copied = "bucket-replicated-elsewhere"
    prod = "arn:aws:s3:::devstages-222222222222-eu-west-1-data-prod"
    test = "arn:aws:s3:::devstages-111111111111-eu-west-1-data-test"
    inline: dict[str, Any] = {
        "replicationConfiguration": {"rules": [{"destination": {"bucket": prod}}]}
    }
    return [
        passing(copied, replication()),
        passing(copied, replication(account="111111111111"), title="own account"),
        passing(copied, bucket(), title="none"),
        violating(copied, replication(account="222222222222"), title="another account"),
        violating(copied, replication(bucket=prod), title="prod's bucket"),
        violating(copied, replication(bucket=test), title="test's bucket"),
        violating(copied, replication(bucket=prod[:-4] + "preprod"), title="by another account"),
        violating(copied, replication(bucket=UNKNOWN), title="unknown"),
        violating(copied, bucket(**inline), title="inline"),
    ]


CASES = (*at_rest(), *versions(), *loss(), *lifecycles(), *elsewhere())
