"""Text patterns of policy documents: `*` is any text, `?` any character.

In patterns of our own `%` is any text without `/` and `:`, such as a name of unknown length.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SEPARATORS = frozenset("/:")
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def widened(pattern: str) -> str:
    """The pattern with each variable, such as `${aws:username}`, as any text."""
    return _VARIABLE.sub("*", pattern)


def has_wildcard(pattern: str) -> bool:
    """Whether it stands for more than one text."""
    return any(sign in widened(pattern) for sign in "*?")


def is_any(pattern: str) -> bool:
    """Whether nothing but wildcards is left of it: `*`, `**`, `?*`."""
    return not widened(pattern).strip("*?")


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    signs = {"*": ".*", "?": "."}
    return re.compile("".join(signs.get(sign) or re.escape(sign) for sign in pattern), re.DOTALL)


@lru_cache(maxsize=16384)
def matches(pattern: str, text: str) -> bool:
    """Whether `text`, which may be a narrower pattern, is within `pattern`; case counts."""
    return _expression(widened(pattern)).fullmatch(text) is not None


@lru_cache(maxsize=16384)
def overlap(one: str, other: str) -> bool:
    """Whether some text is within both patterns; case counts."""
    one = widened(one)
    if not _same_start(one, other):
        return False
    reached = _closed({(0, 0)}, one, other)
    seen = set(reached)
    while reached:
        if (len(one), len(other)) in reached:
            return True
        reached = _closed(
            {step for place in reached for step in _steps(place, one, other)}, one, other
        )
        reached -= seen
        seen |= reached
    return False


def _same_start(one: str, other: str) -> bool:
    """Quick refusal: the texts before the first wildcards contradict each other."""
    for left, right in zip(one, other, strict=False):
        if left in "*?" or right in "*?%":
            return True
        if left != right:
            return False
    return True


def _closed(places: set[tuple[int, int]], one: str, other: str) -> set[tuple[int, int]]:
    """With what follows from them without a character: `*` and `%` may be empty."""
    found, waiting = set(places), list(places)
    while waiting:
        left, right = waiting.pop()
        more = []
        if one[left : left + 1] == "*":
            more.append((left + 1, right))
        if other[right : right + 1] in ("*", "%"):
            more.append((left, right + 1))
        waiting += [place for place in more if place not in found]
        found.update(more)
    return found


def _steps(place: tuple[int, int], one: str, other: str) -> list[tuple[int, int]]:
    """Where one more character, the same on both sides, leads."""
    left, right = place
    if left == len(one) or right == len(other) or not _agree(one[left], other[right]):
        return []
    return [(left + (one[left] != "*"), right + (other[right] not in "*%"))]


def _agree(left: str, right: str) -> bool:
    if left in "*?":
        return True
    if right in "*?":
        return True
    if right == "%":
        return left not in _SEPARATORS
    return left == right
