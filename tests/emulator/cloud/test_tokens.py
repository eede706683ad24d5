"""Reading an IAM authentication token, without any server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from emulator.cloud.front.token import Token, TokenRefusedError

HOST, PORT, REGION, USER = "127.0.0.2", 5432, "eu-west-1", "preprod.app@x"
SECRET = "a-secret"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def text(monkeypatch: pytest.MonkeyPatch) -> str:
    """A good token, signed at NOW."""
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: NOW)
    rds = boto3.client(
        "rds",
        region_name=REGION,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key=SECRET,
        aws_session_token="a/session+token=",
    )
    made: str = rds.generate_db_auth_token(HOST, PORT, USER)
    return made


def parse(text: str, **changes: Any) -> Token:
    wanted = {"user": USER, "host": HOST, "port": PORT, "region": REGION, "now": NOW}
    return Token.parse(text, **{**wanted, **changes})


def test_a_good_token_names_its_key_and_session_and_is_signed(text: str) -> None:
    token = parse(text)
    assert token.access_key_id == "AKIAIOSFODNN7EXAMPLE"
    assert token.session_token == "a/session+token="
    assert token.is_signed_with(SECRET)
    assert not token.is_signed_with("another-secret")


def test_the_order_of_parameters_does_not_matter(text: str) -> None:
    head, query = text.split("?")
    shuffled = f"{head}?{'&'.join(reversed(query.split('&')))}"
    assert parse(shuffled).is_signed_with(SECRET)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("Action=connect", "Action=delete", "action is 'delete'"),
        ("X-Amz-Expires=900", "X-Amz-Expires=901", "lifetime of 901 s"),
        ("X-Amz-Expires=900", "X-Amz-Expires=0", "lifetime of 0 s"),
        ("X-Amz-Expires=900", "X-Amz-Expires=x", "cannot be read"),
        ("eu-west-1", "", "region is ''"),
        ("rds-db", "s3", "service is 's3'"),
        ("20260102%2F", "20260103%2F", "day in the scope"),
        ("SignedHeaders=host", "SignedHeaders=none", "signed headers"),
        ("Action=connect", "Action=connect&Action=connect", "doubled"),
        ("&X-Amz-Expires=900", "", "missing or doubled parameters"),
        ("/?", "/path?", "not a token"),
        ("127.0.0.2:5432/", "user@127.0.0.2:5432/", "host is"),
    ],
)
def test_a_token_that_says_something_else_is_refused(
    text: str, old: str, new: str, reason: str
) -> None:
    assert old in text
    with pytest.raises(TokenRefusedError, match=reason):
        parse(text.replace(old, new))


@pytest.mark.parametrize(
    ("later", "reason"),
    [(timedelta(seconds=901), "expired"), (-timedelta(minutes=5, seconds=1), "in the future")],
)
def test_a_token_counts_only_in_its_time(text: str, later: timedelta, reason: str) -> None:
    with pytest.raises(TokenRefusedError, match=reason):
        parse(text, now=NOW + later)


def test_no_reason_holds_the_signature(text: str) -> None:
    signature = text.split("X-Amz-Signature=")[1]
    with pytest.raises(TokenRefusedError) as refused:
        parse(text, user="another")
    assert signature not in str(refused.value)
    assert signature not in repr(parse(text))
