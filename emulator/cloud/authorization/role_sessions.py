"""Taking on a role: what the caller brings along, and what the session keeps of it.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from moto.iam.models import iam_backends

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.needs import requested_tags
from emulator.cloud.authorization.principals import Principal
from emulator.cloud.authorization.refusals import Kind, RefusedError
from emulator.cloud.authorization.resource_policies import find_role
from emulator.cloud.authorization.session_facts import MULTI_FACTOR_AGE, SessionFacts

CHAINED_SECONDS: Final = 3600
"""A session that was opened by a session lasts an hour at most."""
STEP_SECONDS: Final = 30
MULTI_FACTOR: Final = "aws:multifactorauthpresent"
KEPT: Final = "aws:sourceidentity"


def multi_factor_context(call: Call, principal: Principal, now: datetime) -> Mapping[str, str]:
    """Condition keys of the code that the caller gives. Raises RefusedError for a wrong one."""
    serial, code = call.text("SerialNumber"), call.text("TokenCode")
    if not serial and not code:
        return {}
    backend = iam_backends[principal.account_id]["aws"]
    user = backend.users.get(str(principal.context.get("aws:username", "")))
    device = backend.virtual_mfa_devices.get(serial)
    if user is None or device is None or serial not in user.mfa_devices:
        raise RefusedError(
            Kind.DENIED,
            "MultiFactorAuthentication failed, unable to validate MFA code. Please verify your MFA"
            " serial number is valid and associated with this user.",
        )
    step = int(now.timestamp()) // STEP_SECONDS
    codes = [one_time_code(device.base32_string_seed, step + skew) for skew in (-1, 0, 1)]
    if not any(hmac.compare_digest(code, wanted) for wanted in codes):
        raise RefusedError(
            Kind.DENIED, "MultiFactorAuthentication failed with invalid MFA one time pass code."
        )
    return {MULTI_FACTOR: "true", MULTI_FACTOR_AGE: "0"}


def one_time_code(seed: str, step: int) -> str:
    """Code of a virtual device at a step of 30 seconds (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(seed), struct.pack(">Q", step), hashlib.sha1)
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def session_facts(
    call: Call,
    principal: Principal,
    facts: SessionFacts | None,
    multi_factor: Mapping[str, str],
    now: datetime,
) -> SessionFacts:
    """What the new session keeps; `facts` are those of the caller's own session, if it is one.

    Raises RefusedError where AWS refuses the parameters.
    """
    role = find_role(call.text("RoleArn"))
    seconds = int(call.parameters.get("DurationSeconds") or CHAINED_SECONDS)
    if seconds > int(getattr(role, "max_session_duration", None) or CHAINED_SECONDS):
        raise _invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    if facts is not None and seconds > CHAINED_SECONDS:
        raise _invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by"
            " role chaining."
        )
    handed_on = (
        {key: value for key, value in facts.tags.items() if key in facts.transitive_tags}
        if facts is not None
        else {}
    )
    given = requested_tags(call.parameters)
    doubled = sorted(set(handed_on) & set(given))
    if doubled:
        raise _invalid(f"The session tags {', '.join(doubled)} are inherited and cannot be set.")
    context: dict[str, Any] = {MULTI_FACTOR: "false", **multi_factor}
    identity = call.text("SourceIdentity") or principal.context.get(KEPT, "")
    if identity:
        context[KEPT] = identity
    return SessionFacts(
        policy_arns=tuple(item["arn"] for item in call.parameters.get("PolicyArns") or []),
        tags={**handed_on, **given},
        transitive_tags=frozenset(handed_on)
        | frozenset(call.parameters.get("TransitiveTagKeys") or []),
        context=context,
        opened_at=now,
    )


def _invalid(text: str) -> RefusedError:
    return RefusedError(Kind.UNKNOWN_CALL, text, "ValidationError")
