"""Policy documents, parsed: statements with every element as AWS evaluates it, or why not.

The grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from policies.iam.document_places import Kind
from policies.iam.patterns import has_wildcard, is_any, matches

VERSION = "2012-10-17"
"""Of the language; in the older one variables are plain text."""

_ELEMENTS = frozenset(
    [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ]
)
_QUALIFIERS = ("foranyvalue", "forallvalues")
_POSITIVE = frozenset(
    ["stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"]
)


class NotAPolicyError(ValueError):
    """A text that AWS would refuse as a policy document, or that nobody can judge."""


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who a statement speaks of."""

    kind: str
    """`AWS`, `Service`, `Federated` or `CanonicalUser`."""

    value: str
    """An ARN, twelve digits, a service's name, `*`."""

    @property
    def account_id(self) -> str:
        """The account of an ARN or a bare account id; "" where it names none."""
        parts = self.value.split(":")
        account = parts[4] if len(parts) > 5 else self.value
        return account if self.kind == "AWS" and account.isdigit() else ""

    @property
    def is_account(self) -> bool:
        """Whether it is a whole account: its id, or its root."""
        return self.value.isdigit() or self.value.endswith(":root")

    @property
    def is_wide(self) -> bool:
        """Whether it holds a wildcard: everybody, or everybody of some kind."""
        return "*" in self.value or "?" in self.value


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One line of a statement's conditions; all of them must hold."""

    operator: str
    """Lower case, without qualifier and `IfExists`."""

    qualifier: str
    """`foranyvalue`, `forallvalues` or ""."""

    if_exists: bool
    """Whether it also holds where the request has no such key."""

    key: str
    """Lower case: AWS ignores case here."""

    values: tuple[str, ...]

    @property
    def demands(self) -> bool:
        """Whether the key has to be there with one of the values."""
        return (
            self.operator in _POSITIVE and not self.if_exists and self.qualifier != "forallvalues"
        )


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement. Actions are in lower case: AWS ignores case there, and only there."""

    sid: str
    effect: str
    principals: tuple[Principal, ...]
    not_principals: tuple[Principal, ...]
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    conditions: tuple[Condition, ...]

    @property
    def allows(self) -> bool:
        """Whether it allows, and does not deny."""
        return self.effect == "Allow"

    def grants(self, action: str) -> bool:
        """Whether its actions cover `action`, in lower case, on some resource."""
        if self.not_actions:
            return not any(matches(pattern, action) for pattern in self.not_actions)
        return any(matches(pattern, action) for pattern in self.actions)

    def granted(self, actions: Collection[str]) -> list[str]:
        """Those of `actions` that it covers."""
        if self.not_actions or any(has_wildcard(action) for action in self.actions):
            return [action for action in actions if self.grants(action)]
        return [action for action in self.actions if action in actions]

    def demands(self, key: str, good: Callable[[str], bool]) -> bool:
        """Whether it holds only where `key` (lower case) is there with a value that is `good`."""
        return any(
            condition.demands
            and condition.key == key
            and condition.values
            and all(good(value) for value in condition.values)
            for condition in self.conditions
        )

    def __str__(self) -> str:
        """By which a message names it."""
        name = f" {self.sid}" if self.sid else ""
        return f"statement{name} ({', '.join(self.actions or self.not_actions)})"


@dataclass(frozen=True, kw_only=True)
class Document:
    """A policy document."""

    statements: tuple[Statement, ...]

    @property
    def allowing(self) -> tuple[Statement, ...]:
        """The statements that allow."""
        return tuple(statement for statement in self.statements if statement.allows)


def denies_plaintext(document: Document) -> bool:
    """Whether everybody is refused everything on a bucket and its objects without TLS.

    Which bucket is left to who asks.
    """
    return any(
        statement.effect == "Deny"
        and any(principal.value == "*" for principal in statement.principals)
        and any(action in ("*", "s3:*") for action in statement.actions)
        and _means_bucket_and_objects(statement.resources)
        and _only_without_tls(statement.conditions)
        for statement in document.statements
    )


def _means_bucket_and_objects(resources: tuple[str, ...]) -> bool:
    objects = {resource.removesuffix("/*") for resource in resources if resource.endswith("/*")}
    return any(is_any(resource) or resource in objects for resource in resources)


def _only_without_tls(conditions: tuple[Condition, ...]) -> bool:
    """Absent keys do not count as `false` to Bool, but every request carries this one."""
    return len(conditions) == 1 and all(
        (condition.operator, condition.key, condition.values)
        == ("bool", "aws:securetransport", ("false",))
        and condition.qualifier != "forallvalues"
        for condition in conditions
    )


@lru_cache(maxsize=1024)
def parse_document(text: str, kind: Kind) -> Document:
    """The document of a JSON text.

    Raises NotAPolicyError, which says what is wrong.
    """
    try:
        raw = json.loads(text, object_pairs_hook=_without_doubles)
    except ValueError as error:
        msg = f"is no JSON: {error}"
        raise NotAPolicyError(msg) from error
    if not isinstance(raw, dict) or not set(raw) <= {"Version", "Id", "Statement"}:
        msg = "is no policy: it should have Version, Statement and perhaps Id"
        raise NotAPolicyError(msg)
    if raw.get("Version") != VERSION:
        msg = f"has the version {raw.get('Version', 'of 2008, as it states none')}"
        raise NotAPolicyError(msg)
    statements = raw.get("Statement")
    listed = statements if isinstance(statements, list) else [statements]
    if not listed:
        msg = "has no statement"
        raise NotAPolicyError(msg)
    return Document(statements=tuple(_statement(item, kind) for item in listed))


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse what JSON readers settle differently."""
    keys = [key for key, _ in pairs]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        msg = f"{', '.join(doubled)} stands there twice"
        raise NotAPolicyError(msg)
    return dict(pairs)


def _statement(raw: Any, kind: Kind) -> Statement:
    if not isinstance(raw, dict) or not set(raw) <= _ELEMENTS:
        msg = f"has a statement with other elements than {', '.join(sorted(_ELEMENTS))}"
        raise NotAPolicyError(msg)
    if raw.get("Effect") not in ("Allow", "Deny"):
        msg = f"has a statement whose effect is {raw.get('Effect', 'absent')}, not Allow or Deny"
        raise NotAPolicyError(msg)
    _demand_one_of(raw, "Action")
    if kind is Kind.IDENTITY:
        _demand_one_of(raw, "Resource")
    named = {"Principal", "NotPrincipal"} & set(raw)
    if len(named) != (0 if kind is Kind.IDENTITY else 1):
        wanted = "no principal" if kind is Kind.IDENTITY else "Principal or NotPrincipal"
        msg = f"has a statement with {' and '.join(sorted(named)) or 'no principal'}, not {wanted}"
        raise NotAPolicyError(msg)
    inverted = "NotResource" in raw
    return Statement(
        sid=str(raw.get("Sid", "")),
        effect=raw["Effect"],
        principals=tuple(_principals(raw.get("Principal", {}))),
        not_principals=tuple(_principals(raw.get("NotPrincipal", {}))),
        actions=tuple(action.lower() for action in _texts(raw, "Action")),
        not_actions=tuple(action.lower() for action in _texts(raw, "NotAction")),
        resources=() if inverted else _texts(raw, "Resource") or ("*",),
        not_resources=_texts(raw, "NotResource"),
        conditions=tuple(_conditions(raw.get("Condition", {}))),
    )


def _demand_one_of(raw: Mapping[str, Any], name: str) -> None:
    if sum(key in raw and raw[key] != [] for key in (name, f"Not{name}")) != 1:
        msg = f"has a statement without {name}, or with both {name} and Not{name}"
        raise NotAPolicyError(msg)


def _texts(raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = raw.get(key, [])
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in values):
        msg = f"has a statement whose {key} is neither a text nor a list of texts"
        raise NotAPolicyError(msg)
    return tuple(values)


def _principals(raw: Any) -> Iterator[Principal]:
    if raw == "*":
        yield Principal(kind="AWS", value="*")
        return
    kinds = {"AWS", "Service", "Federated", "CanonicalUser"}
    if not isinstance(raw, dict) or not set(raw) <= kinds:
        msg = f"has a principal that is neither * nor a mapping of {', '.join(sorted(kinds))}"
        raise NotAPolicyError(msg)
    for kind in raw:
        for value in _texts(raw, kind):
            yield Principal(kind=kind, value=value)


def _conditions(raw: Any) -> Iterator[Condition]:
    if not isinstance(raw, dict) or not all(isinstance(lines, dict) for lines in raw.values()):
        msg = "has a condition that is no mapping of operators to mappings of keys"
        raise NotAPolicyError(msg)
    for spelled, lines in raw.items():
        first, _, rest = spelled.lower().partition(":")
        qualifier, operator = (first, rest) if first in _QUALIFIERS else ("", spelled.lower())
        for key, value in lines.items():
            values = value if isinstance(value, list) else [value]
            yield Condition(
                operator=operator.removesuffix("ifexists"),
                qualifier=qualifier,
                if_exists=operator.endswith("ifexists"),
                key=key.lower(),
                values=tuple(
                    item if isinstance(item, str) else json.dumps(item) for item in values
                ),
            )
