"""What every request to the emulated AWS passes first: who signed it, and whether they may.

AWS's order: the signature, then every action that the call needs, then the service itself, which
sees neither who called nor any policy.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from moto.core.request import determine_request_protocol
from moto.core.utils import get_service_model
from moto.sts.models import sts_backends

from emulator.cloud.authorization.calls import (
    CALL,
    OPERATION,
    Call,
    UnknownCallError,
    read_call,
    service_of,
)
from emulator.cloud.authorization.evaluation import Grants
from emulator.cloud.authorization.permission import require, time_context
from emulator.cloud.authorization.principals import EXPIRED, PARTITION, Principal, find_principal
from emulator.cloud.authorization.refusals import Answer, Kind, RefusedError, answer
from emulator.cloud.authorization.role_sessions import multi_factor_context, session_facts
from emulator.cloud.authorization.session_facts import FACTS, SessionFacts, facts_of
from emulator.cloud.authorization.signatures import BadSignatureError, Signature, read_signature

log = logging.getLogger(__name__)

PRINCIPAL: Final = "emulator.principal"
"""Key of the WSGI environment under which the caller stands, None for somebody anonymous."""
ANONYMOUS: Final = Principal(account_id="", arn="", secret_access_key="", grants=Grants())
WITHOUT_SIGNATURE: Final = frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
"""Calls that a token of an identity provider authenticates; none is emulated."""
NOT_EMULATED: Final = frozenset({"GetFederationToken", "GetSessionToken"})
"""Calls that moto answers with credentials of nobody."""
GLOBAL: Final = frozenset({"iam", "sts", "s3control", "budgets", "cloudfront"})


def admit(environ: dict[str, Any], moto_name: str) -> Answer | None:
    """Refuse a request, or make it ready for moto. None where it may go on.

    `moto_name` is the service that moto is going to hand the request to.
    """
    body = _take_body(environ)
    service, protocol = "", "json" if "HTTP_X_AMZ_TARGET" in environ else "query"
    try:
        _refuse_unsigned(environ, body)
        try:
            service = service_of(moto_name, environ, body)
            content_type = str(environ.get("CONTENT_TYPE", ""))
            protocol = determine_request_protocol(get_service_model(service), content_type)
        except (UnknownCallError, NotImplementedError) as error:
            raise RefusedError(Kind.UNKNOWN_CALL, f"no such service: {error}") from error
        _admit(environ, body, service)
    except RefusedError as refused:
        log.info("refused %s: %s", service, refused.message)
        return answer(refused, service, protocol, str(environ["REQUEST_METHOD"]))
    return None


def _admit(environ: dict[str, Any], body: bytes, service: str) -> None:
    now = datetime.now(UTC)
    try:
        signature = read_signature(environ, now)
        principal = _authenticate(signature, environ, body, service)
    except BadSignatureError as error:
        code = error.code if service == "s3" else ""
        raise RefusedError(Kind.BAD_SIGNATURE, str(error), code) from error
    try:
        call = read_call(
            environ,
            body,
            service=service,
            signing_name=signature.service if signature else service,
            region=(signature.region if signature else "") or "us-east-1",
            account_id=principal.account_id,
            caller_arn=principal.arn,
        )
    except UnknownCallError as error:
        raise RefusedError(Kind.UNKNOWN_CALL, f"{error}") from error
    context = _request_context(environ, call, signature, now)
    if service == "sts":
        context |= _opening_context(environ, call, principal, now)
    require(call, principal, context)
    environ[CALL], environ[PRINCIPAL] = call, None if principal is ANONYMOUS else principal
    environ[OPERATION] = call.operation
    _make_ready(environ, signature, principal, call)


def _refuse_unsigned(environ: Mapping[str, Any], body: bytes) -> None:
    """Only S3 has anything for everybody; which service is meant, only a signature would say."""
    if "HTTP_AUTHORIZATION" in environ or "Signature=" in str(environ.get("QUERY_STRING", "")):
        return
    form = str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")
    if any(f"Action={operation}".encode() in body for operation in WITHOUT_SIGNATURE):
        raise RefusedError(Kind.DENIED, "No identity provider is emulated: assume roles by key")
    if "HTTP_X_AMZ_TARGET" in environ or (form and b"Action=" in body):
        raise RefusedError(Kind.UNSIGNED, "Request is missing Authentication Token")


def _authenticate(
    signature: Signature | None, environ: Mapping[str, Any], body: bytes, service: str
) -> Principal:
    if signature is None:
        return ANONYMOUS
    found = find_principal(signature.access_key_id)
    if isinstance(found, str):
        if found.startswith(EXPIRED):
            words = (
                "provided token has expired."
                if service == "s3"
                else ("security token included in the request is expired")
            )
            raise RefusedError(Kind.EXPIRED, f"The {words}")
        words = (
            "The AWS Access Key Id you provided does not exist in our records."
            if service == "s3"
            else "The security token included in the request is invalid."
        )
        raise RefusedError(Kind.UNKNOWN_KEY, words)
    if not found.has_token(signature.session_token):
        words = (
            "The provided token is malformed or otherwise invalid."
            if service == "s3"
            else "The security token included in the request is invalid."
        )
        raise RefusedError(Kind.BAD_TOKEN, words)
    signature.check(environ, body, found.secret_access_key)
    return found


def _request_context(
    environ: Mapping[str, Any], call: Call, signature: Signature | None, now: datetime
) -> dict[str, str | tuple[str, ...]]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.

    The endpoint is plain HTTP on loopback, which nobody else can listen to: it counts as secure.
    """
    context: dict[str, str | tuple[str, ...]] = {
        "aws:sourceip": str(environ.get("REMOTE_ADDR", "127.0.0.1")),
        "aws:securetransport": "true",
        "s3:tlsversion": "1.3",
        "aws:requestedregion": "us-east-1" if call.service in GLOBAL else call.region,
        **time_context(now),
    }
    if environ.get("HTTP_USER_AGENT"):
        context["aws:useragent"] = str(environ["HTTP_USER_AGENT"])
    if environ.get("HTTP_REFERER"):
        context["aws:referer"] = str(environ["HTTP_REFERER"])
    if signature is not None:
        context["s3:authtype"] = "REST-QUERY-STRING" if signature.in_query else "REST-HEADER"
        context["s3:signatureversion"] = "AWS4-HMAC-SHA256" if signature.version == 4 else "AWS"
        age = (now - signature.signed_at).total_seconds()
        context["s3:signatureage"] = str(max(0, int(age * 1000)))
    return context


def _opening_context(
    environ: dict[str, Any], call: Call, principal: Principal, now: datetime
) -> Mapping[str, str]:
    """Put what a new session keeps where moto's STS finds it; condition keys of its opening."""
    if call.operation in NOT_EMULATED:
        raise RefusedError(Kind.UNKNOWN_CALL, f"sts:{call.operation} is not emulated")
    if call.operation != "AssumeRole":
        return {}
    multi_factor = multi_factor_context(call, principal, now)
    environ[FACTS] = session_facts(call, principal, _own_facts(principal), multi_factor, now)
    return multi_factor


def _own_facts(principal: Principal) -> SessionFacts | None:
    """Facts of the session that the caller itself is."""
    sessions = list(sts_backends[principal.account_id][PARTITION].assumed_roles)
    own = [s for s in sessions if s.session_token == principal.session_token]
    return facts_of(own[0]) if own else None


def _take_body(environ: dict[str, Any]) -> bytes:
    """The whole body; the next reader finds it again."""
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        body: bytes = stream.read()
    else:
        body = stream.read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return body


def _make_ready(
    environ: dict[str, Any], signature: Signature | None, principal: Principal, call: Call
) -> None:
    """Have moto work in the caller's account and the signed region, whatever headers say."""
    from emulator.cloud.authorization.services.s3 import bucket_of

    account_id = principal.account_id
    if not account_id:
        bucket = bucket_of(call.text("Bucket"))
        account_id = bucket.account_id if bucket is not None else ""
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = account_id
    environ["HTTP_USER_AGENT"] = str(environ.get("HTTP_USER_AGENT", "")).replace("region/", "")
    if signature is None or signature.in_query:
        # moto goes by this header: who signed in the query, or is let in unsigned, has none
        key = signature.access_key_id if signature else "A" * 20
        service = signature.service if signature else "s3"
        scope = f"{key}/20000101/{call.region}/{service}/aws4_request"
        environ["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={scope}"
