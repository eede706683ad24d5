"""URNs: `urn:pulumi:<stack>::<project>::<qualified type>::<name>`.

https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
"""

from __future__ import annotations

from typing import Final

ROOT_STACK_TYPE: Final = "pulumi:pulumi:Stack"
STACK_REFERENCE_TYPE: Final = "pulumi:pulumi:StackReference"
PROVIDER_TYPE_PREFIX: Final = "pulumi:providers:"
UNKNOWN_ID: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for the id of a provider that a preview has not created."""


def make_urn(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """URN of a resource; a parent other than the stack itself qualifies the type."""
    qualified = type_
    if parent and qualified_type(parent) != ROOT_STACK_TYPE:
        qualified = f"{qualified_type(parent)}${type_}"
    return f"urn:pulumi:{stack}::{project}::{qualified}::{name}"


def qualified_type(urn: str) -> str:
    """Type with its parents' types: `my:component$aws:s3/bucket:Bucket`."""
    return urn.split("::", 3)[2]


def type_of(urn: str) -> str:
    """Type without its parents' types."""
    return qualified_type(urn).rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """Logical name."""
    return urn.split("::", 3)[3]


def is_provider_type(type_: str) -> bool:
    """Whether the type is that of a provider resource."""
    return type_.startswith(PROVIDER_TYPE_PREFIX)


def is_default_provider(urn: str) -> bool:
    """Whether the engine itself registered the provider: it is no resource of the program's."""
    name = name_of(urn)
    return is_provider_type(qualified_type(urn)) and (
        name == "default" or name.startswith("default_")
    )


def package_of(type_: str) -> str:
    """Package that serves a type: `aws` of `aws:s3/bucket:Bucket`, also of its provider's type."""
    if is_provider_type(type_):
        return type_.removeprefix(PROVIDER_TYPE_PREFIX)
    return type_.split(":", 1)[0]


def provider_reference(urn: str, id_: str) -> str:
    """Reference to a provider resource, as resources carry it."""
    return f"{urn}::{id_ or UNKNOWN_ID}"


def split_reference(reference: str) -> tuple[str, str]:
    """URN and id of a provider reference."""
    urn, _, id_ = reference.rpartition("::")
    return urn, id_
