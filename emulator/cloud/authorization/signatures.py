"""Who signed a request, by AWS's Signature Version 4 (or S3's older query signature).

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from botocore.auth import HmacV1QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import normalize_url_path

ALGORITHM: Final = "AWS4-HMAC-SHA256"
HEADER: Final = re.compile(
    rf"{ALGORITHM}\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)"
)
DATE_FORMAT: Final = "%Y%m%dT%H%M%SZ"
CLOCK_SKEW: Final = timedelta(minutes=15)
MAX_EXPIRES_SECONDS: Final = 7 * 24 * 3600
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/ShareObjectPreSignedURL.html"""
UNSIGNED: Final = "UNSIGNED-PAYLOAD"


class BadSignatureError(Exception):
    """A signature that cannot be read, is past its time or does not match; AWS's code and words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a request says about who signed it."""

    access_key_id: str
    session_token: str | None = field(repr=False)
    region: str
    service: str
    signed_at: datetime
    signed_headers: tuple[str, ...] = ()
    value: str = field(repr=False)
    in_query: bool = False
    version: int = 4

    def check(self, environ: Mapping[str, Any], body: bytes, secret: str) -> None:
        """Raise BadSignatureError unless it was made with this secret for this request."""
        if self.version == 2:
            made = _version_2(self, environ, secret)
        else:
            made = _version_4(self, environ, body, secret)
        if not hmac.compare_digest(made, self.value):
            raise BadSignatureError("SignatureDoesNotMatch", MISMATCH)


MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. Check your key"
    " and signing method."
)


def read_signature(environ: Mapping[str, Any], now: datetime) -> Signature | None:
    """The signature of a request, None where it has none. Raises BadSignatureError."""
    header = environ.get("HTTP_AUTHORIZATION")
    query = dict(parse_qsl(str(environ.get("QUERY_STRING", "")), keep_blank_values=True))
    if header is not None:
        found = HEADER.fullmatch(str(header).strip())
        if found is None:
            raise BadSignatureError("IncompleteSignature", "Authorization header is not readable")
        date = str(environ.get("HTTP_X_AMZ_DATE", ""))
        signed_at = _scoped(found[1], date)
        if abs(now - signed_at) > CLOCK_SKEW:
            raise BadSignatureError(
                "RequestTimeTooSkewed", f"Signature expired or not yet valid: {date}"
            )
        scope = found[1].split("/")
        return Signature(
            access_key_id=scope[0],
            session_token=environ.get("HTTP_X_AMZ_SECURITY_TOKEN"),
            region=scope[2],
            service=scope[3],
            signed_at=signed_at,
            signed_headers=tuple(found[2].split(";")),
            value=found[3],
        )
    if "X-Amz-Signature" in query:
        return _presigned(query, now)
    if "AWSAccessKeyId" in query and "Signature" in query:
        return _presigned_version_2(query, now)
    return None


def _presigned(query: Mapping[str, str], now: datetime) -> Signature:
    credential, date = query.get("X-Amz-Credential", ""), query.get("X-Amz-Date", "")
    signed_at = _scoped(credential, date)
    seconds = query.get("X-Amz-Expires", "")
    if query.get("X-Amz-Algorithm") != ALGORITHM or not seconds.isdigit():
        raise BadSignatureError("AuthorizationQueryParametersError", "a parameter is missing")
    if not 0 < int(seconds) <= MAX_EXPIRES_SECONDS or signed_at > now + CLOCK_SKEW:
        raise BadSignatureError(
            "AuthorizationQueryParametersError", "X-Amz-Expires is out of range"
        )
    if now > signed_at + timedelta(seconds=int(seconds)):
        raise BadSignatureError("AccessDenied", "Request has expired")
    scope = credential.split("/")
    return Signature(
        access_key_id=scope[0],
        session_token=query.get("X-Amz-Security-Token"),
        region=scope[2],
        service=scope[3],
        signed_at=signed_at,
        signed_headers=tuple(query.get("X-Amz-SignedHeaders", "").split(";")),
        value=query["X-Amz-Signature"],
        in_query=True,
    )


def _presigned_version_2(query: Mapping[str, str], now: datetime) -> Signature:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html."""
    expires = query.get("Expires", "")
    if not expires.isdigit() or now.timestamp() > int(expires):
        raise BadSignatureError("AccessDenied", "Request has expired")
    return Signature(
        access_key_id=query["AWSAccessKeyId"],
        session_token=query.get("x-amz-security-token"),
        region="",
        service="s3",
        signed_at=now,
        value=query["Signature"],
        in_query=True,
        version=2,
    )


def _scoped(credential: str, date: str) -> datetime:
    """Time of a signature whose scope belongs to it. Raises BadSignatureError."""
    scope = credential.split("/")
    try:
        signed_at = datetime.strptime(date, DATE_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise BadSignatureError("IncompleteSignature", "X-Amz-Date is not readable") from None
    if len(scope) != 5 or scope[1] != date[:8] or scope[4] != "aws4_request" or not scope[2]:
        raise BadSignatureError("IncompleteSignature", "Credential is not scoped correctly")
    return signed_at


def _version_4(signature: Signature, environ: Mapping[str, Any], body: bytes, secret: str) -> str:
    names = signature.signed_headers
    if "host" not in names:
        raise BadSignatureError("SignatureDoesNotMatch", "'host' must be a signed header")
    path, _, query = _raw_target(environ).partition("?")
    if signature.service != "s3":
        path = quote(normalize_url_path(path), safe="/~")
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    canonical_query = "&".join(
        f"{name}={value}"
        for name, value in sorted((_encoded(name), _encoded(value)) for name, _, value in pairs)
        if name != "X-Amz-Signature"
    )
    headers = "".join(f"{name}:{_header(environ, name)}\n" for name in names)
    canonical = "\n".join(
        [
            str(environ["REQUEST_METHOD"]),
            path or "/",
            canonical_query,
            headers,
            ";".join(names),
            _payload(signature, environ, body),
        ]
    )
    date = signature.signed_at.strftime(DATE_FORMAT)
    scope = f"{date[:8]}/{signature.region}/{signature.service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    signer = SigV4Auth(Credentials("", secret), signature.service, signature.region)
    request = AWSRequest()
    request.context["timestamp"] = date
    made: str = signer.signature("\n".join([ALGORITHM, date, scope, digest]), request)
    return made


def _payload(signature: Signature, environ: Mapping[str, Any], body: bytes) -> str:
    """What the signature says of the body, which has to be true."""
    said = environ.get("HTTP_X_AMZ_CONTENT_SHA256")
    if said is None and signature.in_query and signature.service == "s3":
        return UNSIGNED
    digest = hashlib.sha256(body).hexdigest()
    if said is None or said == UNSIGNED or str(said).startswith("STREAMING-"):
        return str(said or digest)
    if said != digest:
        raise BadSignatureError(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )
    return digest


def _version_2(signature: Signature, environ: Mapping[str, Any], secret: str) -> str:
    target = urlsplit(_raw_target(environ))
    expires = int(dict(parse_qsl(target.query))["Expires"])
    headers = {
        key.removeprefix("HTTP_").lower().replace("_", "-"): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_X_AMZ_") or key in ("CONTENT_TYPE", "HTTP_CONTENT_MD5")
        if value
    }
    credentials = Credentials(signature.access_key_id, secret, signature.session_token)
    if signature.session_token:
        headers["x-amz-security-token"] = signature.session_token
    signer = HmacV1QueryAuth(credentials)
    made: str = signer.get_signature(
        str(environ["REQUEST_METHOD"]), target, headers, expires=expires
    )
    return made


def _raw_target(environ: Mapping[str, Any]) -> str:
    """Path and query as they were sent."""
    return str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "/")


def _encoded(text: str) -> str:
    return quote(unquote(text), safe="-_.~")


def _header(environ: Mapping[str, Any], name: str) -> str:
    key = name.upper().replace("-", "_")
    plain = key in ("CONTENT_TYPE", "CONTENT_LENGTH")
    return " ".join(str(environ.get(key if plain else f"HTTP_{key}", "")).split())
