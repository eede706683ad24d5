"""Checks an RDS IAM authentication token: a presigned request that was never sent.

`host:port/?Action=connect&DBUser=…&X-Amz-…`, signed for the service `rds-db` and good for 15
minutes. Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SERVICE: Final = "rds-db"
MAX_EXPIRES_SECONDS: Final = 900
CLOCK_SKEW: Final = timedelta(minutes=5)
DATE_FORMAT: Final = "%Y%m%dT%H%M%SZ"
SIGNATURE: Final = "X-Amz-Signature"
REQUIRED: Final = (
    "Action",
    "DBUser",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    SIGNATURE,
)


class TokenRefusedError(Exception):
    """Why a token is refused; never holds any of its secret parts."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says, read and in itself sound; its signature is not checked yet."""

    access_key_id: str
    session_token: str | None = field(repr=False)
    _unsigned_url: str = field(repr=False)
    _region: str
    _date: str
    _signature: str = field(repr=False)

    @classmethod
    def parse(
        cls, text: str, *, user: str, host: str, port: int, region: str, now: datetime
    ) -> Token:
        """Read a token that must be for this user, endpoint and region. Raises TokenRefusedError.

        `now` is an aware datetime.
        """
        try:
            url = urlsplit(f"https://{text}")
            pairs = parse_qsl(
                url.query, keep_blank_values=True, strict_parsing=True, errors="strict"
            )
        except ValueError:
            msg = "not a token (a presigned address)"
            raise TokenRefusedError(msg) from None
        query = dict(pairs)
        missing = [name for name in REQUIRED if not query.get(name)]
        if missing or len(query) != len(pairs) or url.path not in ("", "/"):
            msg = f"not a token: missing or doubled parameters ({', '.join(missing) or 'doubled'})"
            raise TokenRefusedError(msg)
        _same("host", url.netloc.lower(), f"{host}:{port}")
        _same("action", query["Action"], "connect")
        _same("user", query["DBUser"], user)
        _same("algorithm", query["X-Amz-Algorithm"], "AWS4-HMAC-SHA256")
        _same("signed headers", query["X-Amz-SignedHeaders"], "host")
        scope = query["X-Amz-Credential"].split("/")
        date = query["X-Amz-Date"]
        if len(scope) != 5:
            msg = "its credential scope has not five parts"
            raise TokenRefusedError(msg)
        _same("day in the scope", scope[1], date[:8])
        _same("region", scope[2], region)
        _same("service", scope[3], SERVICE)
        _same("end of the scope", scope[4], "aws4_request")
        _check_time(date, query["X-Amz-Expires"], now)
        kept = [part for part in url.query.split("&") if part.split("=")[0] != SIGNATURE]
        return cls(
            access_key_id=scope[0],
            session_token=query.get("X-Amz-Security-Token"),
            _unsigned_url=f"https://{url.netloc}/?{'&'.join(kept)}",
            _region=region,
            _date=date,
            _signature=query[SIGNATURE],
        )

    def is_signed_with(self, secret_access_key: str) -> bool:
        """Whether the signature is the one that this secret key gives."""
        credentials = Credentials(self.access_key_id, secret_access_key)
        auth = SigV4QueryAuth(credentials, SERVICE, self._region)
        request = AWSRequest(method="GET", url=self._unsigned_url)
        request.context["timestamp"] = self._date
        canonical = auth.canonical_request(request)
        expected = auth.signature(auth.string_to_sign(request, canonical), request)
        return hmac.compare_digest(expected.encode(), self._signature.encode())


def _same(what: str, got: str, wanted: str) -> None:
    if got != wanted:
        msg = f"its {what} is {got!r}, which is not {wanted!r}"
        raise TokenRefusedError(msg)


def _check_time(date: str, expires_seconds: str, now: datetime) -> None:
    try:
        signed_at = datetime.strptime(date, DATE_FORMAT).replace(tzinfo=UTC)
        lifetime_seconds = int(expires_seconds)
    except ValueError:
        msg = "its date or lifetime cannot be read"
        raise TokenRefusedError(msg) from None
    if not 0 < lifetime_seconds <= MAX_EXPIRES_SECONDS:
        msg = f"its lifetime of {lifetime_seconds} s is not between 1 and {MAX_EXPIRES_SECONDS} s"
        raise TokenRefusedError(msg)
    if signed_at > now + CLOCK_SKEW:
        msg = f"it was signed in the future ({date})"
        raise TokenRefusedError(msg)
    if now > signed_at + timedelta(seconds=lifetime_seconds):
        msg = f"it expired: signed {date}, good for {lifetime_seconds} s"
        raise TokenRefusedError(msg)
