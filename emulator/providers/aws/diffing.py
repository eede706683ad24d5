"""Which properties differ, by path, and which of them force a replacement."""

from __future__ import annotations

from typing import Any

from emulator.engine.events import DifferenceKind, PropertyDifference
from emulator.providers.aws.equality import is_zero, same
from emulator.providers.aws.handler import Handler
from emulator.providers.aws.replacing import forces_replacement
from emulator.providers.provider import Difference
from emulator.values import Properties

WITH_REPLACE = {
    DifferenceKind.ADD: DifferenceKind.ADD_REPLACE,
    DifferenceKind.DELETE: DifferenceKind.DELETE_REPLACE,
    DifferenceKind.UPDATE: DifferenceKind.UPDATE_REPLACE,
}


def difference(
    type_: str, handler: Handler, old_inputs: Properties, old_outputs: Properties, news: Properties
) -> Difference:
    """Compare new inputs with what stands (old outputs where there are any, else old inputs)."""
    found = Difference()
    names = {name for name in old_inputs | news if not name.startswith("__")}
    names |= handler.defaults.keys() & old_outputs.keys()
    names |= {"tags"} & old_outputs.keys()
    for name in sorted(names):
        before = old_outputs[name] if name in old_outputs else old_inputs.get(name)
        after = news.get(name)
        if name not in news:
            if name in handler.computed:
                continue
            after = handler.defaults.get(name)
        _walk(type_, handler, name, before, after, news, found)
    found.changed = sorted({_top(path) for path in found.detailed})
    return found


def _walk(
    type_: str,
    handler: Handler,
    path: str,
    before: Any,
    after: Any,
    news: Properties,
    found: Difference,
) -> None:
    if same(handler, path, before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            if not key.startswith("__"):
                inner = f"{path}.{key}" if key.isidentifier() else f'{path}["{key}"]'
                _walk(type_, handler, inner, before.get(key), after.get(key), news, found)
        return
    if isinstance(before, list) and isinstance(after, list) and before and after:
        for index in range(max(len(before), len(after))):
            old = before[index] if index < len(before) else None
            new = after[index] if index < len(after) else None
            _walk(type_, handler, f"{path}[{index}]", old, new, news, found)
        return
    kind = DifferenceKind.UPDATE
    if before is None or (is_zero(before) and not isinstance(before, bool | int)):
        kind = DifferenceKind.ADD
    elif after is None:
        kind = DifferenceKind.DELETE
    if forces_replacement(type_, handler, path, before, after, news):
        kind = WITH_REPLACE[kind]
        found.replaces.append(path)
    found.detailed[path] = PropertyDifference(
        kind=kind, input_difference=True, before=before, after=after
    )


def _top(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]
