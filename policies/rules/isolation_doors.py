"""The read-only doors, as the stack files open them."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.belonging import all_stages, words
from policies.open_cells import Kind, is_open
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource

STACK = "pulumi:pulumi:Stack"


@for_resource(
    STACK,
    id="readonly-door-for-whom",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Through a stage's read-only door come people of its own account, and task roles of "
    "stages on the same host that say so.",
    why="A reader from another account or of another stage that nobody planned for sees data that "
    "it has no business with.",
    remedy="Remove the ARN from tenant.reader_arns, or add the stage to tenant.reads of the one "
    "that reads.",
)
def door_for_whom(resource: Resource, context: Context) -> Iterator[Finding]:
    """The host's own roles, such as Airflow's, hold no stage's data."""
    del resource
    stages = context.stages
    own = stages.current
    door = (Kind.READONLY, own.name)
    readers = {
        stage.names.role_arn("task"): stage.name
        for stage in stages.all.values()
        if is_open(stages, (Kind.TASK, stage.name), door)
    }
    for arn in own.settings.tenant.reader_arns:
        foreign = arn.split(":")[4] != own.account_id
        of_a_stage = not words(arn.split(":", 5)[5]).isdisjoint(all_stages(stages))
        if foreign or (of_a_stage and arn not in readers):
            yield Finding(
                found=f"tenant.reader_arns of {own.name} lets {arn} in",
                allowed=f"people of account {own.account_id}"
                + "".join(f", {reader}" for reader in sorted(readers)),
            )


@for_resource(
    STACK,
    id="readonly-door-where",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="Only stages whose data is worth keeping have a read-only door.",
    why="A stage that may break freely is read through its own roles; a door there shows up in no "
    "review.",
    remedy="Remove tenant.reader_arns from its stack file.",
)
def door_where(resource: Resource, context: Context) -> Iterator[Finding]:
    """A stage is such a one where stage.protected is true."""
    del resource
    own = context.stages.current
    if own.settings.tenant.reader_arns and not own.is_lasting:
        yield Finding(
            found=f"{own.name}, which is not protected, has readers",
            allowed="tenant.reader_arns only where stage.protected is true",
        )


@for_resource(
    STACK,
    id="readonly-reads-neighbours-only",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="A stage's tasks read stages of the same host alone that have a door.",
    why="Otherwise its task role tries doors in another account, or ones that nobody opens.",
    remedy="Remove the stage from tenant.reads.",
)
def reads_neighbours_only(resource: Resource, context: Context) -> Iterator[Finding]:
    """As policies/open_cells.yaml has it."""
    del resource
    stages = context.stages
    own = stages.current
    for other in own.settings.tenant.reads:
        if not is_open(stages, (Kind.TASK, own.name), (Kind.READONLY, other)):
            yield Finding(
                found=f"tenant.reads of {own.name} names {other}",
                allowed=f"protected stages that {own.host} hosts",
            )
