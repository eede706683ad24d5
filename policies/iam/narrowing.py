"""What narrows a statement: a resource that says something, and conditions that must hold."""

from __future__ import annotations

import re

from policies.iam.documents import Statement
from policies.iam.patterns import has_wildcard, is_any, widened

_KIND_WORDS = frozenset(
    [
        "access-point",
        "alarm",
        "alias",
        "cluster",
        "crawler",
        "database",
        "db",
        "dbuser",
        "document",
        "environment",
        "event-bus",
        "file-system",
        "function",
        "group",
        "index",
        "instance",
        "instance-profile",
        "key",
        "layer",
        "log-group",
        "log-stream",
        "managed-instance",
        "network-interface",
        "parameter",
        "policy",
        "repository",
        "role",
        "rule",
        "secret",
        "secret-name",
        "security-group",
        "session",
        "snapshot",
        "stack",
        "state-machine",
        "stream",
        "subnet",
        "table",
        "task-definition",
        "user",
        "volume",
        "vpc",
        "workgroup",
    ]
)
_ARN_PARTS = 6
_SEPARATOR = re.compile("[/:]")

_NARROWING_KEYS = ("kms:resourcealiases", "aws:resourcetag/", "cloudwatch:namespace")
_SERVICE_TAG = re.compile(r"[a-z0-9-]+:resourcetag/.+")
_GENERIC = frozenset({"", "alias/", "alias"})


def is_wide(resource: str) -> bool:
    """Whether it is every resource of a service, or of a kind: `*`, `arn:aws:s3:::*/*`."""
    parts = widened(resource).split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return has_wildcard(resource)
    kind_words = frozenset() if parts[2] == "s3" else _KIND_WORDS
    said = [word for word in _SEPARATOR.split(parts[5]) if not is_any(word)]
    return not set(said) - kind_words and has_wildcard(parts[5])


def narrowed_by_condition(statement: Statement) -> bool:
    """Whether a condition demands one alias, tag or name space."""
    return any(
        condition.demands
        and (condition.key.startswith(_NARROWING_KEYS) or _SERVICE_TAG.fullmatch(condition.key))
        and bool(condition.values)
        and not any(value.rstrip("*?") in _GENERIC for value in condition.values)
        for condition in statement.conditions
    )
