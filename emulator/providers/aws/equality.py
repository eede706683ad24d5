"""When two property values mean the same, as pulumi-aws compares them."""

from __future__ import annotations

import json
from typing import Any

from emulator.providers.aws.handler import Handler
from emulator.values import UNKNOWN, Archive, Asset


def same(handler: Handler, path: str, old: Any, new: Any) -> bool:
    """Whether a property's old and new value mean the same."""
    if old is UNKNOWN or new is UNKNOWN:
        return False
    if is_zero(old) and is_zero(new):
        return True  # Terraform's state does not tell unset from empty
    if type(old) is type(new) and old == new:
        return True
    if handler.same(path, old, new):
        return True
    if isinstance(old, Asset | Archive) and isinstance(new, Asset | Archive):
        return bool(old.sha256) and old.sha256 == new.sha256
    if isinstance(old, str) and isinstance(new, str):
        return old == new or same_document(old, new)
    if isinstance(old, dict) and isinstance(new, dict):
        keys = {key for key in old | new if not key.startswith("__")}
        return all(same(handler, f"{path}.{key}", old.get(key), new.get(key)) for key in keys)
    if isinstance(old, list) and isinstance(new, list):
        return _same_list(handler, path, old, new)
    return bool(old == new)


def _same_list(handler: Handler, path: str, old: list[Any], new: list[Any]) -> bool:
    if len(old) != len(new):
        return False
    if path.partition(".")[0] in handler.ordered:
        return all(same(handler, path, *pair) for pair in zip(old, new, strict=True))
    left = list(new)
    for item in old:
        match = next((i for i, other in enumerate(left) if same(handler, path, item, other)), None)
        if match is None:
            return False
        del left[match]
    return True


def is_zero(value: Any) -> bool:
    """Whether a value is what Terraform takes for unset."""
    return value is None or value is False or value in ("", 0) or value == [] or value == {}


def same_document(old: str, new: str) -> bool:
    """Whether two JSON documents mean the same; the order in lists of a policy means nothing."""
    if not (old.lstrip()[:1] in ("{", "[") and new.lstrip()[:1] in ("{", "[")):
        return False
    try:
        return bool(canonical(json.loads(old)) == canonical(json.loads(new)))
    except ValueError:
        return False


def canonical(value: Any) -> Any:
    """A JSON value in a form that is equal for equal policies: `"x"` and `["x"]` are one."""
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        items = sorted((canonical(item) for item in value), key=lambda item: json.dumps(item))
        return items[0] if len(items) == 1 else items
    return str(value).lower() if isinstance(value, bool) else value
