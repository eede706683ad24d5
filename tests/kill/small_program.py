"""A small program with every kind of step, in two versions, each an edit of the other."""

from __future__ import annotations

from typing import Final

PROJECT: Final = "small"
STACK: Final = "dev"
ACCOUNT_ID: Final = "222222222222"
REGION: Final = "eu-west-1"

STACK_FILE: Final = f"""
config:
  aws:region: {REGION}
  aws:allowedAccountIds: ["{ACCOUNT_ID}"]
  version: 1
"""

PROGRAM: Final = """
import json

import pulumi
import pulumi_aws as aws

version = pulumi.Config().require_int("version")
trust = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "ec2.amazonaws.com"},
            }
        ],
    }
)
rights = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}],
    }
)


class Group(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("small:index:Group", name, None, opts)


# A component under another name, and with it its children.
aliases = [pulumi.Alias(name=f"group-{3 - version}")]
group = Group(f"group-{version}", pulumi.ResourceOptions(aliases=aliases))
child = pulumi.ResourceOptions(parent=group)

# Created before the old one is deleted, both without a name of their own; one hangs on it.
key = aws.kms.Key(
    "key",
    description="a key",
    opts=pulumi.ResourceOptions(parent=group, replacement_trigger=version),
)
aws.kms.Alias("alias", name="alias/small", target_key_id=key.key_id, opts=child)
topic = aws.sns.Topic(
    "topic", opts=pulumi.ResourceOptions(parent=group, replacement_trigger=version)
)

# Deleted before the new one is created, since the name is taken; two hang on it.
role = aws.iam.Role(
    "role",
    name="small-role",
    path=f"/version-{version}/",
    assume_role_policy=trust,
    opts=pulumi.ResourceOptions(delete_before_replace=True),
)
aws.iam.RolePolicy("rights", name="list", role=role.name, policy=rights)

# Updated in place; and one that only one version has.
aws.sqs.Queue("queue", visibility_timeout_seconds=30 * version)
bucket = aws.s3.Bucket("bucket", force_destroy=True)
if version == 1:
    aws.ssm.Parameter("first", type="String", value="one", name="/small/first")
else:
    aws.s3.BucketObjectv2("second", bucket=bucket.bucket, key="second", content="two")
pulumi.export("key", key.arn)
"""
