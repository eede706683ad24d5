"""Conditions by which a statement that speaks to many is bound to a few known ones."""

from __future__ import annotations

from collections.abc import Iterable

from policies.iam.documents import Statement
from policies.iam.patterns import is_any, widened
from policies.iam.placed_documents import NOT_KNOWN_YET

CALLER_KEYS = (
    "aws:principalarn",
    "aws:principalaccount",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
)
"""Who calls. Not organisations, networks and endpoints: AWS numbers them, and a number tells nobody
whether it is ours. https://docs.aws.amazon.com/IAM/latest/UserGuide/
reference_policies_condition-keys.html"""

SOURCE_KEYS = (
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "iot:sourcearn",
)
"""On whose behalf a service calls (the confused deputy)."""

_ARN_PARTS = 6


def is_bound_value(value: str, accounts: Iterable[str]) -> bool:
    """Whether a condition's value means one of `accounts`.

    An ARN must name its account, a bucket's must carry it in its name: anybody can have a bucket.
    """
    if value == NOT_KNOWN_YET:
        return True
    if not value.startswith("arn:"):
        return value in set(accounts)
    parts = widened(value).split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or is_any(parts[2]) or is_any(parts[5]):
        return False
    if parts[2] == "s3" and not parts[4]:
        return any(account in parts[5].split("/")[0] for account in accounts)
    return parts[4] in set(accounts)


def bound_by(statement: Statement, keys: Iterable[str], accounts: Iterable[str]) -> bool:
    """Whether it holds only where one of `keys` means one of `accounts`."""
    known = frozenset(accounts)
    return any(statement.demands(key, lambda value: is_bound_value(value, known)) for key in keys)
