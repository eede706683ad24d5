"""Why a command on a database ends without having done its work."""

from __future__ import annotations


class RefusedError(Exception):
    """It must not be done: what, why, what to do. Exit code 1."""


class FailedError(Exception):
    """It could not be done, or looked at: what was tried, where, what to do. Exit code 2."""
