"""Every text inside a resource's properties, however deep, JSON documents opened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.subjects import is_unknown


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One known text."""

    path: str
    """Where it stands, such as `rules[0].bucket`; inside a document after `#`."""

    key: str
    """The innermost key that holds it."""

    text: str
    in_document: bool
    """Whether it stands inside a JSON document."""


_latest: tuple[Mapping[str, Any] | None, tuple[Leaf, ...]] = (None, ())
"""Several rules read the same resource one after the other: its texts are gathered once."""


def leaves(props: Mapping[str, Any]) -> tuple[Leaf, ...]:
    """All known texts, and keys inside of documents; what is not known yet is left out."""
    global _latest
    of, found = _latest
    if of is not props:
        found = tuple(_all(props))
        _latest = (props, found)
    return found


def _all(props: Mapping[str, Any]) -> Iterator[Leaf]:
    for key in props:
        if not is_unknown(props, key):
            yield from _below(props[key], key, key, in_document=False)


def _below(value: Any, path: str, key: str, *, in_document: bool) -> Iterator[Leaf]:
    if isinstance(value, str):
        opened = _opened(value)
        if opened is None:
            yield Leaf(path=path, key=key, text=value, in_document=in_document)
        else:
            yield from _below(opened, f"{path}#", key, in_document=True)
    elif isinstance(value, Mapping):
        for name in value:
            inner = f"{path}.{name}"
            if in_document:
                yield Leaf(path=inner, key=key, text=str(name), in_document=True)
            if not is_unknown(value, name):
                yield from _below(value[name], inner, str(name), in_document=in_document)
    elif isinstance(value, Sequence):
        for index in range(len(value)):
            if not is_unknown(value, index):
                inner = f"{path}[{index}]"
                yield from _below(value[index], inner, key, in_document=in_document)


def _opened(text: str) -> Any:
    """What a JSON document holds, None for another text."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
