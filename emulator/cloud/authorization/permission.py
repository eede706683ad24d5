"""Whether a principal may make a call: everything that the call needs, by all policies."""

from __future__ import annotations

import logging
from datetime import datetime

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.conditions import Context
from emulator.cloud.authorization.evaluation import ResourcePolicy
from emulator.cloud.authorization.needs import Need, needs_of
from emulator.cloud.authorization.principals import Principal
from emulator.cloud.authorization.refusals import Kind, RefusedError, denied
from emulator.cloud.authorization.resource_policies import resource_policy
from emulator.cloud.authorization.statements import read

log = logging.getLogger(__name__)


def require(call: Call, principal: Principal, context: Context) -> None:
    """Raise RefusedError, in AWS's words, unless the principal may make the call."""
    for need in needs_of(call):
        _require(need, call, principal, context)
    if call.service == "kms" and call.operation in ("CreateKey", "PutKeyPolicy"):
        _refuse_lockout(call, principal, context)


def _refuse_lockout(call: Call, principal: Principal, context: Context) -> None:
    """A key policy has to leave it to its author to change it again, unless told not to care.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
    """
    if not call.text("Policy") or call.parameters.get("BypassPolicyLockoutSafetyCheck"):
        return
    try:
        policy = read(call.text("Policy"))
    except ValueError:
        return  # KMS itself says what is wrong with it
    resource = ResourcePolicy(account_id=call.account_id, policy=policy, decides_alone=True)
    decision = principal.may("kms:PutKeyPolicy", call.arn("key/*"), context, resource)
    if not decision.allowed:
        text = "The new key policy will not allow you to update the key policy in the future."
        raise RefusedError(Kind.UNKNOWN_CALL, text, "MalformedPolicyDocumentException")


def time_context(now: datetime) -> dict[str, str]:
    """Condition keys of a moment."""
    return {"aws:currenttime": now.isoformat(), "aws:epochtime": str(int(now.timestamp()))}


def _require(need: Need, call: Call, principal: Principal, context: Context) -> None:
    """Raise RefusedError unless the need is met."""
    policy = resource_policy(need, principal.account_id)
    via = {"aws:viaawsservice": str(bool(need.via)).lower()}
    decision = principal.may(
        need.action,
        need.resource,
        {
            **context,
            "aws:resourceaccount": policy.account_id,
            "s3:resourceaccount": policy.account_id,
            **via,
            **need.context,
        },
        policy,
    )
    if decision.allowed:
        return
    if need.otherwise:
        for other in need.otherwise:
            _require(other, call, principal, context)
        return
    log.info("%s: %s on %s %s", principal.arn, need.action, need.resource, decision.reason)
    raise denied(call.service, principal.arn, need.action, need.resource, decision.reason)
