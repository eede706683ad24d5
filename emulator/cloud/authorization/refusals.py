"""How AWS refuses: code, status and form depend on the service's protocol.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import Final
from xml.sax.saxutils import escape


class Kind(Enum):
    """Why a request is refused."""

    DENIED = "denied"
    UNKNOWN_KEY = "unknown key"
    BAD_TOKEN = "bad token"  # noqa: S105 - a kind of refusal
    EXPIRED = "expired"
    UNSIGNED = "unsigned"
    BAD_SIGNATURE = "bad signature"
    UNKNOWN_CALL = "unknown call"


class RefusedError(Exception):
    """A request that the emulated AWS does not take; the text goes to the caller."""

    def __init__(self, kind: Kind, message: str, code: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What a refused caller gets."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


QUERY: Final = {
    Kind.DENIED: (403, "AccessDenied"),
    Kind.UNKNOWN_KEY: (403, "InvalidClientTokenId"),
    Kind.BAD_TOKEN: (403, "InvalidClientTokenId"),
    Kind.EXPIRED: (403, "ExpiredToken"),
    Kind.UNSIGNED: (403, "MissingAuthenticationToken"),
    Kind.BAD_SIGNATURE: (403, "SignatureDoesNotMatch"),
    Kind.UNKNOWN_CALL: (400, "InvalidAction"),
}
JSON: Final = {
    Kind.DENIED: (400, "AccessDeniedException"),
    Kind.UNKNOWN_KEY: (400, "UnrecognizedClientException"),
    Kind.BAD_TOKEN: (400, "UnrecognizedClientException"),
    Kind.EXPIRED: (400, "ExpiredTokenException"),
    Kind.UNSIGNED: (400, "MissingAuthenticationTokenException"),
    Kind.BAD_SIGNATURE: (400, "InvalidSignatureException"),
    Kind.UNKNOWN_CALL: (400, "UnknownOperationException"),
}
S3: Final = {
    Kind.DENIED: (403, "AccessDenied"),
    Kind.UNKNOWN_KEY: (403, "InvalidAccessKeyId"),
    Kind.BAD_TOKEN: (400, "InvalidToken"),
    Kind.EXPIRED: (400, "ExpiredToken"),
    Kind.UNSIGNED: (403, "AccessDenied"),
    Kind.BAD_SIGNATURE: (403, "SignatureDoesNotMatch"),
    Kind.UNKNOWN_CALL: (400, "InvalidArgument"),
}
EC2: Final = {
    Kind.DENIED: (403, "UnauthorizedOperation"),
    Kind.UNKNOWN_KEY: (401, "AuthFailure"),
    Kind.BAD_TOKEN: (401, "AuthFailure"),
    Kind.EXPIRED: (400, "RequestExpired"),
    Kind.UNSIGNED: (400, "MissingAuthenticationToken"),
    Kind.BAD_SIGNATURE: (401, "AuthFailure"),
    Kind.UNKNOWN_CALL: (400, "InvalidAction"),
}
BY_PROTOCOL: Final = {"query": QUERY, "json": JSON, "rest-json": JSON, "ec2": EC2}
OF_SERVICE: Final = {("sns", Kind.DENIED): "AuthorizationError"}
"""https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html"""


def answer(refused: RefusedError, service: str, protocol: str, method: str) -> Answer:
    """The refusal in the form that SDKs of the service read."""
    table = S3 if service == "s3" else BY_PROTOCOL.get(protocol, QUERY)
    status, code = table[refused.kind]
    code = refused.code or OF_SERVICE.get((service, refused.kind), code)
    if protocol in ("json", "rest-json"):
        # REST's codes are those of HTTP, a JSON call's is 400 whatever it was
        status = 403 if protocol == "rest-json" and refused.kind is not Kind.UNKNOWN_CALL else 400
        headers: tuple[tuple[str, str], ...] = (
            ("Content-Type", "application/x-amz-json-1.1"),
            ("x-amzn-ErrorType", code),
        )
        if service == "sqs":
            # SDKs that knew SQS's older protocol get the codes of that
            headers += (("x-amzn-query-error", f"{QUERY[refused.kind][1]};Sender"),)
        body = json.dumps({"__type": code, "message": refused.message})
    else:
        headers = (("Content-Type", "text/xml"),)
        error = f"<Code>{code}</Code><Message>{escape(refused.message)}</Message>"
        if service == "s3":
            body = f"<Error>{error}</Error>"
        elif protocol == "ec2":
            body = f"<Response><Errors><Error>{error}</Error></Errors></Response>"
        else:
            body = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>"
    data = b"" if method == "HEAD" else body.encode()
    reason = {400: "BAD REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN"}[status]
    return Answer(f"{status} {reason}", (*headers, ("Content-Length", str(len(data)))), data)


def denied(service: str, arn: str, action: str, resource: str, reason: str) -> RefusedError:
    """AWS's words for who may not do what."""
    if not arn:
        return RefusedError(Kind.DENIED, "Access Denied")
    if action.startswith("sts:"):
        reason = ""  # STS gives none
    named = f'"{resource}"' if service == "s3" and action.startswith("s3:") else resource
    text = (
        f"User: {arn} is not authorized to perform: {action} on resource: {named} {reason}".strip()
    )
    if service == "ec2":
        text = f"You are not authorized to perform this operation. {text}"
    return RefusedError(Kind.DENIED, text)
