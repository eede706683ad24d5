"""What a statement of an identity policy reaches of other stages, and what it may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policies.iam.aws_actions import UNSCOPABLE
from policies.iam.documents import Statement
from policies.iam.patterns import matches, overlap
from policies.iam.territory import OTHER, Territory, by_service
from policies.open_cells import Kind as OwnedKind
from policies.open_cells import is_open
from policies.stage_map import Stage, Stages
from policies.subjects import Resource, known

ALIASES = "kms:resourcealiases"


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Something of a stage that a statement reaches."""

    stage: str
    kind: str
    """As in policies/open_cells.py; "" is never open."""

    by: str
    """The resource of the statement, or what it does not say."""

    holds_data: bool = False
    is_key: bool = False


def holder_kind(resource: Resource, stage: Stage) -> str:
    """Whose document it is: the kind of the role that the resource is, or belongs to."""
    props = resource.props
    named = str(known(props, "role", "") or known(props, "name", "") or "")
    is_role = resource.type in ("aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy")
    kinds = (OwnedKind.TASK, OwnedKind.READONLY, OwnedKind.AIRFLOW_EXECUTION)
    found = [kind for kind in kinds if named == stage.names.resource(kind.value)]
    return found[0] if found and is_role else OTHER


def may_reach(stages: Stages, source_kind: str, reached: Reached) -> bool:
    """Whether a cell is open from a holder of the current stage."""
    return is_open(stages, (source_kind, stages.current.name), (reached.kind, reached.stage))


def reached_by(statement: Statement, stages: Stages, stage: Stage) -> Iterator[Reached]:
    """What of `stage` the statement reaches, the current stage's own things left out."""
    actions = [action for action in statement.actions or ("*",) if action not in UNSCOPABLE]
    spoken = {action.partition(":")[0] for action in actions}
    places = [
        territory
        for service, owned in by_service(stage).items()
        if _speaks_of(spoken, service)
        for territory in owned
    ]
    of_keys = _speaks_of(spoken, "kms")
    for resource in statement.resources or ("*",):
        if matches(_own_dags(stages.current), resource):
            continue
        found = [place for place in places if overlap(resource, place.pattern)]
        if found:
            yield _merged(found, resource)
        elif _is_named(stages, stage, resource):
            yield Reached(stage=stage.name, kind=OTHER, by=resource)
        if of_keys and _reaches_key(statement, resource, stage):
            yield Reached(
                stage=stage.name, kind=OTHER, by=f"{resource} as keys", holds_data=True, is_key=True
            )


def _own_dags(stage: Stage) -> str:
    """The stage's part of its host's bucket."""
    bucket = stage.names.of(stage.host).bucket_arn("airflow")
    return f"{bucket}/{stage.names.dag_prefix}*"


def _speaks_of(spoken: set[str], service: str) -> bool:
    """Whether actions of a service are among them; roles are what STS speaks of."""
    asked = ("iam", "sts") if service == "iam" else (service,)
    return any(matches(pattern, name) for pattern in spoken for name in asked)


def _merged(found: list[Territory], resource: str) -> Reached:
    """One reach for a resource: of the kind that it exactly is, or of none."""
    named = [place.kind for place in found if place.kind and place.pattern == resource]
    alone = len({territory.kind for territory in found}) == 1
    kind = found[0].kind if alone else next(iter(named), OTHER)
    return Reached(
        stage=found[0].stage,
        kind=kind,
        by=resource,
        holds_data=any(territory.holds_data for territory in found),
    )


def _is_named(stages: Stages, stage: Stage, resource: str) -> bool:
    """Whether the resource names the stage or its account, whatever the service."""
    elsewhere = stage.account_id != stages.current.account_id and stage.account_id in resource
    return stage.name in stages.named_in(resource) or elsewhere


def _reaches_key(statement: Statement, resource: str, stage: Stage) -> bool:
    """Keys carry no name: they are told apart by the aliases that a condition demands."""
    names = stage.names
    if not overlap(resource, names.arn("kms", "key/%")):
        return False
    own = names.key_alias("")
    return not statement.demands(
        ALIASES, lambda value: not overlap(value, own) and not overlap(value, f"{own}-*")
    )
