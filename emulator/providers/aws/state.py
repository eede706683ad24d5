"""What goes into a resource's state: what the program said, corrected by what the cloud says."""

from __future__ import annotations

from typing import Any

from emulator.providers.aws.account import Account
from emulator.providers.aws.equality import is_zero, same
from emulator.providers.aws.handler import Handler
from emulator.providers.aws.naming import DEFAULTS_KEY
from emulator.providers.aws.sdk import ResourceSchema
from emulator.providers.aws.tags import own_tags
from emulator.values import Properties


def merged(
    schema: ResourceSchema, handler: Handler, known: Properties, live: Properties, account: Account
) -> Properties:
    """Known values, each replaced by the live one where the two mean something else."""
    result: Properties = {key: value for key, value in known.items() if key != DEFAULTS_KEY}
    for key, value in live.items():
        if key not in known or not same(handler, key, known[key], value):
            result[key] = value
        else:
            result[key] = filled(known[key], value)
    if "tagsAll" in live:
        own = known.get("tags") or {}
        tags = own_tags(live["tagsAll"], own, account.default_tags)
        result.pop("tags", None)
        if tags or "tags" in known:
            result["tags"] = tags
        result["tagsAll"] = dict(live["tagsAll"])
    if "region" in schema.outputs:
        result.setdefault("region", account.region)
    return {key: value for key, value in result.items() if value is not None}


def filled(known: Any, live: Any) -> Any:
    """Known objects, with the members that only the cloud knows."""
    if not (isinstance(known, dict) and isinstance(live, dict)):
        return known
    return live | {key: filled(value, live.get(key)) for key, value in known.items()}


def refreshed_inputs(
    schema: ResourceSchema, handler: Handler, inputs: Properties, now: Properties
) -> Properties:
    """Inputs as a program would have to say them now; only what it said before, and tags."""
    result: Properties = {}
    for key, value in inputs.items():
        if key == DEFAULTS_KEY:
            result[key] = value
        elif key in now:
            alike = same(handler, key, value, now[key])
            result[key] = value if alike else now[key]
    if "tags" in schema.inputs.properties and now.get("tags"):
        result["tags"] = now["tags"]
    return result


def imported_inputs(schema: ResourceSchema, handler: Handler, now: Properties) -> Properties:
    """Inputs of a resource that no program described yet: what is set and no default."""

    def says_something(key: str, value: Any) -> bool:
        if key in schema.inputs.required:
            return True
        if key in handler.defaults:
            return bool(value != handler.defaults[key])
        return key in schema.inputs.properties and not is_zero(value) and key != "region"

    return {key: value for key, value in now.items() if says_something(key, value)}
