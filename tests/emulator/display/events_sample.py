"""A recorded deployment, with a secret planted wherever one can be."""

from __future__ import annotations

import copy
from typing import Final

from emulator.display.record import Outcome
from emulator.engine.events import (
    Diagnostic,
    DifferenceKind,
    Event,
    PolicyPackLoaded,
    PolicyViolation,
    PropertyDifference,
    Severity,
    Step,
    StepFailed,
    StepKind,
    StepOutputs,
    StepStarted,
)
from emulator.engine.request import DeploymentResult
from emulator.engine.resource_state import ResourceState, Snapshot
from emulator.values import UNKNOWN, Secret

PLANTED: Final = "planted-s3cr3t"
ROOT: Final = "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev"
HOST: Final = "urn:pulumi:dev::demo::demo:index:Host::host"
SERVER: Final = "urn:pulumi:dev::demo::demo:index:Host$aws:rds/instance:Instance::server"
BUCKET: Final = "urn:pulumi:dev::demo::aws:s3/bucket:Bucket::data"
QUEUE: Final = "urn:pulumi:dev::demo::aws:sqs/queue:Queue::old"


def _state(urn: str, type_: str, parent: str = ROOT, **more: object) -> ResourceState:
    custom = not type_.startswith(("pulumi:pulumi", "demo:"))
    state = ResourceState(urn=urn, type=type_, custom=custom, parent=parent)
    for name, value in more.items():
        setattr(state, name, value)
    return state


def root() -> Step:
    state = _state(ROOT, "pulumi:pulumi:Stack", "")
    return Step(
        kind=StepKind.SAME, urn=ROOT, type=state.type, old=copy.copy(state), new=copy.copy(state)
    )


def created_host() -> Step:
    state = _state(HOST, "demo:index:Host", inputs={"size": 1})
    return Step(kind=StepKind.CREATE, urn=HOST, type=state.type, new=state)


def replaced_server() -> Step:
    old = _state(
        SERVER,
        "aws:rds/instance:Instance",
        HOST,
        id="server",
        inputs={"engine": "17", "password": Secret(PLANTED), "tags": {"a": "1", "b": "2"}},
    )
    new = copy.copy(old)
    new.id, new.inputs = (
        "",
        {
            "engine": "18",
            "password": Secret(f"{PLANTED}-2"),
            "tags": {"a": "1", "c": "3"},
            "zone": UNKNOWN,
        },
    )
    return Step(
        kind=StepKind.REPLACE,
        urn=SERVER,
        type=old.type,
        provider="urn:p::x",
        old=old,
        new=new,
        changed_properties=["engine", "password", "tags", "zone"],
        replace_reasons=["engine"],
        differences={
            "engine": PropertyDifference(
                kind=DifferenceKind.UPDATE_REPLACE, input_difference=True, before="17", after="18"
            ),
            "arn": PropertyDifference(
                kind=DifferenceKind.UPDATE,
                input_difference=False,
                before=Secret(PLANTED),
                after="gone",
            ),
        },
    )


def updated_bucket() -> Step:
    old = _state(
        BUCKET,
        "aws:s3/bucket:Bucket",
        id="data-1",
        protect=True,
        inputs={"policy": '{"Statement":[{"Action":"s3:*"}]}', "name": "data"},
    )
    new = copy.copy(old)
    new.protect = False
    new.inputs = {"policy": '{"Statement":[{"Action":"s3:Get"}]}', "name": "data"}
    return Step(
        kind=StepKind.UPDATE,
        urn=BUCKET,
        type=old.type,
        old=old,
        new=new,
        changed_properties=["policy"],
    )


def deleted_queue() -> Step:
    old = _state(QUEUE, "aws:sqs/queue:Queue", id="q", inputs={"delay": 3})
    return Step(kind=StepKind.DELETE, urn=QUEUE, type=old.type, old=old)


def events() -> list[Event]:
    """Begun, ended, failed, said, violated: one of each."""
    steps = [root(), created_host(), replaced_server(), updated_bucket()]
    recorded: list[Event] = [PolicyPackLoaded(name="stages", version="1.0.0", path="policies")]
    for step in steps:
        recorded += [StepStarted(step=step), StepOutputs(step=step, seconds=1.5)]
    queue = deleted_queue()
    recorded += [
        StepStarted(step=queue),
        Diagnostic(severity=Severity.ERROR, message="AccessDenied: no\nsecond line\n", urn=QUEUE),
        StepFailed(step=queue),
        Diagnostic(severity=Severity.WARNING, message="deprecated", urn=BUCKET),
        Diagnostic(severity=Severity.DEBUG, message="noise", urn=BUCKET),
        Diagnostic(severity=Severity.INFO, message="passing", ephemeral=True),
        PolicyViolation(
            policy_pack="stages",
            policy_pack_version="1.0.0",
            policy_name="bucket-public",
            enforcement_level="mandatory",
            message="bucket data is public; got true, wanted false",
            urn=BUCKET,
        ),
        PolicyViolation(
            policy_pack="stages",
            policy_pack_version="1.0.0",
            policy_name="bucket-untagged",
            enforcement_level="advisory",
            message="tag it",
            urn=BUCKET,
        ),
    ]
    return recorded


def outcome() -> Outcome:
    """How it ended: a failure."""
    result = DeploymentResult(
        succeeded=False,
        changes={
            StepKind.SAME: 1,
            StepKind.CREATE: 1,
            StepKind.REPLACE: 1,
            StepKind.CREATE_REPLACEMENT: 1,
            StepKind.DELETE_REPLACED: 1,
            StepKind.UPDATE: 1,
        },
        snapshot=Snapshot(),
    )
    return Outcome(
        result=result,
        old_outputs={"endpoint": "old", "token": Secret(PLANTED)},
        new_outputs={"endpoint": "new", "token": Secret(PLANTED), "zones": ["a", "b"]},
        seconds=64.2,
    )
