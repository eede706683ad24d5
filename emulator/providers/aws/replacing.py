"""Which property changes force a replacement.

`replace_table.json` lists, per type, the properties that terraform-provider-aws marks `ForceNew`
(or `RequiresReplace`), in Pulumi's names, with the file that says so. A nested property is written
as a path without indices. Conditions stand in the types' handlers (`Handler.replaces`).

A type that is not in the table is replaced when its `name`, `namePrefix` or `region` changes, and
updated otherwise: that is the rule in most of the provider, and a guess for any one type.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any, Final

from emulator.providers.aws.handler import Handler

SOURCE_PREFIX: Final = "https://github.com/hashicorp/terraform-provider-aws/blob/main/"
FALLBACK: Final = frozenset({"name", "namePrefix", "region"})


@functools.cache
def table() -> dict[str, dict[str, Any]]:
    """Type to `{"source": file, "properties": [path…]}`."""
    path = Path(__file__).with_name("replace_table.json")
    loaded: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@functools.cache
def replacing_properties(type_: str) -> frozenset[str]:
    """Property paths of a type that force a replacement; `region` does for every type."""
    entry = table().get(type_)
    return FALLBACK if entry is None else frozenset(entry["properties"]) | {"region"}


def forces_replacement(type_: str, handler: Handler, path: str, before: Any, after: Any) -> bool:
    """Whether a change of the property at `path` forces a replacement."""
    decided = handler.replaces(path, before, after)
    if decided is not None:
        return decided
    plain = re.sub(r"\[\d+\]", "", path)
    return any(
        plain == listed or plain.startswith((f"{listed}.", f"{listed}["))
        for listed in replacing_properties(type_)
    )
