"""IAM's policy simulator, which moto does not have: what a role or a user would be answered.

It judges the policies of the principal, its groups and its boundary. Policies of resources and
policies beside those that the principal has are not emulated.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

from typing import Any, Final

from emulator.cloud.authorization.calls import CALL, Call
from emulator.cloud.authorization.principals import PARTITION, Principal, find_principal

NOT_EMULATED: Final = (
    "CallerArn",
    "PermissionsBoundaryPolicyInputList",
    "PolicyInputList",
    "ResourcePolicy",
)
SESSION_NAME: Final = "simulated"
SESSION_SECONDS: Final = 900
DENIED: Final = "explicit deny"


def install() -> None:
    """Have moto's IAM answer SimulatePrincipalPolicy."""
    from flask import request
    from moto.core.responses import ActionResult
    from moto.iam.responses import IamResponse

    def simulating(_response: Any) -> Any:
        return ActionResult(_answer(request.environ[CALL]))

    setattr(IamResponse, "simulate_principal_policy", simulating)  # noqa: B010 - moto lacks it


def _answer(call: Call) -> dict[str, Any]:
    for name in NOT_EMULATED:
        if call.parameters.get(name):
            msg = f"{name} of iam:SimulatePrincipalPolicy"
            raise NotImplementedError(msg)
    principal = _principal(call.account_id, call.text("PolicySourceArn"))
    context: dict[str, Any] = {
        str(entry["ContextKeyName"]).lower(): tuple(entry["ContextKeyValues"])
        if len(entry["ContextKeyValues"]) > 1
        else entry["ContextKeyValues"][0]
        for entry in call.parameters.get("ContextEntries") or []
    }
    return {
        "EvaluationResults": [
            {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": _decision(principal, str(action), str(resource), context),
                "MatchedStatements": [],
                "MissingContextValues": [],
            }
            for action in call.parameters["ActionNames"]
            for resource in call.parameters.get("ResourceArns") or ["*"]
        ],
        "IsTruncated": False,
    }


def _decision(principal: Principal, action: str, resource: str, context: dict[str, Any]) -> str:
    decision = principal.may(action, resource, context)
    if decision.allowed:
        return "allowed"
    return "explicitDeny" if DENIED in decision.reason else "implicitDeny"


def _principal(account_id: str, arn: str) -> Principal:
    """The principal as it would call now: by a session of its own, or by a key."""
    from moto.iam.exceptions import NotFoundException
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    backend = iam_backends[account_id][PARTITION]
    roles = [role for role in list(backend.roles.values()) if role.arn == arn]
    users = [user for user in list(backend.users.values()) if user.arn == arn]
    if roles:
        session = sts_backends[account_id][PARTITION].assume_role(
            region_name="us-east-1",
            role_session_name=SESSION_NAME,
            role_arn=arn,
            policy="",
            duration=SESSION_SECONDS,
            external_id="",
        )
        key = session.access_key_id
    elif users and users[0].access_keys:
        key = users[0].access_keys[0].access_key_id
    else:
        raise NotFoundException(f"{arn} does not exist, or is a user without an access key.")
    found = find_principal(key)
    if isinstance(found, str):
        raise NotFoundException(found)
    return found
