"""Condition operators of IAM policies, the ones that cost little.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

Context = Mapping[str, str]
"""Condition keys in lower case, and their values."""


class UnknownOperatorError(Exception):
    """An operator that is not evaluated here."""


def wildcard_matches(pattern: str, text: str) -> bool:
    """Whether `*` and `?` in the pattern can stand for what the text has there."""
    translated = "".join(
        ".*" if character == "*" else "." if character == "?" else re.escape(character)
        for character in pattern
    )
    return re.fullmatch(translated, text, re.DOTALL) is not None


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


def _holds(condition: str, actual: str | None, values: list[str]) -> bool:
    if condition == "Null":
        return any((actual is None) == (value.lower() == "true") for value in values)
    name = condition.removesuffix("IfExists")
    is_optional = name != condition
    if name not in OPERATORS:
        raise UnknownOperatorError(condition)
    is_negated, test = OPERATORS[name]
    if actual is None:
        return is_optional or is_negated
    found = any(test(value, actual) for value in values)
    return found != is_negated


def _list(values: Any) -> list[str]:
    items = values if isinstance(values, list) else [values]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in items]


def _in_network(value: str, actual: str) -> bool:
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(value, strict=False)
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
    return value == actual


def _equal_ignoring_case(value: str, actual: str) -> bool:
    return value.lower() == actual.lower()


OPERATORS: Final[Mapping[str, tuple[bool, Callable[[str, str], bool]]]] = {
    "StringEquals": (False, _equal),
    "StringNotEquals": (True, _equal),
    "StringEqualsIgnoreCase": (False, _equal_ignoring_case),
    "StringNotEqualsIgnoreCase": (True, _equal_ignoring_case),
    "StringLike": (False, wildcard_matches),
    "StringNotLike": (True, wildcard_matches),
    "Bool": (False, _equal_ignoring_case),
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
    "DateEquals": (False, _by_time(lambda actual, value: actual == value)),
    "DateNotEquals": (True, _by_time(lambda actual, value: actual == value)),
    "DateLessThan": (False, _by_time(lambda actual, value: actual < value)),
    "DateLessThanEquals": (False, _by_time(lambda actual, value: actual <= value)),
    "DateGreaterThan": (False, _by_time(lambda actual, value: actual > value)),
    "DateGreaterThanEquals": (False, _by_time(lambda actual, value: actual >= value)),
}
"""Operator to whether it is a negated one, and the test of (value in the policy, actual value)."""
