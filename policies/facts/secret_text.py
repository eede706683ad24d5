"""Secrets in plain sight: what looks like one in a text or under a variable's name."""

from __future__ import annotations

import base64
import binascii
import re

ASSIGNED = "an assigned password"
_KINDS = {
    "an AWS access key": re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "an AWS secret key": re.compile(r"(?i)aws_?secret\w*\s*[=:]\s*['\"]?[A-Za-z0-9/+]{40}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a Telegram bot token": re.compile(r"\b\d{8,10}:[A-Za-z0-9_-]{35}\b"),
    "a password in a URL": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s:@$]+@"),
    ASSIGNED: re.compile(
        r"(?i)(password|passwd|secret|api_?key|token)['\"]?\s*(=|:\s)\s*['\"]?[^\s'\"$`({]{6,}"
    ),
}
_NAME = re.compile(r"(?i)(password|passwd|secret|token|api_?key|private_?key|credential)")
_NAMES_IT = re.compile(r"(?i)_(arn|name|id|path|url|uri)$")
_REFERENCE = re.compile(r"^(arn:aws:[^\s]+$|/[A-Za-z0-9_./-]+$|\{\{resolve:)")


def secrets_in(text: str) -> list[str]:
    """The kinds of secret that the text, or what it is the base64 of, seems to hold."""
    whole = text + "\n" + _decoded(text)
    return [kind for kind, pattern in _KINDS.items() if pattern.search(whole)]


def is_secret_variable(name: str, value: str) -> bool:
    """Whether a variable's value is a secret by its look, or by its name and no reference."""
    if _REFERENCE.search(value) or not value:
        return False
    named = bool(_NAME.search(name)) and not _NAMES_IT.search(name)
    return named or bool(secrets_in(value))


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
