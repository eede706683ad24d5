"""A KMS key with an alias."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

DELETION_WINDOW_DAYS = 30
"""The longest that KMS offers: a key scheduled for deletion can be called back for so long."""


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """Arguments of an EncryptionKey."""

    alias: str
    """`alias/…`, by which IAM documents name the key."""

    description: str
    """What it encrypts."""

    policy: str
    """The key policy, a JSON document."""

    protect: bool
    """Whether Pulumi refuses to delete it."""


class EncryptionKey(pulumi.ComponentResource):
    """A symmetric key, rotated every year by AWS, and its alias."""

    arn: pulumi.Output[str]
    """The key's ARN, known once its alias exists: IAM documents match the alias."""

    def __init__(
        self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:EncryptionKey", name, None, opts)
        key = aws.kms.Key(
            f"{name}-key",
            description=args.description,
            policy=args.policy,
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        alias = aws.kms.Alias(
            f"{name}-alias",
            name=args.alias,
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = pulumi.Output.all(key.arn, alias.id).apply(lambda values: str(values[0]))
        self.register_outputs({"arn": self.arn})
