"""Tags: a resource's own, the provider's default ones, and AWS's two ways to write them.

`tagsAll` is default plus own tags and is made by `check`, as pulumi-aws does:
https://github.com/pulumi/pulumi-aws/blob/master/provider/tags.go
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from emulator.values import UNKNOWN, Properties, has_unknown


def all_tags(properties: Properties, default_tags: Mapping[str, Any]) -> Any:
    """Default and own tags together; unknown where any of them is."""
    own = properties.get("tags")
    if has_unknown(own) or has_unknown(dict(default_tags)):
        return UNKNOWN
    return dict(default_tags) | (own or {})


def wanted_tags(properties: Properties) -> dict[str, str]:
    """Tags that the resource gets in the cloud."""
    tags = properties.get("tagsAll")
    return dict(tags) if tags else dict(properties.get("tags") or {})


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as most AWS calls want them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def tag_map(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Tags as most AWS calls return them (AWS's own ones are not shown)."""
    return {
        tag.get("Key", tag.get("TagKey", "")): tag.get("Value", tag.get("TagValue", ""))
        for tag in tags or ()
        if not tag.get("Key", tag.get("TagKey", "")).startswith("aws:")
    }


def tag_changes(
    old_properties: Properties, new_properties: Properties
) -> tuple[dict[str, str], list[str]]:
    """Tags to set, and keys of tags to take away."""
    olds, news = wanted_tags(old_properties), wanted_tags(new_properties)
    to_set = {key: value for key, value in news.items() if olds.get(key) != value}
    return to_set, sorted(olds.keys() - news.keys())


def own_tags(
    live: Mapping[str, str], own: Mapping[str, str], default_tags: Mapping[str, str]
) -> dict[str, str]:
    """A resource's own tags among all that it carries."""
    return {
        key: value for key, value in live.items() if key in own or default_tags.get(key) != value
    }
