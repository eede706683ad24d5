"""The policy documents of a resource, found where its type keeps them and parsed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pulumi_policy.proxy import UnknownValueError

from policies.iam.document_places import PERMISSIONS, PLACES, Kind
from policies.iam.documents import (
    Condition,
    Document,
    NotAPolicyError,
    Principal,
    Statement,
    parse_document,
)
from policies.subjects import Resource, has, is_unknown, known

NOT_KNOWN_YET = "not-known-yet"
"""Stands in a statement for what a preview cannot know; it matches nothing that is known."""


@dataclass(frozen=True, kw_only=True)
class Placed:
    """One document, or why there is none to judge."""

    place: str
    """The property, such as `inlinePolicies[0].policy`."""

    kind: Kind
    document: Document | None = None
    problem: str = ""


@lru_cache(maxsize=32)
def placed_documents(resource: Resource) -> tuple[Placed, ...]:
    """All documents of the resource; a property that is absent holds none.

    Kept for a while: a dozen rules ask one after the other.
    """
    if resource.type in PERMISSIONS:
        return tuple(_permission(resource.props))
    return tuple(
        found
        for path, kind in PLACES.get(resource.type, {}).items()
        for found in _at(resource.props, path, "", kind)
    )


def documents_of(resource: Resource, *kinds: Kind) -> Iterator[tuple[Placed, Statement]]:
    """Every allowing statement of the documents of these kinds that can be judged."""
    for placed in placed_documents(resource):
        if placed.kind in kinds and placed.document is not None:
            for statement in placed.document.allowing:
                yield placed, statement


def plain(value: Any) -> Any:
    """A value of the library's as plain data.

    Raises UnknownValueError where a part of it is not known yet.
    """
    if isinstance(value, Mapping):
        return {key: plain(value[key]) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(value[index]) for index in range(len(value))]
    return value


def _at(value: Any, path: str, before: str, kind: Kind) -> Iterator[Placed]:
    """Documents at `path`, in which `[]` is each item of a list and `.` leads to a part."""
    step, _, rest = path.partition(".")
    key = step.removesuffix("[]")
    place = f"{before}{key}"
    if not isinstance(value, Mapping) or not has(value, key):
        return
    if is_unknown(value, key):
        yield Placed(place=place, kind=kind, problem="is not known before the update")
    elif step.endswith("[]"):
        items = value[key]
        for index in range(len(items)):
            if is_unknown(items, index):
                problem = "is not known before the update"
                yield Placed(place=f"{place}[{index}]", kind=kind, problem=problem)
            else:
                yield from _at(items[index], rest, f"{place}[{index}].", kind)
    elif rest:
        yield from _at(value[key], rest, f"{place}.", kind)
    elif value[key] != "":
        yield _parsed(value[key], place, kind)


def _parsed(value: Any, place: str, kind: Kind) -> Placed:
    try:
        whole = plain(value)
        text = whole if isinstance(whole, str) else json.dumps(whole)
        return Placed(place=place, kind=kind, document=parse_document(text, kind))
    except UnknownValueError:
        problem = "has a part that is not known before the update"
    except NotAPolicyError as error:
        problem = str(error)
    return Placed(place=place, kind=kind, problem=problem)


_SOURCES = {
    "sourceArn": "aws:sourcearn",
    "sourceAccount": "aws:sourceaccount",
    "organizationId": "aws:principalorgid",
    "principalOrgId": "aws:principalorgid",
}


def _permission(props: Mapping[str, Any]) -> Iterator[Placed]:
    """The statement that Lambda makes of a permission."""
    kind, place = Kind.RESOURCE, "principal"
    if any(is_unknown(props, key) for key in ("principal", "action")):
        problem = "or the action is not known before the update"
        yield Placed(place=place, kind=kind, problem=problem)
        return
    principal, action = str(props.get("principal", "*")), str(props.get("action", "*"))
    is_service = principal.endswith(".amazonaws.com")
    conditions = tuple(
        Condition(
            operator="arnlike" if key == "sourceArn" else "stringequals",
            qualifier="",
            if_exists=False,
            key=name,
            values=(str(known(props, key, NOT_KNOWN_YET)),),
        )
        for key, name in _SOURCES.items()
        if has(props, key)
    )
    statement = Statement(
        sid=str(known(props, "statementId", "") or ""),
        effect="Allow",
        principals=(Principal(kind="Service" if is_service else "AWS", value=principal),),
        not_principals=(),
        actions=(action.lower(),),
        not_actions=(),
        resources=("*",),
        not_resources=(),
        conditions=conditions,
    )
    yield Placed(place=place, kind=kind, document=Document(statements=(statement,)))
