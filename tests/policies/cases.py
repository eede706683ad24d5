"""Cases for rules: plain resources, and what a rule says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from pulumi_policy.proxy import (
    UNKNOWN_STRING_VALUE,
    UnknownValueError,
    unknown_checking_proxy,
)

from policies.pack import findings
from policies.parameters import defaults
from policies.rule import Context, Rule
from policies.stage_map import Stages, load_stages
from policies.subjects import Resource, Stack

ROOT = Path(__file__).parents[2]

UNKNOWN = UNKNOWN_STRING_VALUE
"""What the engine sends for a value that is not known yet, whatever its type."""


class Outcome(StrEnum):
    """What a rule says."""

    PASSES = "passes"
    VIOLATES = "violates"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Fixture:
    """A resource as a case states it; others are named as `type::name`."""

    type: str
    name: str = "it"
    props: Mapping[str, Any] = field(default_factory=dict)
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    parent: str = ""
    provider: Mapping[str, Any] = field(default_factory=dict)
    provider_name: str = ""
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The resources from whose outputs a property is computed."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One thing that a rule must say.

    A rule for resources looks at the first fixture, a rule for stacks at all of them.
    """

    rule: str
    says: Outcome
    fixtures: tuple[Fixture, ...]
    title: str = ""
    stack: str = "preprod"
    stages: Stages | None = None
    """The stages, where they are not as the project's own stack files say."""

    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """By which a failing test names it."""
        return f"{self.rule} {self.says}" + (f": {self.title}" if self.title else "")


def passing(rule: str, *fixtures: Fixture, **more: Any) -> Case:
    """The rule has nothing to say."""
    return Case(rule=rule, says=Outcome.PASSES, fixtures=fixtures, **more)


def violating(rule: str, *fixtures: Fixture, **more: Any) -> Case:
    """The rule finds something."""
    return Case(rule=rule, says=Outcome.VIOLATES, fixtures=fixtures, **more)


def undecided(rule: str, *fixtures: Fixture, **more: Any) -> Case:
    """The rule cannot know yet: the preview carries an advisory note."""
    return Case(rule=rule, says=Outcome.UNKNOWN, fixtures=fixtures, **more)


@cache
def stages(stack: str) -> Stages:
    """The project's own stages, seen from one."""
    return load_stages(ROOT, stack)


def urn(title: str, stack: str) -> str:
    """URN of `type::name`."""
    return f"urn:pulumi:{stack}::development-stages::{title}"


def built(fixture: Fixture, stack: str) -> Resource:
    """The fixture as the library hands it over, with its proxy around the properties."""
    kind, name = fixture.type, fixture.name
    sources = {
        key: frozenset(urn(title, stack) for title in titles)
        for key, titles in fixture.sources.items()
    }
    return Resource(
        type=kind,
        name=name,
        urn=urn(f"{kind}::{name}", stack),
        props=unknown_checking_proxy(dict(fixture.props)),
        protect=fixture.protect,
        ignore_changes=fixture.ignore_changes,
        parent=urn(fixture.parent, stack) if fixture.parent else None,
        provider=unknown_checking_proxy(dict(fixture.provider)),
        provider_urn=urn(fixture.provider_name, stack) if fixture.provider_name else "",
        dependencies=frozenset(u for found in sources.values() for u in found),
        property_dependencies=sources,
    )


def said(rule: Rule, case: Case) -> Outcome:
    """What the rule says of the case; whatever it raises besides is the test's failure."""
    resources = [built(fixture, case.stack) for fixture in case.fixtures]
    context = Context(
        stages=case.stages or stages(case.stack),
        parameters=defaults() | dict(case.parameters),
    )
    subject = resources[0] if rule.check else Stack(resources)
    try:
        return Outcome.VIOLATES if any(findings(rule, subject, context)) else Outcome.PASSES
    except UnknownValueError:
        return Outcome.UNKNOWN
