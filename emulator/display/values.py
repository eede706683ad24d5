"""Property values, and the difference of two, as lines for people. Secrets are never in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from emulator.values import UNKNOWN, Archive, Asset, ResourceReference, Secret, Value

SECRET_TEXT: Final = "[secret]"  # noqa: S105 - what stands for a secret
UNKNOWN_TEXT: Final = "[unknown]"
INDENT: Final = 4
HIDDEN_KEYS: Final = frozenset({"__provider", "__defaults"})
"""Properties that SDKs add for themselves."""


class _Missing:
    __slots__ = ()


MISSING: Final = _Missing()
"""Stands for a value that one side of a difference does not have."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its mark (`+`, `-`, `~` or a space), how far it is indented, its text."""

    mark: str
    indent: int
    text: str

    def __str__(self) -> str:
        space = " " * max(0, self.indent - 2)
        return f"{space}{self.mark} {self.text}".rstrip()


def difference_lines(
    old: dict[str, Any], new: dict[str, Any], indent: int, *, only_changed: bool = False
) -> Iterator[Line]:
    """Lines for two objects' members; those that are equal are shown too unless `only_changed`."""
    keys = sorted((old.keys() | new.keys()) - HIDDEN_KEYS)
    if only_changed:
        keys = [key for key in keys if not _equal(old.get(key, MISSING), new.get(key, MISSING))]
    width = max(map(len, keys), default=0)
    for key in keys:
        label = f"{key:<{width}}: "
        yield from _difference(label, old.get(key, MISSING), new.get(key, MISSING), indent)


def value_lines(values: dict[str, Any], indent: int, mark: str = " ") -> Iterator[Line]:
    """Lines for an object's members, each with the mark."""
    keys = sorted(values.keys() - HIDDEN_KEYS)
    width = max(map(len, keys), default=0)
    for key in keys:
        yield from _value(f"{key:<{width}}: ", values[key], indent, mark)


def scalar_text(value: Value) -> str | None:
    """Text of a value that fits one line, None for one that does not."""
    if isinstance(value, Secret):
        return SECRET_TEXT
    if value is UNKNOWN:
        return UNKNOWN_TEXT
    if value is None:
        return "<null>"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, ResourceReference):
        return value.urn
    if isinstance(value, Asset | Archive):
        kind = "asset" if isinstance(value, Asset) else "archive"
        where = value.path or value.uri or ("text" if isinstance(value, Asset) else "assembled")
        return f"{kind}({where}, {value.sha256[:7]})"
    if isinstance(value, dict) and not value:
        return "{}"
    if isinstance(value, list | tuple) and not value:
        return "[]"
    return None


def _value(label: str, value: Value, indent: int, mark: str) -> Iterator[Line]:
    document = _json_document(value)
    if document is not None:
        label, value = f"{label}(json) ", document
    text = scalar_text(value)
    if text is not None:
        yield Line(mark, indent, f"{label}{text}")
    elif isinstance(value, dict):
        yield Line(mark, indent, f"{label}{{")
        yield from value_lines(value, indent + INDENT, mark)
        yield Line(mark, indent, "}")
    else:
        yield Line(mark, indent, f"{label}[")
        for index, item in enumerate(value):
            yield from _value(f"[{index}]: ", item, indent + INDENT, mark)
        yield Line(mark, indent, "]")


def _difference(label: str, old: Value, new: Value, indent: int) -> Iterator[Line]:
    if old is MISSING:
        yield from _value(label, new, indent, "+")
    elif new is MISSING:
        yield from _value(label, old, indent, "-")
    elif _equal(old, new):
        yield from _value(label, new, indent, " ")
    else:
        yield from _changed(label, old, new, indent)


def _changed(label: str, old: Value, new: Value, indent: int) -> Iterator[Line]:
    old_document, new_document = _json_document(old), _json_document(new)
    if old_document is not None and new_document is not None:
        label, old, new = f"{label}(json) ", old_document, new_document
    if isinstance(old, dict) and isinstance(new, dict):
        yield Line("~", indent, f"{label}{{")
        yield from difference_lines(old, new, indent + INDENT)
        yield Line("~", indent, "}")
    elif isinstance(old, list) and isinstance(new, list):
        yield Line("~", indent, f"{label}[")
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else MISSING
            after = new[index] if index < len(new) else MISSING
            yield from _difference(f"[{index}]: ", before, after, indent + INDENT)
        yield Line("~", indent, "]")
    else:
        before_text, after_text = scalar_text(old), scalar_text(new)
        if before_text is not None and after_text is not None:
            yield Line("~", indent, f"{label}{before_text} => {after_text}")
        else:
            yield from _value(label, old, indent, "-")
            yield from _value(label, new, indent, "+")


def _equal(old: Value, new: Value) -> bool:
    return type(old) is type(new) and bool(old == new)


def _json_document(value: Value) -> Any:
    """Object or list that a text holds as JSON; None for any other value."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return None
    try:
        document = json.loads(value)
    except ValueError:
        return None
    return document if document else None
