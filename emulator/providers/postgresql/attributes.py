"""What a resource type's properties are, and the check of inputs against it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from emulator.providers.provider import CheckFailure
from emulator.values import UNKNOWN, Properties, Value, has_unknown

DEFAULTS_KEY: Final = "__defaults"
"""Where a bridged provider notes which inputs it filled in, so that they may change later."""
AUTONAME_HEX_DIGITS: Final = 7
AUTONAME_MAX_LENGTH: Final = 255


class Kind(StrEnum):
    """Kinds of property value."""

    STRING = "a string"
    INTEGER = "a whole number"
    BOOLEAN = "true or false"
    LIST = "a list of strings"
    SET = "a set of strings"
    POLICIES = "a list of policies"


ZEROS: Final[Mapping[Kind, Any]] = {
    Kind.STRING: "",
    Kind.INTEGER: 0,
    Kind.BOOLEAN: False,
    Kind.LIST: [],
    Kind.SET: [],
    Kind.POLICIES: [],
}
POLICY_FLAGS: Final = ("create", "createWithGrant", "usage", "usageWithGrant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One property of a resource type."""

    kind: Kind = Kind.STRING
    required: bool = False
    computed: bool = False
    """Read from the server where the program says nothing."""
    default: Any = None
    replaces: bool = False
    """A change of it makes a new resource (`ForceNew` in the source)."""
    secret: bool = False
    write_only: bool = False
    """Never in the outputs, and no difference by itself."""
    allowed: tuple[str, ...] = ()
    minimum: int | None = None
    conflicts_with: tuple[str, ...] = ()
    required_with: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """A resource type: its properties and how it is replaced."""

    name: str
    """`Role`, as in `postgresql:index/role:Role`."""
    attributes: Mapping[str, Attribute]
    delete_before_replace: bool = False
    importable: bool = True
    read_texts: frozenset[str] = frozenset()
    """Text that reading sets even where it is empty; other empty text is null in the outputs."""
    read_lists: frozenset[str] = frozenset()
    """Lists that reading sets even where they are empty."""

    @property
    def is_autonamed(self) -> bool:
        """Whether a `name` is made up where the program gives none."""
        return "name" in self.attributes

    def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[Any]]:
        """Inputs with defaults, and the failures, sorted by property."""
        inputs = {key: value for key, value in news.items() if value is not None}
        inputs.pop(DEFAULTS_KEY, None)
        failures = [
            CheckFailure(property=key, reason=self._unknown_reason(key))
            for key in inputs
            if key not in self.attributes
        ]
        defaults: list[str] = []
        old_defaults = olds.get(DEFAULTS_KEY, list(olds))
        if self.is_autonamed and "name" not in inputs:
            old_name = olds.get("name") if "name" in old_defaults else None
            inputs["name"] = old_name or autoname(urn)
            defaults.append("name")
        for name, attribute in self.attributes.items():
            failures += self._attribute_failures(name, attribute, inputs)
            if name not in inputs and attribute.default:
                old = olds.get(name) if name in old_defaults else None
                inputs[name] = attribute.default if old is None else old
                defaults.append(name)
        inputs[DEFAULTS_KEY] = sorted(defaults)
        return inputs, sorted(failures, key=lambda failure: (failure.property, failure.reason))

    def _unknown_reason(self, key: str) -> str:
        allowed = ", ".join(sorted(self.attributes))
        return f"{self.name} has no property {key!r}; it has {allowed}"

    def _attribute_failures(
        self, name: str, attribute: Attribute, inputs: Properties
    ) -> list[CheckFailure]:
        if name not in inputs:
            reason = f"{self.name} needs {name}: it is required and was not given"
            return [CheckFailure(property=name, reason=reason)] if attribute.required else []
        reasons = list(value_problems(attribute, inputs[name]))
        reasons += [
            f"{name} conflicts with {other}: give one of them"
            for other in attribute.conflicts_with
            if other in inputs
        ]
        if attribute.required_with and attribute.required_with not in inputs:
            reasons.append(f"{name} needs {attribute.required_with} beside it")
        return [CheckFailure(property=name, reason=reason) for reason in reasons]


def value_problems(attribute: Attribute, value: Value) -> list[str]:
    """What is wrong with one value; the value of a secret is never repeated."""
    if value is UNKNOWN:
        return []
    if not _is_of_kind(attribute.kind, value):
        got = "another kind of value" if attribute.secret else repr(value)
        return [f"got {got}, wanted {attribute.kind}"]
    problems = []
    if _holds_nul(value):
        problems.append("PostgreSQL text cannot hold a NUL character")
    if attribute.allowed and not has_unknown(value) and value not in attribute.allowed:
        problems.append(f"got {value!r}, allowed are {', '.join(attribute.allowed)}")
    if attribute.minimum is not None and int(value) < attribute.minimum:
        problems.append(f"got {value}, wanted at least {attribute.minimum}")
    return problems


def _is_of_kind(
    kind: Kind, value: Value
) -> bool:  # the bridge takes numbers and flags as text, too
    if kind is Kind.STRING:
        return isinstance(value, str | int | float)
    if kind is Kind.INTEGER:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return is_number or (isinstance(value, str) and value.lstrip("-").isdigit())
    if kind is Kind.BOOLEAN:
        return isinstance(value, bool) or value in ("true", "false")
    if kind is Kind.POLICIES:
        return isinstance(value, list) and all(_is_policy(item) for item in value)
    return isinstance(value, list) and all(
        isinstance(item, str) or item is UNKNOWN for item in value
    )


def _is_policy(item: Value) -> bool:
    return isinstance(item, dict) and set(item) - {DEFAULTS_KEY} <= {*POLICY_FLAGS, "role"}


def _holds_nul(value: Value) -> bool:
    if isinstance(value, list):
        return any(_holds_nul(item) for item in value)
    return isinstance(value, str) and "\0" in value


def autoname(urn: str) -> str:
    """The URN's name, a dash and random hex digits, as the bridge makes names up."""
    suffix = secrets.token_hex(AUTONAME_HEX_DIGITS // 2 + 1)[:AUTONAME_HEX_DIGITS]
    return f"{urn.rsplit('::', 1)[-1]}-{suffix}"[:AUTONAME_MAX_LENGTH]


def plain(attribute: Attribute, value: Value) -> Value:
    """The value in the attribute's own kind, its zero where there is none; sets sorted."""
    if value is None:
        return ZEROS[attribute.kind]
    if value is UNKNOWN or has_unknown(value):
        return UNKNOWN
    if attribute.kind is Kind.STRING:
        return _text(value)
    if attribute.kind is Kind.INTEGER:
        return int(value)
    if attribute.kind is Kind.BOOLEAN:
        return value in (True, "true")
    if attribute.kind is Kind.SET:
        return sorted(set(value))
    if attribute.kind is Kind.POLICIES:
        return [
            {flag: bool(item.get(flag)) for flag in POLICY_FLAGS} | {"role": item.get("role") or ""}
            for item in value
        ]
    return value


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
