"""A resource, and a stack of them, as rules see them: the same in Pulumi's calls and in tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pulumi_policy.proxy import UnknownValueError


@dataclass(frozen=True, kw_only=True, eq=False)
class Resource:
    """One registered resource."""

    type: str
    """Pulumi's type, such as `aws:rds/instance:Instance`."""

    name: str
    """Its name in the program."""

    urn: str

    props: Mapping[str, Any]
    """Inputs where it is looked at alone, outputs in a stack; keys as the engine spells them.

    Reading one that is not known yet raises UnknownValueError.
    """

    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    parent: str | None = None
    """The parent's URN."""

    provider: Mapping[str, Any] = field(default_factory=dict)
    """Inputs of its provider."""

    provider_urn: str = ""
    dependencies: frozenset[str] = frozenset()
    """URNs; in a stack alone."""

    property_dependencies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """URNs by property; in a stack alone."""


def is_unknown(props: Mapping[str, Any] | Sequence[Any], key: Any) -> bool:
    """Whether a value is there but not known yet."""
    try:
        props[key]
    except UnknownValueError:
        return True
    except (KeyError, IndexError):
        return False
    return False


def has(props: Mapping[str, Any], key: str) -> bool:
    """Whether a value is there, known or not."""
    return is_unknown(props, key) or props.get(key) is not None


def known(props: Mapping[str, Any], key: str, default: Any = None) -> Any:
    """The value where it is known, `default` where it is absent or not known yet."""
    return default if is_unknown(props, key) else props.get(key, default)


class Stack:
    """All resources that a stack registers."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self.resources = tuple(resources)

    @cached_property
    def urn(self) -> str:
        """The stack's own URN, for what no resource is to blame for; "" where it is not there."""
        return next((stack.urn for stack in self.of_type("pulumi:pulumi:Stack")), "")

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """Resources by URN."""
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def _by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        kinds: dict[str, list[Resource]] = {}
        for resource in self.resources:
            kinds.setdefault(resource.type, []).append(resource)
        return {kind: tuple(found) for kind, found in kinds.items()}

    def of_type(self, *types: str) -> Iterator[Resource]:
        """Resources of these types, in the order of registration within a type."""
        for kind in types:
            yield from self._by_type.get(kind, ())

    def configuring(
        self, resource: Resource, type_: str, key: str, *values: str
    ) -> Iterator[Resource]:
        """Resources of a type whose property `key` means `resource`.

        Either it is computed from an output of it, or it equals one of `values` (its name or id).
        """
        for candidate in self._by_type.get(type_, ()):
            sources = candidate.property_dependencies.get(key, frozenset())
            if resource.urn in sources or known(candidate.props, key) in values:
                yield candidate
