"""The record of what is done in a host's account."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.reading import blocks, literal
from policies.facts.stateful import keeps_data
from policies.facts.values import is_true, names_own_key, shown
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, has

TRAIL = "aws:cloudtrail/trail:Trail"
ON_UNLESS_SAID = ("enableLogging", "includeGlobalServiceEvents")
OFF_UNLESS_SAID = ("enableLogFileValidation", "isMultiRegionTrail")


@for_resource(
    TRAIL,
    id="trail-not-whole",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A trail records all management events of all regions, and signs what it wrote.",
    why="What is done where nobody records is what somebody does who does not want to be seen.",
    remedy="Set is_multi_region_trail and enable_log_file_validation, and leave out "
    "enable_logging, include_global_service_events and selectors of events.",
    frameworks=(
        "CKV_AWS_36",
        "CKV_AWS_67",
        "CKV_AWS_251",
        "FSBP CloudTrail.1",
        "FSBP CloudTrail.4",
    ),
)
def not_whole(trail: Resource, context: Context) -> Iterator[Finding]:
    """Selectors name what is recorded, and so leave out the rest."""
    del context
    for key in OFF_UNLESS_SAID:
        if not is_true(trail.props, key):
            yield Finding(found=shown(trail.props, key), allowed="true")
    for key in ON_UNLESS_SAID:
        if has(trail.props, key) and not is_true(trail.props, key):
            yield Finding(found=shown(trail.props, key), allowed="true")
    for selector in blocks(trail.props, "eventSelectors"):
        events = literal(selector, "includeManagementEvents") in (None, True)
        kinds = literal(selector, "readWriteType") in (None, "All")
        if not events or not kinds or has(selector, "excludeManagementEventSources"):
            yield Finding(found="a selector that leaves events out", allowed="all of them")
    if any(True for _ in blocks(trail.props, "advancedEventSelectors")):
        yield Finding(found="advancedEventSelectors", allowed="all management events")


@for_resource(
    TRAIL,
    id="trail-own-key",
    group=Group.DATA_SAFETY,
    severity=Severity.MEDIUM,
    what="A trail is encrypted with a key of the host's own.",
    why="It names people, addresses and resources; who may read it is then said in one place.",
    remedy="Set kms_key_id.",
    frameworks=("CKV_AWS_35", "FSBP CloudTrail.2"),
)
def own_key(trail: Resource, context: Context) -> Iterator[Finding]:
    """Absent is S3's own."""
    del context
    if not names_own_key(trail.props, "kmsKeyId"):
        yield Finding(found=shown(trail.props, "kmsKeyId"), allowed="a key of the host's")


@for_resource(
    TRAIL,
    id="trail-protected",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A trail is protected by Pulumi.",
    why="What is done after it is gone is in no record.",
    remedy="Pass protect=args.protect to its ResourceOptions.",
)
def protected(trail: Resource, context: Context) -> Iterator[Finding]:
    """Where the stage protects what it keeps."""
    if keeps_data(context) and not trail.protect:
        yield Finding(found="protect is off", allowed="on")


@for_stack(
    id="trail-missing",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A host records what is done in its account.",
    why="Who came through a read-only door, and when, is written nowhere else.",
    remedy="Add components/audit_trail.py to the host.",
    frameworks=("FSBP CloudTrail.1",),
)
def missing(stack: Stack, context: Context) -> Iterator[Finding]:
    """In each account there is one host."""
    if context.stages.current.is_host and not any(True for _ in stack.of_type(TRAIL)):
        yield Finding(found="no trail", allowed="one", urn=stack.urn)
