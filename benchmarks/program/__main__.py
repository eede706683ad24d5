"""A program of any size: tenants of twelve resources, with references as real ones have them.

Each tenant is a component with eleven resources of the benchmark's provider in memory. Inputs are
as large as those of the AWS resources that they are named after (a policy document, tags, nested
blocks), and depend on the outputs of others of the same tenant.
"""

# No `annotations` of the future: the SDK cannot resolve them in a program's own file.

import json
from typing import Any

import pulumi

TAGS = {"stage": "bench", "owner": "data-platform", "cost-centre": "data", "managed-by": "pulumi"}


class Thing(pulumi.CustomResource):
    """A resource of the benchmark's provider."""

    arn: pulumi.Output[str]

    def __init__(
        self, kind: str, name: str, inputs: dict[str, Any], opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__(f"bench:index:{kind}", name, {**inputs, "tags": TAGS, "arn": None}, opts)


class Tenant(pulumi.ComponentResource):
    """What one tenant has."""

    bucket_arn: pulumi.Output[str]

    def __init__(self, name: str, days: int) -> None:
        super().__init__("bench:index:Tenant", name)
        key = self._thing("Key", name, {"rotation": True, "deletionWindowInDays": 30})
        bucket = self._thing("Bucket", name, {"keyArn": key.arn, "forceDestroy": False})
        self._thing("BucketVersioning", name, {"bucket": bucket.id, "status": "Enabled"})
        rules = [{"id": "expire", "status": "Enabled", "expiration": {"days": days}}]
        self._thing("BucketLifecycle", name, {"bucket": bucket.id, "rules": rules})
        self._thing("BucketPolicy", name, {"bucket": bucket.id, "policy": _document(name, "s3")})
        role = self._thing("Role", name, {"assumeRolePolicy": _document(name, "sts")})
        self._thing("RolePolicy", name, {"role": role.id, "policy": _document(name, "rds-db")})
        topic = self._thing("Topic", name, {"keyArn": key.arn})
        queue = self._thing("Queue", name, {"keyArn": key.arn, "retentionSeconds": 86400})
        ends = {"topic": topic.arn, "endpoint": queue.arn, "protocol": "sqs"}
        self._thing("Subscription", name, ends)
        alarm = {"topic": topic.arn, "queue": queue.id, "threshold": 1, "periodSeconds": 60}
        self._thing("Alarm", name, alarm)
        self.bucket_arn = bucket.arn
        self.register_outputs({"bucketArn": bucket.arn})

    def _thing(self, kind: str, name: str, inputs: dict[str, Any]) -> Thing:
        options = pulumi.ResourceOptions(parent=self)
        return Thing(kind, f"{name}-{kind.lower()}", inputs, options)


def _document(name: str, service: str) -> str:
    statement = {
        "Sid": "Own",
        "Effect": "Allow",
        "Action": [f"{service}:{verb}" for verb in ("Get", "List", "Put", "Delete")],
        "Resource": [f"arn:aws:{service}:eu-west-1:999999999999:{name}/*"],
        "Condition": {"StringEquals": {"aws:ResourceTag/stage": name}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


config = pulumi.Config()
count = config.require_int("count")
first_days = config.require_int("first_days")
for number in range(count):
    tenant = Tenant(f"tenant-{number}", first_days if number == 0 else 30)
pulumi.export("count", count)
