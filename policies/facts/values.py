"""Properties that the program writes down literally: one that is not known yet is as if wrong.

Flags, numbers and names come from settings, not from AWS. One that is computed from an output is
unknown in a preview, where a rule that waited for it would fall silent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policies.subjects import has, is_unknown, known

NOT_KNOWN = "computed and not known before the up"


def is_true(props: Mapping[str, Any], key: str) -> bool:
    """Whether a flag is known to be set."""
    return known(props, key) in (True, "true")


def may_be_true(props: Mapping[str, Any], key: str) -> bool:
    """Whether a flag is there and not known to be off."""
    return has(props, key) and known(props, key) not in (False, "false")


def number(props: Mapping[str, Any], key: str) -> float | None:
    """A number, also where it is written as text; None where there is none or none is known."""
    try:
        return float(known(props, key))
    except (TypeError, ValueError):
        return None


def text(props: Mapping[str, Any], key: str) -> str:
    """A text, empty where there is none or none is known."""
    return str(known(props, key) or "")


def items(props: Mapping[str, Any], key: str) -> list[Any]:
    """A list's elements, the unknown ones left out."""
    found = known(props, key)
    if not isinstance(found, Sequence) or isinstance(found, str):
        return []
    return [found[index] for index in range(len(found)) if not is_unknown(found, index)]


def texts(props: Mapping[str, Any], key: str) -> list[str]:
    """A list's elements as text, NOT_KNOWN for those that are not known, and for such a list."""
    if is_unknown(props, key):
        return [NOT_KNOWN]
    found = props.get(key) or ()
    return [
        NOT_KNOWN if is_unknown(found, index) else str(found[index]) for index in range(len(found))
    ]


def names_own_key(props: Mapping[str, Any], key: str) -> bool:
    """Whether a KMS key is named that is not AWS's own; computed from an output will do."""
    return has(props, key) and "alias/aws/" not in text(props, key)


def shown(props: Mapping[str, Any], key: str) -> str:
    """`key is value`, for a message; not for what may be secret."""
    if is_unknown(props, key):
        return f"{key} is {NOT_KNOWN}"
    value = props.get(key)
    if value is None:
        return f"{key} is absent"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{key} is {str(value).lower() if isinstance(value, bool) else value}"


def listed(name: str, values: Sequence[str]) -> str:
    """`name is value and value`, for a message."""
    return f"{name} is {' and '.join(values) or 'absent'}"
