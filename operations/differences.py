"""In what two programs' registrations differ: resources, options and inputs, property by property.

Lists whose members carry a name (a document's `Sid`, a parameter's `name`) are compared by it, and
texts that hold JSON by what they say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

NAMING_KEYS: Final = ("Sid", "name")
SECRETIVE: Final = re.compile(r"password|secret|token|privatekey", re.IGNORECASE)
SHOWN_MAX: Final = 160


class Missing:
    """Nothing is there."""

    def __str__(self) -> str:
        return "absent"


MISSING: Final = Missing()


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same."""

    resource: str
    """`type::name`, with placeholders."""

    path: str | None
    """Dotted path of a property, or `option:<name>`; None for the whole resource."""

    first: Any
    second: Any

    def shown(self) -> tuple[str, str]:
        """Both values as people may see them."""
        return _shown(self.path, self.first), _shown(self.path, self.second)


def compare(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> Iterator[Difference]:
    """Differences of two registrations (see operations.registering), in a stable order."""
    left, right = _by_title(first), _by_title(second)
    for title in sorted(left.keys() | right.keys()):
        if title not in left or title not in right:
            yield Difference(title, None, left.get(title, MISSING), right.get(title, MISSING))
            continue
        for path, one, other in _differing("", left[title], right[title]):
            yield Difference(title, path, one, other)


def _by_title(resources: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for resource in resources:
        options = {f"option:{key}": value for key, value in resource["options"].items()}
        content = {**resource["inputs"], **_readable(options)}
        found[f"{resource['type']}::{resource['name']}"] = content
    return found


def _readable(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options with resources by type and name, not by where in the tree they are."""
    readable = dict(options)
    sources = {
        name: _titles(found["urns"])
        for name, found in readable.pop("option:propertyDependencies", {}).items()
        if "urns" in found
    }
    explained = {title for titles in sources.values() for title in titles}
    waits_for = set(_titles(readable.pop("option:dependencies", [])))
    return readable | {
        "option:propertyDependencies": sources,
        "option:dependencies": sorted(waits_for - explained),
    }


def _titles(urns: list[str]) -> list[str]:
    pairs = (urn.split("::")[-2:] for urn in urns)
    return sorted(f"{kind.rsplit('$', 1)[-1]}::{name}" for kind, name in pairs)


def _differing(path: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    one, other = _parsed(one), _parsed(other)
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            below = f"{path}.{key}" if path else key
            yield from _differing(below, one.get(key, MISSING), other.get(key, MISSING))
    elif isinstance(one, list) and isinstance(other, list):
        yield from _differing_lists(path, one, other)
    elif one != other:
        yield path, one, other


def _differing_lists(path: str, one: list[Any], other: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    named, others = _by_name(one), _by_name(other)
    if named is not None and others is not None:
        yield from _differing(path, named, others)
    elif len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differing(f"{path}.{index}", left, right)
    else:
        yield path, one, other


def _by_name(members: list[Any]) -> dict[str, Any] | None:
    for key in NAMING_KEYS:
        names = [m[key] for m in members if isinstance(m, dict) and isinstance(m.get(key), str)]
        if len(set(names)) == len(members) > 0:
            return dict(zip(names, members, strict=True))
    return None


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _shown(path: str | None, value: Any) -> str:
    if value is MISSING:
        return "absent"
    if path is None:
        return "registered"
    masked = _masked(path.rsplit(".", 1)[-1], value)
    text = masked if isinstance(masked, str) else json.dumps(masked)
    return text if len(text) <= SHOWN_MAX else text[:SHOWN_MAX] + "…"


def _masked(key: str, value: Any) -> Any:
    if SECRETIVE.search(key) and not isinstance(value, bool):
        return "[not shown]"
    if isinstance(value, dict):
        return {name: _masked(name, inner) for name, inner in value.items()}
    return [_masked(key, inner) for inner in value] if isinstance(value, list) else value
