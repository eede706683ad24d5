"""Properties in their several spellings: single or in lists, known or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from policies.facts.values import items
from policies.subjects import Resource, Stack, has, is_unknown, known

NOT_KNOWN = "(not known before the change is made)"
"""Stands for a value that has not been computed yet, where a rule counts that as the worst."""


def literal(props: Mapping[str, Any], key: str) -> Any:
    """The value, None where it is absent, NOT_KNOWN where something has to compute it first."""
    return NOT_KNOWN if is_unknown(props, key) else props.get(key)


def texts(props: Mapping[str, Any], *keys: str) -> tuple[str, ...]:
    """Strings of these properties, single or in lists, NOT_KNOWN for those not known yet."""
    found: list[str] = []
    for key in keys:
        value = literal(props, key)
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, Sequence):
            indices = range(len(value))
            found += [NOT_KNOWN if is_unknown(value, i) else str(value[i]) for i in indices]
    return tuple(found)


def blocks(props: Mapping[str, Any], *keys: str) -> Iterator[Mapping[str, Any]]:
    """The blocks of these properties, alone or in a list: versions of the SDK differ in that.

    Raises UnknownValueError where one is not known yet.
    """
    for key in keys:
        value = props.get(key)
        if isinstance(value, Mapping):
            yield value
        elif isinstance(value, Sequence) and not isinstance(value, str):
            for item in value:
                if isinstance(item, Mapping):
                    yield item


def block(props: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The first of them, or an empty one.

    Raises UnknownValueError where it is not known yet.
    """
    return next(blocks(props, *keys), {})


def identifiers(resource: Resource, *keys: str) -> list[str]:
    """What else names the resource: its id, its ARN and the properties `keys`, where known."""
    found = [known(resource.props, key) for key in ("id", "arn", *keys)]
    return [value for value in found if isinstance(value, str) and value]


def made_from(user: Resource, source: Resource, *keys: str) -> bool:
    """Whether one of these properties of `user`, or any if none is given, comes from `source`."""
    found = user.property_dependencies
    return any(source.urn in found.get(key, ()) for key in keys or found)


def means(user: Resource, key: str, source: Resource) -> bool:
    """Whether the property `key` of `user` means `source`, as its output or by its id."""
    return made_from(user, source, key) or known(user.props, key) in identifiers(source)


def configured(stack: Stack, resource: Resource, kinds: tuple[str, ...], key: str) -> bool:
    """Whether a resource of these types has a property `key` that means `resource`."""
    return any(True for _ in configuring(stack, resource, kinds, key))


def configuring(
    stack: Stack, resource: Resource, kinds: tuple[str, ...], key: str
) -> Iterator[Resource]:
    """Resources of these types whose property `key` means `resource`.

    By an index: with many buckets each rule would otherwise look at all pairs of them.
    """
    names = (resource.urn, *identifiers(resource, "bucket", "name", "url"))
    for kind in kinds:
        index = _index(stack, kind, key)
        found = {user.urn: user for name in names for user in index.get(name, ())}
        yield from found.values()


_INDICES: WeakKeyDictionary[Stack, dict[tuple[str, str], dict[str, list[Resource]]]] = (
    WeakKeyDictionary()
)


def _index(stack: Stack, kind: str, key: str) -> dict[str, list[Resource]]:
    """Resources of a type by what their property `key` says: URNs of its sources, and its text."""
    indices = _INDICES.setdefault(stack, {})
    if (kind, key) not in indices:
        index = indices[kind, key] = defaultdict(list)
        for resource in stack.of_type(kind):
            sources = resource.property_dependencies.get(key, frozenset())
            for name in sources.union(_texts_in(known(resource.props, key))):
                index[name].append(resource)
    return indices[kind, key]


def stated(resource: Resource, key: str) -> bool:
    """Whether the program gives the property, in a stack: one that AWS fills in is unknown too."""
    computed = is_unknown(resource.props, key) and not resource.property_dependencies.get(key)
    return has(resource.props, key) and not computed


def names_internet_gateway(route: Resource) -> bool:
    """Whether a route, or a table by one of its own, names an internet gateway by its id."""
    holders = [route.props, *items(route.props, "routes")]
    ids = [id_ for holder in holders for id_ in texts(holder, "gatewayId")]
    return any(id_.startswith("igw-") for id_ in ids)


def dead_letter_targets(stack: Stack) -> tuple[set[str], list[str]]:
    """Where what could not be delivered is sent: URNs whose outputs say so, and known texts."""
    urns: set[str] = set()
    found: list[str] = []
    for resource in stack.resources:
        for key in ("deadLetterConfig", "destinationConfig", "redrivePolicy"):
            urns |= resource.property_dependencies.get(key, frozenset())
            found += _texts_in(known(resource.props, key))
    return urns, found


def _texts_in(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for key in value for text in _texts_in(known(value, key))]
    return [value] if isinstance(value, str) else []
