"""Permission for what never reaches the emulated API, because moto has no such service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.permission import require, time_context
from emulator.cloud.authorization.principals import find_principal
from emulator.cloud.authorization.refusals import RefusedError
from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError


def require_permission(
    account: Account, service: str, prefix: str, operation: str, parameters: Mapping[str, Any]
) -> None:
    """Raise RefusalError unless the provider's principal may make a call with these parameters.

    `service` is botocore's name, `prefix` that of the service's IAM actions.
    """
    label = service.upper()
    principal = find_principal(account.context.credentials.access_key_id)
    if isinstance(principal, str):
        text = "The security token included in the request is invalid"
        raise RefusalError(label, operation, "UnrecognizedClientException", text)
    call = Call(
        service=service,
        prefix=prefix,
        operation=operation,
        parameters=parameters,
        region=account.region,
        account_id=principal.account_id,
        caller_arn=principal.arn,
    )
    context = {
        "aws:sourceip": "127.0.0.1",
        "aws:securetransport": "true",
        "aws:requestedregion": account.region,
        **time_context(datetime.now(UTC)),
    }
    try:
        require(call, principal, context)
    except RefusedError as refused:
        code = "AccessDeniedException"
        raise RefusalError(label, operation, code, refused.message) from refused
