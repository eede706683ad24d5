"""Cases of policies/rules/s3_policies.py."""

from __future__ import annotations

import json
from typing import Any

from stages.documents import document, tls_only
from tests.policies.cases import UNKNOWN, Fixture, passing, undecided, violating

BUCKET = "aws:s3/bucket:Bucket"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ARN = "arn:aws:s3:::b"

ONE_ROLE = {"AWS": "arn:aws:iam::111111111111:role/reader"}
READ = {
    "Effect": "Allow",
    "Principal": ONE_ROLE,
    "Action": "s3:GetObject",
    "Resource": f"{ARN}/*",
}
LOCK = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [ARN, f"{ARN}/*"]}


def bucket(**props: Any) -> Fixture:
    return Fixture(type=BUCKET, name="bucket", props={"bucket": "b"} | props)


def policy(text: Any) -> Fixture:
    return Fixture(type=POLICY, props={"bucket": "b", "policy": text})


WITHOUT, MISSING, LOCKED = (
    "bucket-policy-without-tls",
    "bucket-policy-missing",
    "bucket-policy-locks-out",
)
ONE_ACTION = json.loads(tls_only(ARN))["Statement"][0] | {"Action": "s3:GetObject"}

CASES = (
    passing(WITHOUT, policy(tls_only(ARN))),
    passing(WITHOUT, bucket(), title="none, which is another rule's"),
    passing(WITHOUT, bucket(policy=tls_only(ARN)), title="inline"),
    violating(WITHOUT, policy(document(READ))),
    violating(WITHOUT, policy(document(ONE_ACTION)), title="one action"),
    violating(WITHOUT, policy("no JSON"), title="no document"),
    violating(WITHOUT, bucket(policy=document(READ)), title="inline"),
    undecided(WITHOUT, policy(UNKNOWN)),
    passing(MISSING, bucket(), policy(tls_only(ARN)), title="apart"),
    passing(MISSING, bucket(policy=tls_only(ARN)), title="inline"),
    passing(MISSING, bucket(), policy(UNKNOWN), title="unknown, which is another rule's"),
    violating(MISSING, bucket()),
    violating(MISSING, bucket(policy=document(READ)), title="inline, without TLS"),
    violating(MISSING, bucket(), policy(tls_only("arn:aws:s3:::c")), title="of another bucket"),
    passing(LOCKED, policy(tls_only(ARN))),
    passing(LOCKED, policy(document(READ)), title="no Deny"),
    passing(LOCKED, policy(document(LOCK | {"Effect": "Allow"})), title="an Allow"),
    passing(LOCKED, policy(document(LOCK | {"Action": "s3:DeleteBucket"})), title="one action"),
    passing(LOCKED, policy(document(LOCK | {"Principal": ONE_ROLE})), title="one role"),
    violating(LOCKED, policy(document(LOCK))),
    violating(LOCKED, bucket(policy=document(LOCK)), title="inline"),
)
