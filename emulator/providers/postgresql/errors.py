"""PostgreSQL's errors as a person should read them: its own text, its code, and no secret."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg

from emulator.providers.provider import ProviderError


def describe(error: psycopg.Error) -> str:
    """PostgreSQL's message with detail, hint and SQLSTATE; libpq's own text where it has none."""
    if error.sqlstate is None:
        return " ".join(str(error).split())
    diagnostic = error.diag
    text = diagnostic.message_primary or str(error)
    extra = [part for part in (diagnostic.message_detail, diagnostic.message_hint) if part]
    return f"{'. '.join([text, *extra])} (SQLSTATE {error.sqlstate})"


def redact(text: str, hidden: Iterable[str]) -> str:
    """The text with every secret in it masked."""
    for secret in hidden:
        if secret:
            text = text.replace(secret, "[secret]")
    return text


class NoEffectError(ProviderError):
    """PostgreSQL accepted a statement and did not do what it says."""
