"""Policy documents keep to their own stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policies.iam.bounds import CALLER_KEYS, SOURCE_KEYS
from policies.iam.document_places import Kind, types_with
from policies.iam.documents import Statement
from policies.iam.patterns import is_any, overlap
from policies.iam.placed_documents import documents_of
from policies.iam.reach import holder_kind, may_reach, reached_by
from policies.iam.territory import OTHER, territories
from policies.open_cells import is_open
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.stage_map import Stage, Stages
from policies.subjects import Resource

GRANTING = (Kind.TRUST, Kind.RESOURCE, Kind.KEY)

_WITH_ACCOUNTS = ("AWS", "Federated")


@for_resource(
    *types_with(Kind.IDENTITY),
    id="document-reaches-own-stage",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="What an identity may do ends with its own stage.",
    why="Whatever runs as it could read or break another stage.",
    remedy="Name the stage's own resources (stages/names.py); what is open between stages all the "
    "same is listed in policies/open_cells.yaml.",
)
def reaches_own_stage(resource: Resource, context: Context) -> Iterator[Finding]:
    """Resources are compared as patterns with the ARNs of every other stage."""
    stages = context.stages
    source = holder_kind(resource, stages.current)
    for placed, statement in documents_of(resource, Kind.IDENTITY):
        for stage in stages.others:
            for reached in reached_by(statement, stages, stage):
                if not may_reach(stages, source, reached):
                    yield Finding(
                        found=f"{placed.place}: {statement} reaches {stage.name} by {reached.by}",
                        allowed=f"resources of {stages.current.name}",
                    )


@for_resource(
    *types_with(*GRANTING),
    id="document-speaks-to-own-stage",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Who may use a resource or take on a role is of the resource's own stage.",
    why="Another stage's role or account would read or write this one's data.",
    remedy="Name principals of the stage; a reader is named among the reader_arns of the stack "
    "file, an open cell in policies/open_cells.yaml.",
)
def speaks_to_own_stage(resource: Resource, context: Context) -> Iterator[Finding]:
    """Principals, and the callers and sources that conditions name."""
    stages = context.stages
    target = holder_kind(resource, stages.current)
    for placed, statement in documents_of(resource, *GRANTING):
        for stage in stages.others:
            for value, source in _callers_of(statement, stage, stages):
                if not is_open(stages, (source, stage.name), (target, stages.current.name)):
                    yield Finding(
                        found=f"{placed.place}: {statement} speaks to {value} of {stage.name}",
                        allowed=f"principals of {stages.current.name}",
                    )


def _callers_of(statement: Statement, stage: Stage, stages: Stages) -> Iterator[tuple[str, str]]:
    """Whom of `stage` it speaks to, with the kind of thing that each is.

    A source may be a pattern of everything in the account: the service names the one it means.
    """
    callers = {found.value for found in statement.principals if found.kind in _WITH_ACCOUNTS}
    for value in sorted(callers | _values(statement, CALLER_KEYS)):
        places = [found for found in territories(stage) if overlap(value, found.pattern)]
        exact = [found.kind for found in places if found.pattern == value]
        if not is_any(value) and (places or _is_named(value, stage, stages)):
            yield value, next(iter(exact), OTHER)
    for value in sorted(_values(statement, SOURCE_KEYS)):
        if _is_named(value, stage, stages):
            yield value, OTHER


def _values(statement: Statement, keys: Iterable[str]) -> set[str]:
    return {
        value
        for condition in statement.conditions
        if condition.key in keys
        for value in condition.values
    }


def _is_named(value: str, stage: Stage, stages: Stages) -> bool:
    elsewhere = stage.account_id != stages.current.account_id and stage.account_id in value
    return elsewhere or stage.name in stages.named_in(value)
