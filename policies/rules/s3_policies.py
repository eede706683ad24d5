"""What a bucket's policy has to say, and must not: TLS alone, and nobody locked out."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.buckets import BUCKETS, POLICY
from policies.facts.plaintext import bucket_refuses_plaintext, denies_everything, resources_named
from policies.facts.reading import configuring
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, known

WHY = "What is read in the clear is read by whoever is on the way."


@for_resource(
    *BUCKETS,
    POLICY,
    id="bucket-policy-without-tls",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A bucket's policy refuses requests without TLS.",
    why=WHY,
    remedy="Begin the policy with stages.documents.tls_only(<the bucket's ARN>).",
    frameworks=("CKV_AWS_379", "FSBP S3.5", "cdk-nag S10"),
)
def policy_without_tls(resource: Resource, context: Context) -> Iterator[Finding]:
    """One that is not known yet is judged when it is; a bucket without one is another rule's."""
    if resource.props.get("policy") and not bucket_refuses_plaintext(resource):
        yield Finding(
            found="a policy without a Deny for aws:SecureTransport false",
            allowed="a Deny of s3:* for everybody, on the bucket and its objects",
        )


@for_resource(
    *BUCKETS,
    POLICY,
    id="bucket-policy-locks-out",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A bucket's policy locks nobody out whatever the request.",
    why="Only the account's root could open the bucket again.",
    remedy="Give the Deny the condition that is meant.",
    frameworks=("CKV_AWS_93",),
)
def policy_locks_out(resource: Resource, context: Context) -> Iterator[Finding]:
    """A Deny of everything for everybody without a condition."""
    if denies_everything(resource):
        yield Finding(found="a Deny of everything for everybody", allowed="a condition")


@for_stack(
    id="bucket-policy-missing",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="Every bucket has a policy of its own, which refuses requests without TLS.",
    why=WHY,
    remedy="Add aws.s3.BucketPolicy with stages.documents.tls_only(<the bucket's ARN>).",
    frameworks=("FSBP S3.5", "cdk-nag S10"),
)
def policy_missing(stack: Stack, context: Context) -> Iterator[Finding]:
    """Apart or inline; a policy that names another bucket does nothing for this one."""
    for bucket in stack.of_type(*BUCKETS):
        policies = list(configuring(stack, bucket, (POLICY,), "bucket"))
        if not policies and not bucket_refuses_plaintext(bucket):
            yield Finding(found="no bucket policy", allowed="one", urn=bucket.urn)
        arn = f"arn:aws:s3:::{known(bucket.props, 'bucket')}"
        for policy in policies:
            named = resources_named(policy)
            if named and not named & {arn, f"{arn}/*", "*"}:
                yield Finding(
                    found=f"a policy that does not name {arn}", allowed="its ARN", urn=policy.urn
                )
