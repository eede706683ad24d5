"""Cases of policies/rules/audit_cloudtrail.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, undecided, violating

TRAIL = "aws:cloudtrail/trail:Trail"
WHOLE = {"enableLogFileValidation": True, "isMultiRegionTrail": True}
STACK = Fixture(type="pulumi:pulumi:Stack")

NOT_WHOLE = "trail-not-whole"
OWN_KEY = "trail-own-key"
PROTECTED = "trail-protected"
MISSING = "trail-missing"


def trail(*, protect: bool = True, **props: Any) -> Fixture:
    return Fixture(type=TRAIL, props=WHOLE | props, protect=protect)


PARTIAL: tuple[dict[str, Any], ...] = (
    {"enableLogFileValidation": False},
    {"isMultiRegionTrail": None},
    {"enableLogging": False},
    {"includeGlobalServiceEvents": False},
    {"enableLogging": UNKNOWN},
    {"eventSelectors": [{"includeManagementEvents": False}]},
    {"eventSelectors": [{"readWriteType": "WriteOnly"}]},
    {"eventSelectors": [{"excludeManagementEventSources": ["kms.amazonaws.com"]}]},
    {"advancedEventSelectors": [{"fieldSelectors": []}]},
)

CASES = (
    passing(NOT_WHOLE, trail()),
    passing(NOT_WHOLE, trail(enableLogging=True, includeGlobalServiceEvents=True), title="said"),
    passing(
        NOT_WHOLE,
        trail(eventSelectors=[{"includeManagementEvents": True, "readWriteType": "All"}]),
        title="more events than these",
    ),
    passing(NOT_WHOLE, trail(eventSelectors=[{"dataResources": []}]), title="objects as well"),
    *(violating(NOT_WHOLE, trail(**props), title=str(props)) for props in PARTIAL),
    undecided(NOT_WHOLE, trail(eventSelectors=UNKNOWN)),
    passing(OWN_KEY, trail(kmsKeyId="arn:aws:kms:eu-west-1:111111111111:key/x")),
    passing(OWN_KEY, trail(kmsKeyId=UNKNOWN), title="computed"),
    violating(OWN_KEY, trail()),
    violating(OWN_KEY, trail(kmsKeyId="alias/aws/s3"), title="AWS's own"),
    passing(PROTECTED, trail()),
    passing(PROTECTED, trail(protect=False), stack="test", title="of a stage that may break"),
    violating(PROTECTED, trail(protect=False)),
    passing(MISSING, STACK, trail()),
    passing(MISSING, STACK, stack="test", title="a guest's stack"),
    violating(MISSING, STACK),
)
