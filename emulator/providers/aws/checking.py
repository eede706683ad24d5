"""Checks property values against the SDK's Args classes, and converts what Terraform converts."""

from __future__ import annotations

import difflib
import json
from typing import Any

from emulator.providers.aws.sdk import ArgsSchema, PropertyType, args
from emulator.providers.provider import CheckFailure
from emulator.values import UNKNOWN, Archive, Asset, Properties, has_unknown

WANTED = {
    "string": "a string",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "list": "a list",
    "map": "a map",
    "object": "an object",
    "asset": "an asset or archive",
    "document": "a JSON document",
}


def check_properties(
    schema: ArgsSchema, values: Properties, path: str = ""
) -> tuple[Properties, list[CheckFailure]]:
    """Converted values without nulls, and what is wrong with them (sorted by property path)."""
    failures: list[CheckFailure] = []
    converted: Properties = {}
    for name, value in values.items():
        if name.startswith("__"):
            continue
        inner = f"{path}.{name}" if path else name
        property_type = schema.properties.get(name)
        if property_type is None:
            failures.append(CheckFailure(property=inner, reason=unknown_name(schema, name)))
        elif value is not None:
            converted[name] = convert(property_type, value, inner, failures)
    failures.extend(
        CheckFailure(
            property=f"{path}.{name}" if path else name,
            reason=f'missing required property "{name}"',
        )
        for name in schema.required
        if values.get(name) is None
    )
    return converted, sorted(failures, key=lambda failure: failure.property)


def unknown_name(schema: ArgsSchema, name: str) -> str:
    """Say that a property does not exist, and which ones do."""
    near = difflib.get_close_matches(name, schema.properties, n=1, cutoff=0.6)
    hint = f'did you mean "{near[0]}"? ' if near else ""
    return f'unknown property "{name}"; {hint}Allowed: {", ".join(sorted(schema.properties))}'


def convert(
    property_type: PropertyType, value: Any, path: str, failures: list[CheckFailure]
) -> Any:
    """Value as the property's type wants it; a wrong one is reported and returned as it is."""
    kind = property_type.kind
    if value is UNKNOWN or value is None or kind == "any":
        return value
    if kind == "object" and isinstance(value, dict) and property_type.object_class is not None:
        nested, wrong = check_properties(args(property_type.object_class), value, path)
        failures.extend(wrong)
        return nested
    if kind == "list" and isinstance(value, list):
        element = property_type.element or PropertyType("any")
        return [
            convert(element, item, f"{path}[{index}]", failures) for index, item in enumerate(value)
        ]
    if kind == "map" and isinstance(value, dict):
        element = property_type.element or PropertyType("any")
        return {
            key: convert(element, item, f"{path}.{key}", failures)
            for key, item in value.items()
            if item is not None
        }
    if kind == "asset" and isinstance(value, Asset | Archive):
        return value
    if kind == "document" and isinstance(value, dict | str):
        return value if isinstance(value, str) or has_unknown(value) else json.dumps(value)
    fitting, scalar = _scalar(kind, value)
    if fitting:
        return scalar
    failures.append(
        CheckFailure(property=path, reason=f"got {_kind_of(value)}, want {WANTED[kind]}")
    )
    return value


def _scalar(kind: str, value: Any) -> tuple[bool, Any]:
    """Whether a scalar fits, and the value as Terraform converts it ("5" to 5, 5 to "5")."""
    if kind == "string":
        if isinstance(value, bool):
            return True, "true" if value else "false"
        return isinstance(value, str | int | float), str(value)
    if kind == "boolean":
        if value in ("true", "false"):
            return True, value == "true"
        return isinstance(value, bool), value
    if kind not in ("integer", "number") or isinstance(value, bool):
        return False, value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return False, value
    if number.is_integer():
        return True, int(number)
    return kind == "number", number


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "a string"  # not its text: it may be a secret
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, dict) else f"a {type(value).__name__}"
