"""What IAM's resources have in common."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import is_gone
from emulator.providers.aws.tags import tag_changes, tag_list
from emulator.values import Properties


def find(account: Account, call: str, member: str = "", **parameters: Any) -> dict[str, Any] | None:
    """What a `get_…` call answers (its `member`), None where it finds nothing."""
    try:
        answer = getattr(account.client("iam"), call)(**parameters)
    except ClientError as error:
        if is_gone(error):
            return None
        raise
    return dict(answer[member] if member else answer)


def update_tags(
    account: Account, kind: str, olds: Properties, news: Properties, **who: str
) -> None:
    """Bring the tags of a `role`, `user`, `policy` … from the old ones to the new ones."""
    to_set, to_remove = tag_changes(olds, news)
    client = account.client("iam")
    if to_remove:
        getattr(client, f"untag_{kind}")(TagKeys=to_remove, **who)
    if to_set:
        getattr(client, f"tag_{kind}")(Tags=tag_list(to_set), **who)


def created(described: dict[str, Any]) -> str:
    """Creation time as pulumi-aws writes it."""
    return f"{described['CreateDate']:%Y-%m-%dT%H:%M:%SZ}"
