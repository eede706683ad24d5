"""The one exception that a person is meant to read."""

from __future__ import annotations


class UserError(Exception):
    """Something that the person at the keyboard can mend; its text says what, where and what next.

    The command line prints the text and exits with `exit_code`, without a traceback.
    """

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code
