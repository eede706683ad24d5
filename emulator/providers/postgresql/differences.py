"""What changes between a resource as it stands and what a program wants now."""

from __future__ import annotations

from typing import Any

from emulator.engine.events import DifferenceKind, PropertyDifference
from emulator.providers.postgresql.attributes import (
    DEFAULTS_KEY,
    Attribute,
    Kind,
    ResourceType,
    plain,
)
from emulator.providers.provider import Difference
from emulator.values import Properties, Value, without_secrets


def planned(resource: ResourceType, olds: Properties, news: Properties) -> Properties:
    """Every property as it is wanted: given, else computed before, else default or zero."""
    plan: Properties = {}
    for name, attribute in resource.attributes.items():
        value = news.get(name)
        if value is None:
            value = olds.get(name) if attribute.computed else attribute.default
        plan[name] = plain(attribute, value)
    return plan


def standing(resource: ResourceType, outputs: Properties) -> Properties:
    """Every property as it was recorded, its zero where nothing was."""
    return {
        name: plain(attribute, outputs.get(name)) for name, attribute in resource.attributes.items()
    }


def difference(resource: ResourceType, olds: Properties, news: Properties) -> Difference:
    """How new inputs differ from the recorded outputs, as the bridge tells it."""
    old, new = standing(resource, olds), planned(resource, olds, news)
    result = Difference()
    for name, attribute in resource.attributes.items():
        if attribute.write_only or old[name] == new[name]:
            continue
        result.changed.append(name)
        if attribute.replaces:
            result.replaces.append(name)
        is_wanted = attribute.computed or attribute.default is not None
        before = None if without_secrets(olds.get(name)) in (None, []) else old[name]
        after = None if new[name] == [] or not (is_wanted or given(news, name)) else new[name]
        if attribute.kind is Kind.SET and isinstance(after, list):
            after = list(dict.fromkeys(news[name]))  # the program's order counts its items
        result.detailed |= _details(name, attribute, before, after)
    result.stables = sorted(
        name
        for name, attribute in resource.attributes.items()
        if attribute.replaces and name not in result.replaces
    )
    result.changed.sort()
    result.replaces.sort()
    is_named_by_program = resource.is_autonamed and "name" not in news.get(DEFAULTS_KEY, ["name"])
    result.delete_before_replace = bool(result.replaces) and (
        resource.delete_before_replace or is_named_by_program
    )
    return result


def given(news: Properties, name: str) -> bool:
    """Whether the program gives the property."""
    return news.get(name) is not None


def _details(
    name: str, attribute: Attribute, old: Value, new: Value
) -> dict[str, PropertyDifference]:
    if isinstance(old, list) and isinstance(new, list) and attribute.kind is not Kind.POLICIES:
        return _item_details(name, attribute, old, new)
    return {name: _one(attribute, old, new)}


def _item_details(
    name: str, attribute: Attribute, old: list[str], new: list[str]
) -> dict[str, PropertyDifference]:
    details: dict[str, PropertyDifference] = {}
    if attribute.kind is Kind.LIST:
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            if before != after:
                details[f"{name}[{index}]"] = _one(attribute, before, after)
        return details
    gone = {index: item for index, item in enumerate(old) if item not in new}
    come = {index: item for index, item in enumerate(new) if item not in old}
    for index in sorted(gone | come):
        details[f"{name}[{index}]"] = _one(attribute, gone.get(index), come.get(index))
    return details


def _one(attribute: Attribute, before: Any, after: Any) -> PropertyDifference:
    kind = "add" if before is None else "delete" if after is None else "update"
    suffix = "-replace" if attribute.replaces else ""
    return PropertyDifference(
        kind=DifferenceKind(kind + suffix), input_difference=False, before=before, after=after
    )
