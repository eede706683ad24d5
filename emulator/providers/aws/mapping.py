"""Properties to boto3 parameters and back, by a table of names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.values import Properties

Names = Mapping[str, str]
"""Property name to AWS name."""


def to_aws(properties: Properties, names: Names) -> dict[str, Any]:
    """boto3 parameters of those properties that are set."""
    return {
        aws_name: properties[name]
        for name, aws_name in names.items()
        if properties.get(name) is not None
    }


def from_aws(described: Mapping[str, Any], names: Names) -> Properties:
    """Properties of those AWS members that are there."""
    return {name: described[aws_name] for name, aws_name in names.items() if aws_name in described}


def changed_names(olds: Properties, news: Properties, names: Names) -> dict[str, Any]:
    """boto3 parameters of those properties that differ from the old ones and are set."""
    return {
        aws_name: news[name]
        for name, aws_name in names.items()
        if news.get(name) is not None and news.get(name) != olds.get(name)
    }


def without_empty(properties: Properties) -> Properties:
    """Properties without None, "", [] and {} (what Terraform's state does not tell from unset)."""
    return {
        name: value
        for name, value in properties.items()
        if value is not None and not (isinstance(value, str | list | dict) and not value)
    }
