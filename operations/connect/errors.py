"""Why no session through a door comes about, or why it ends."""

from __future__ import annotations


class ConnectError(Exception):
    """What failed, where and why, and what to do next: never with a secret."""

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(f"{what}\n  next: {next_step}")
