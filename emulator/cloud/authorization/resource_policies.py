"""The policy of the resource that an action is about, and whose account the resource is in."""

from __future__ import annotations

from typing import Any, Final

from moto.iam.models import iam_backends

from emulator.cloud.authorization.evaluation import ResourcePolicy
from emulator.cloud.authorization.needs import Need
from emulator.cloud.authorization.statements import read

TRUST_ACTIONS: Final = frozenset({"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"})
ARN_PARTS: Final = 6


def resource_policy(need: Need, account_id: str) -> ResourcePolicy:
    """What stands at the resource; without a policy of its own just its account.

    `account_id` is the caller's, where resources lie whose ARN names no account.
    """
    parts = need.resource.split(":", ARN_PARTS - 1)
    if len(parts) < ARN_PARTS:
        return ResourcePolicy(account_id=account_id)
    service, region, owner, resource = parts[2], parts[3], parts[4] or account_id, parts[5]
    if need.action in TRUST_ACTIONS:
        return _trust(need.resource, owner)
    if service == "s3":
        return _bucket(resource.partition("/")[0], account_id)
    document: Any = None
    if service == "kms" and resource.startswith("key/"):
        from emulator.cloud.authorization.services.kms import find_key

        key = find_key(need.resource, owner, region)
        document = key.policy if key is not None else "{}"
        return ResourcePolicy(account_id=owner, policy=read(document), decides_alone=True)
    if service == "secretsmanager":
        from emulator.cloud.authorization.services.secretsmanager import find_secret

        document = getattr(find_secret(need.resource, owner, region), "policy", None)
    elif service == "sns":
        from emulator.cloud.authorization.services.sns import find_topic

        document = getattr(find_topic(need.resource), "policy", None)
    elif service == "sqs":
        from emulator.cloud.authorization.services.sqs import find_queue

        document = getattr(find_queue(resource, owner, region), "policy", None)
    return ResourcePolicy(account_id=owner, policy=read(document) if document else {})


def find_role(arn: str) -> Any | None:
    """Moto's role of an ARN, in an account that exists."""
    parts = arn.split(":", ARN_PARTS - 1)
    if len(parts) < ARN_PARTS or parts[4] not in iam_backends:
        return None
    roles = list(iam_backends[parts[4]]["aws"].roles.values())
    return next((role for role in roles if role.arn == arn), None)


def _trust(arn: str, owner: str) -> ResourcePolicy:
    role = find_role(arn)
    document = role.assume_role_policy_document if role is not None else "{}"
    return ResourcePolicy(
        account_id=owner, policy=read(document), decides_alone=True, kind="role trust policy"
    )


def _bucket(name: str, account_id: str) -> ResourcePolicy:
    from emulator.cloud.authorization.services.s3 import bucket_of

    bucket = bucket_of(name)
    if bucket is None:
        return ResourcePolicy(account_id=account_id)
    block = bucket.public_access_block
    document = bucket.policy
    text = document.decode() if isinstance(document, bytes) else document
    return ResourcePolicy(
        account_id=bucket.account_id,
        policy=read(text) if text else {},
        # a policy is public if it allows everybody without a condition that narrows it
        is_kept_private=block is not None and str(block.restrict_public_buckets).lower() == "true",
    )
