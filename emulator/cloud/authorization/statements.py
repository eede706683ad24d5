"""Which statements of a policy speak of a request, and of whom."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from emulator.cloud.authorization.conditions import (
    Context,
    UnknownOperatorError,
    arn_matches,
    conditions_hold,
    literal,
    wildcard_matches,
)

Policy = Mapping[str, Any]
"""A policy document, read."""

VARIABLES_SINCE: Final = "2012-10-17"
"""Older versions take `${...}` for text:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html"""

VARIABLE: Final = re.compile(r"\$\{\s*([^,}]*?)\s*(?:,\s*'([^']*)'\s*)?\}")
ROOT: Final = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):root|(\d{12})")


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource."""

    action: str
    resource: str
    context: Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom a `Principal` element can name; anonymous without an account."""

    account_id: str = ""
    arn: str = ""
    """The user's, or the session's."""
    role_arn: str = ""
    """The role's that a session is of."""
    has_boundary: bool = False


class Named(Enum):
    """By what a `Principal` element reaches somebody."""

    EVERYBODY = "everybody"
    ACCOUNT = "account"
    USER = "user"
    ROLE = "role"
    SESSION = "session"


@functools.lru_cache(maxsize=4096)
def read(document: str) -> Policy:
    """A policy document of its text; the same object for the same text."""
    policy: Policy = json.loads(document)
    return policy


def statements(policies: Iterable[Policy]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Every statement, and whether variables in it count."""
    for policy in policies:
        with_variables = policy.get("Version") == VARIABLES_SINCE
        for statement in as_list(policy.get("Statement")):
            yield statement, with_variables


def applies(statement: Mapping[str, Any], request: Request, *, with_variables: bool) -> bool:
    """Whether a statement speaks of the request, whomever it names."""

    def filled(text: str) -> str:
        return _with_variables(text, request.context) if with_variables else text

    if not _names(statement, "Action", lambda p: _action_matches(p, request.action)):
        return False
    # a role's trust policy has no Resource: it speaks of its role
    is_trust = "Resource" not in statement and "NotResource" not in statement
    if is_trust and not {"Principal", "NotPrincipal"} & statement.keys():
        return False
    if not is_trust and not _names(
        statement, "Resource", lambda p: arn_matches(filled(p), request.resource)
    ):
        return False
    conditions = statement.get("Condition")
    if not conditions:
        return True
    try:
        return conditions_hold(
            _filled(conditions, request.context) if with_variables else conditions,
            request.context,
        )
    except UnknownOperatorError:
        return statement.get("Effect") == "Deny"  # what cannot be judged never opens anything


def _names(statement: Mapping[str, Any], element: str, matches: Any) -> bool:
    negated = f"Not{element}"
    if negated in statement:
        return not any(map(matches, as_list(statement[negated])))
    return any(map(matches, as_list(statement.get(element))))


def _action_matches(pattern: str, action: str) -> bool:
    return wildcard_matches(pattern.lower(), action.lower())


def reached(statement: Mapping[str, Any], identity: Identity) -> Named | None:
    """By what the statement's `Principal` names an identity, None where it does not.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    if "NotPrincipal" in statement:
        return _reached_by_exception(statement, identity)
    names = _aws_names(statement.get("Principal"))
    found = {_how(name, identity) for name in names} - {None}
    # the closest naming counts: what it grants is limited least
    order = (Named.SESSION, Named.USER, Named.EVERYBODY, Named.ROLE, Named.ACCOUNT)
    return next((named for named in order if named in found), None)


def _reached_by_exception(statement: Mapping[str, Any], identity: Identity) -> Named | None:
    """Everybody is reached whose account, role and session are not all excepted.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    excepted = {_how(name, identity) for name in _aws_names(statement["NotPrincipal"])}
    if statement.get("Effect") != "Deny":
        return None if excepted - {None} else Named.EVERYBODY
    wanted = (
        {Named.ACCOUNT, Named.ROLE, Named.SESSION}
        if identity.role_arn
        else {Named.ACCOUNT, Named.USER}
    )
    if Named.EVERYBODY in excepted or (wanted <= excepted and not identity.has_boundary):
        return None
    return Named.EVERYBODY


def _how(name: str, identity: Identity) -> Named | None:
    if name == "*":
        return Named.EVERYBODY
    if not identity.account_id:
        return None
    root = ROOT.fullmatch(name)
    if root:
        return Named.ACCOUNT if identity.account_id in root.groups() else None
    if name == identity.arn:
        return Named.SESSION if identity.role_arn else Named.USER
    return Named.ROLE if name == identity.role_arn else None


def _aws_names(principal: Any) -> list[str]:
    if principal == "*":
        return ["*"]
    return as_list(principal.get("AWS")) if isinstance(principal, dict) else []


def _filled(conditions: Any, context: Context) -> Any:
    """Conditions with the policy variables in their values filled in."""
    if isinstance(conditions, dict):
        return {key: _filled(value, context) for key, value in conditions.items()}
    if isinstance(conditions, list):
        return [_filled(value, context) for value in conditions]
    return _with_variables(conditions, context) if isinstance(conditions, str) else conditions


def _with_variables(text: str, context: Context) -> str:
    """Text with `${aws:username}` and the like filled in; one without a value matches nothing.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """

    def value(found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        if name in ("*", "?", "$"):
            return literal(name)
        filled = context.get(name.lower(), default)
        return literal(filled) if isinstance(filled, str) else literal(found[0])

    return VARIABLE.sub(value, text) if "${" in text else text


def as_list(value: Any) -> list[Any]:
    """What may stand alone or in a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
