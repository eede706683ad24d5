"""The session that a stack's program runs in: which account, which region, as whom."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from emulator.cli import exit_codes
from emulator.errors import UserError
from emulator.state.stack_config import StackConfig

if TYPE_CHECKING:
    from emulator.cloud.client import Cloud, Session

DEFAULT_ACCOUNT: Final = "123456789012"
DEFAULT_REGION: Final = "us-east-1"
CREDENTIALS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def open_session(
    cloud: Cloud, config: StackConfig, folder: Path, note: Callable[[str], None]
) -> Session:
    """Session for the account and the region of the stack's configuration.

    Credentials of the caller's environment are used where an emulated account knows them; where
    none does they are left alone, which is said. Raises UserError.
    """
    account = account_id(config)
    region = config.values.get("aws:region", DEFAULT_REGION)
    credentials = {name: os.environ[name] for name in CREDENTIALS if os.environ.get(name)}
    if "AWS_ACCESS_KEY_ID" in credentials:
        try:
            return cloud.session(account, region, credentials, folder)
        except UserError:
            note(
                "AWS_ACCESS_KEY_ID is set to a key that no emulated account knows: it is left "
                f"alone, and the program runs as administrator of account {account}"
            )
    return cloud.session(account, region, folder=folder)


def account_id(config: StackConfig) -> str:
    """First account of `aws:allowedAccountIds`. Raises UserError for a value that names none."""
    text = config.values.get("aws:allowedAccountIds")
    if text is None:
        return DEFAULT_ACCOUNT
    try:
        ids = json.loads(text)
    except ValueError:
        ids = None
    if isinstance(ids, int):
        ids = [text]
    first = str(ids[0]) if isinstance(ids, list) and ids else ""
    if len(first) != len(DEFAULT_ACCOUNT) or not first.isdigit():
        msg = (
            f"{config.file}: aws:allowedAccountIds: got {text!r}, allowed: a list of account ids "
            "of 12 digits"
        )
        raise UserError(msg, exit_codes.FAILURE)
    return first
