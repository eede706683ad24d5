"""Condition operators of IAM policies.

Sources:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import base64
import functools
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

Context = Mapping[str, str | tuple[str, ...]]
"""Condition keys in lower case; a tuple holds the values of a multivalued key."""

LITERAL: Final = {"*": "\ue000", "?": "\ue001"}
"""How `*` and `?` that came in by a policy variable are told from wildcards."""
SET_OPERATORS: Final = ("ForAllValues:", "ForAnyValue:")


class UnknownOperatorError(Exception):
    """An operator that is not evaluated here, or one that does not fit the key's values."""


def literal(text: str) -> str:
    """Text whose `*` and `?` stand for themselves in a pattern."""
    return text.replace("*", LITERAL["*"]).replace("?", LITERAL["?"])


def plain(pattern: str) -> str:
    """A pattern as text, for operators that know no wildcards."""
    return pattern.replace(LITERAL["*"], "*").replace(LITERAL["?"], "?")


@functools.lru_cache(maxsize=8192)
def _compiled(pattern: str) -> re.Pattern[str]:
    translated = "".join(
        ".*" if character == "*" else "." if character == "?" else re.escape(plain(character))
        for character in pattern
    )
    return re.compile(translated, re.DOTALL)


def wildcard_matches(pattern: str, text: str) -> bool:
    """Whether `*` and `?` in the pattern can stand for what the text has there."""
    return _compiled(pattern).fullmatch(text) is not None


def arn_matches(pattern: str, arn: str) -> bool:
    """Whether an ARN matches, where no wildcard reaches beyond one of its six parts."""
    if pattern == "*":
        return True
    wanted, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(wanted) == len(parts) and all(map(wildcard_matches, wanted, parts))


def conditions_hold(conditions: Mapping[str, Any], context: Context) -> bool:
    """Whether every condition of a statement holds. Raises UnknownOperatorError."""
    return all(
        _holds(condition, context.get(key.lower()), _list(values))
        for condition, wanted in conditions.items()
        for key, values in wanted.items()
    )


def _holds(condition: str, actual: str | tuple[str, ...] | None, values: list[str]) -> bool:
    if condition == "Null":
        return any((not actual and actual != "") == (value.lower() == "true") for value in values)
    prefix = next((item for item in SET_OPERATORS if condition.startswith(item)), "")
    name = condition.removeprefix(prefix)
    is_optional = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    if name not in OPERATORS:
        raise UnknownOperatorError(condition)
    is_negated, test = OPERATORS[name]

    def meets(item: str) -> bool:
        return any(test(value, item) for value in values) != is_negated

    if prefix:
        items = () if actual is None else (actual,) if isinstance(actual, str) else actual
        if not items:
            return is_optional or prefix == "ForAllValues:"
        return all(map(meets, items)) if prefix == "ForAllValues:" else any(map(meets, items))
    if actual is None:
        return is_optional or is_negated
    if not isinstance(actual, str):
        msg = f"{condition} on a key with several values"
        raise UnknownOperatorError(msg)
    return meets(actual)


def _list(values: Any) -> list[str]:
    items = values if isinstance(values, list) else [values]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in items]


def _in_network(value: str, actual: str) -> bool:
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(plain(value), strict=False)
    except ValueError:
        return False


def _time(text: str) -> datetime:
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _by_time(compare: Callable[[datetime, datetime], bool]) -> Callable[[str, str], bool]:
    def test(value: str, actual: str) -> bool:
        try:
            return compare(_time(actual), _time(value))
        except ValueError:
            return False

    return test


def _by_number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def test(value: str, actual: str) -> bool:
        try:
            return compare(float(actual), float(value))
        except ValueError:
            return False

    return test


def _equal(value: str, actual: str) -> bool:
    return plain(value) == actual


def _equal_ignoring_case(value: str, actual: str) -> bool:
    return plain(value).lower() == actual.lower()


def _equal_bytes(value: str, actual: str) -> bool:
    try:
        return base64.b64decode(value, validate=True) == base64.b64decode(actual, validate=True)
    except ValueError:
        return False


OPERATORS: Final[Mapping[str, tuple[bool, Callable[[str, str], bool]]]] = {
    "StringEquals": (False, _equal),
    "StringNotEquals": (True, _equal),
    "StringEqualsIgnoreCase": (False, _equal_ignoring_case),
    "StringNotEqualsIgnoreCase": (True, _equal_ignoring_case),
    "StringLike": (False, wildcard_matches),
    "StringNotLike": (True, wildcard_matches),
    "Bool": (False, _equal_ignoring_case),
    "BinaryEquals": (False, _equal_bytes),
    "ArnEquals": (False, arn_matches),
    "ArnLike": (False, arn_matches),
    "ArnNotEquals": (True, arn_matches),
    "ArnNotLike": (True, arn_matches),
    "IpAddress": (False, _in_network),
    "NotIpAddress": (True, _in_network),
    "NumericEquals": (False, _by_number(operator.eq)),
    "NumericNotEquals": (True, _by_number(operator.eq)),
    "NumericLessThan": (False, _by_number(operator.lt)),
    "NumericLessThanEquals": (False, _by_number(operator.le)),
    "NumericGreaterThan": (False, _by_number(operator.gt)),
    "NumericGreaterThanEquals": (False, _by_number(operator.ge)),
    "DateEquals": (False, _by_time(operator.eq)),
    "DateNotEquals": (True, _by_time(operator.eq)),
    "DateLessThan": (False, _by_time(operator.lt)),
    "DateLessThanEquals": (False, _by_time(operator.le)),
    "DateGreaterThan": (False, _by_time(operator.gt)),
    "DateGreaterThanEquals": (False, _by_time(operator.ge)),
}
"""Operator to whether it is a negated one, and the test of (value in the policy, actual value)."""
