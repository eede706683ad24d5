"""Decides whether IAM policies allow an action, for the few calls that the emulator judges itself.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from emulator.cloud.iam_conditions import (
    Context,
    UnknownOperatorError,
    arn_matches,
    conditions_hold,
    wildcard_matches,
)

Policy = Mapping[str, Any]
"""A policy document, read."""


class Effect(Enum):
    """What a set of policies says about one request."""

    ALLOWED = "allowed"
    DENIED = "explicitly denied"
    SILENT = "not allowed by any statement"


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource."""

    action: str
    resource: str
    context: Context


def decide(
    request: Request,
    policies: Sequence[Policy],
    *,
    boundary: Policy | None = None,
    session_policy: Policy | None = None,
) -> tuple[bool, str]:
    """Whether a principal may, and why not: a deny anywhere wins, and every limit has to allow."""
    layers: list[tuple[str, Sequence[Policy]]] = [("its policies", policies)]
    if boundary is not None:
        layers.append(("its permissions boundary", [boundary]))
    if session_policy is not None:
        layers.append(("its session policy", [session_policy]))
    effects = [(name, effect_of(request, documents)) for name, documents in layers]
    for wanted in (Effect.DENIED, Effect.SILENT):
        for name, effect in effects:
            if effect is wanted:
                return False, f"{request.action} on {request.resource} is {effect.value} ({name})"
    return True, ""


def effect_of(request: Request, policies: Sequence[Policy]) -> Effect:
    """What the policies together say."""
    effect = Effect.SILENT
    for policy in policies:
        for statement in _list(policy.get("Statement")):
            is_deny = statement.get("Effect") == "Deny"
            if not _applies(statement, request, is_deny=is_deny):
                continue
            if is_deny:
                return Effect.DENIED
            effect = Effect.ALLOWED
    return effect


def _applies(statement: Mapping[str, Any], request: Request, *, is_deny: bool) -> bool:
    def action_matches(pattern: str) -> bool:
        return wildcard_matches(pattern.lower(), request.action.lower())

    def resource_matches(pattern: str) -> bool:
        return arn_matches(_with_variables(pattern, request.context), request.resource)

    if "NotAction" in statement:
        if any(map(action_matches, _list(statement["NotAction"]))):
            return False
    elif not any(map(action_matches, _list(statement.get("Action")))):
        return False
    if "NotResource" in statement:
        if any(map(resource_matches, _list(statement["NotResource"]))):
            return False
    elif not any(map(resource_matches, _list(statement.get("Resource")))):
        return False
    try:
        return conditions_hold(
            _filled(statement.get("Condition", {}), request.context), request.context
        )
    except UnknownOperatorError:
        return is_deny  # what cannot be judged never opens anything


def _filled(conditions: Any, context: Context) -> Any:
    """Conditions with the policy variables in their values filled in."""
    if isinstance(conditions, dict):
        return {key: _filled(value, context) for key, value in conditions.items()}
    if isinstance(conditions, list):
        return [_filled(value, context) for value in conditions]
    return _with_variables(conditions, context) if isinstance(conditions, str) else conditions


def _with_variables(text: str, context: Context) -> str:
    """Text with `${aws:username}` and the like filled in; one without a value matches nothing."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        return name if name in "*?$" else context.get(name.lower(), found[0])

    return re.sub(r"\$\{([^}]*)\}", value, text)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
