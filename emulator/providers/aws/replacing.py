"""Which property changes force a replacement.

`replace_table.json` lists, per type, the properties that terraform-provider-aws marks `ForceNew`
(or `RequiresReplace`), in Pulumi's names, with the file that says so. A nested property is written
as a path without indices. Conditions stand in the types' handlers (`Handler.replaces`).
`deleteBeforeReplace` marks the types of which pulumi-aws says `DeleteBeforeReplace`:
https://github.com/pulumi/pulumi-aws/blob/master/provider/resources.go

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
from emulator.values import Properties

SOURCE_PREFIX: Final = "https://github.com/hashicorp/terraform-provider-aws/blob/main/"
FALLBACK: Final = frozenset({"name", "namePrefix", "region"})


@functools.cache
def table() -> dict[str, dict[str, Any]]:
    """Type to `{"source": file, "properties": [path…], "deleteBeforeReplace": true where so}`."""
    path = Path(__file__).with_name("replace_table.json")
    loaded: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@functools.cache
def replacing_properties(type_: str) -> frozenset[str]:
    """Property paths of a type that force a replacement; `region` does for every type."""
    entry = table().get(type_)
    return FALLBACK if entry is None else frozenset(entry["properties"]) | {"region"}


def deletes_first(type_: str) -> bool:
    """Whether pulumi-aws deletes a resource of this type before it creates the replacement."""
    return bool(table().get(type_, {}).get("deleteBeforeReplace"))


def forces_replacement(
    type_: str, handler: Handler, path: str, before: Any, after: Any, news: Properties
) -> bool:
    """Whether a change of the property at `path` forces a replacement, given all new inputs."""
    decided = handler.replaces(path, before, after, news)
    if decided is not None:
        return decided
    plain = re.sub(r"\[\d+\]", "", path)
    for listed in replacing_properties(type_):
        if plain == listed or plain.startswith((f"{listed}.", f"{listed}[")):
            return True
        inner = listed.removeprefix(f"{plain}.")
        if inner != listed and any(_holds(value, inner.split(".")) for value in (before, after)):
            return True
    return False


def _holds(value: Any, names: list[str]) -> bool:
    """Whether an object, or one in a list, has the property with these names to it."""
    if not names:
        return value is not None
    if isinstance(value, list):
        return any(_holds(item, names) for item in value)
    return isinstance(value, dict) and _holds(value.get(names[0]), names[1:])
