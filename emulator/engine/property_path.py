"""Property paths such as `tags["a.b"].owner[0]`, and what resource options do with them.

https://www.pulumi.com/docs/iac/concepts/options/ignorechanges/ describes the syntax.
"""

from __future__ import annotations

import re
from typing import Final

from emulator.values import Properties, Secret, Value

Path = tuple[str | int, ...]
WILDCARD: Final = "*"
_ELEMENT: Final = re.compile(
    r"""
    \["(?P<quoted>(?:[^"\\]|\\.)*)"\]   # ["quoted key"]
    | \[(?P<index>\d+)\]                # [0]
    | \[(?P<star>\*)\]                  # [*]
    | \.?(?P<name>[^.\[\]]+)            # name or .name
    """,
    re.VERBOSE,
)


class _Missing:
    """Marks a place where a path leads nowhere."""


MISSING: Final = _Missing()


def parse_path(text: str) -> Path:
    """Elements of a path; raises ValueError for a text that is none."""
    elements: list[str | int] = []
    position = 0
    while position < len(text):
        match = _ELEMENT.match(text, position)
        if match is None:
            msg = f"{text!r} is not a property path: unexpected {text[position:]!r}"
            raise ValueError(msg)
        if match["quoted"] is not None:
            elements.append(match["quoted"].replace('\\"', '"'))
        elif match["index"] is not None:
            elements.append(int(match["index"]))
        else:
            elements.append(match["star"] or match["name"])
        position = match.end()
    if not elements:
        msg = "a property path cannot be empty"
        raise ValueError(msg)
    return tuple(elements)


def contains(path: Path, other: Path) -> bool:
    """Whether `other` is at or below `path` (a wildcard matches any element)."""
    return len(path) <= len(other) and all(
        mine in (WILDCARD, theirs) for mine, theirs in zip(path, other, strict=False)
    )


def reset(path: Path, old: Properties, new: Properties) -> bool:
    """Make `new` hold at `path` what `old` holds there (absent included), in place.

    False where the containers on the way do not exist on both sides, so nothing can be reset.
    """
    return _reset(path, old, new)


def _reset(path: Path, old: Value, new: Value) -> bool:
    old, new = _open(old), _open(new)
    head, rest = path[0], path[1:]
    if head == WILDCARD:
        return all(_reset_at(key, rest, old, new) for key in _common_keys(old, new))
    return _reset_at(head, rest, old, new)


def _reset_at(head: str | int, rest: Path, old: Value, new: Value) -> bool:
    if not rest:
        return _assign(head, _get(old, head), new)
    below_old, below_new = _get(old, head), _get(new, head)
    if below_old is MISSING and below_new is MISSING:
        return True
    if below_old is MISSING or below_new is MISSING:
        return False
    return _reset(rest, below_old, below_new)


def _open(value: Value) -> Value:
    return value.value if isinstance(value, Secret) else value


def _common_keys(old: Value, new: Value) -> list[str | int]:
    if isinstance(old, dict) and isinstance(new, dict):
        return sorted(old.keys() | new.keys())
    if isinstance(old, list) and isinstance(new, list):
        return list(range(min(len(old), len(new))))
    return []


def _get(container: Value, key: str | int) -> Value:
    if isinstance(container, dict):
        return container.get(str(key), MISSING)
    if isinstance(container, list) and isinstance(key, int) and key < len(container):
        return container[key]
    return MISSING


def _assign(key: str | int, value: Value, container: Value) -> bool:
    if isinstance(container, dict):
        if value is MISSING:
            container.pop(str(key), None)
        else:
            container[str(key)] = value
        return True
    if isinstance(container, list) and isinstance(key, int) and key < len(container):
        if value is MISSING:
            return False
        container[key] = value
        return True
    return value is MISSING
