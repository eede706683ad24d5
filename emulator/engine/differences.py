"""What a reviewer is shown of a change: values before and after, and what forces a replacement."""

from __future__ import annotations

import copy
from dataclasses import replace

from emulator.engine.events import DifferenceKind, PropertyDifference
from emulator.engine.property_path import MISSING, Path, contains, parse_path
from emulator.engine.provider_answers import Differs
from emulator.values import Properties, Secret, Value

TO_REPLACE = {
    DifferenceKind.ADD: DifferenceKind.ADD_REPLACE,
    DifferenceKind.DELETE: DifferenceKind.DELETE_REPLACE,
    DifferenceKind.UPDATE: DifferenceKind.UPDATE_REPLACE,
}


def apply_replace_on_changes(differs: Differs, selectors: list[str]) -> Differs:
    """Verdict in which a change below any selector forces a replacement.

    https://www.pulumi.com/docs/iac/concepts/options/replaceonchanges/
    """
    if not differs.some or not selectors:
        return differs
    paths = [parse_path(selector) for selector in selectors]
    replaces = [key for key in differs.changed if _selected(paths, parse_path(key))]
    detailed = {}
    for text, difference in differs.detailed.items():
        if _selected(paths, parse_path(text)):
            kind = TO_REPLACE.get(difference.kind, difference.kind)
            difference = replace(difference, kind=kind)
            replaces.append(text)
        detailed[text] = difference
    result = copy.copy(differs)
    result.replaces = list(dict.fromkeys([*differs.replaces, *replaces]))
    result.detailed = detailed
    return result


def detailed(
    differs: Differs, old_inputs: Properties, old_outputs: Properties, new_inputs: Properties
) -> dict[str, PropertyDifference]:
    """Differences by path with their values; made of changed keys where there is no detail."""
    differences = differs.detailed or {
        key: _whole(key, old_inputs, new_inputs, forces=key in differs.replaces)
        for key in differs.changed
    }
    filled = {}
    for text, difference in differences.items():
        path = parse_path(text)
        old_side = old_inputs if difference.input_difference else old_outputs
        filled[text] = replace(
            difference, before=_value(old_side, path), after=_value(new_inputs, path)
        )
    return filled


def _selected(paths: list[Path], path: Path) -> bool:
    return any(contains(selector, path) for selector in paths)


def _whole(
    key: str, old_inputs: Properties, new_inputs: Properties, *, forces: bool
) -> PropertyDifference:
    kind = DifferenceKind.UPDATE
    if key not in old_inputs:
        kind = DifferenceKind.ADD
    elif key not in new_inputs:
        kind = DifferenceKind.DELETE
    return PropertyDifference(kind=TO_REPLACE[kind] if forces else kind, input_difference=True)


def _value(value: Value, path: Path) -> Value:
    """Value at a path, None where there is none; inside a secret everything is secret."""
    hidden = False
    for element in path:
        if isinstance(value, Secret):
            value, hidden = value.value, True
        if isinstance(value, dict):
            value = value.get(str(element), MISSING)
        elif isinstance(value, list) and isinstance(element, int) and element < len(value):
            value = value[element]
        else:
            return None
        if value is MISSING:
            return None
    return Secret(value) if hidden and not isinstance(value, Secret) else value
