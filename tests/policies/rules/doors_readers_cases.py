"""Cases of policies/rules/doors_readers.py."""

from __future__ import annotations

from typing import Any

from stages.door_settings import ReaderConditions
from tests.policies.cases import passing, violating
from tests.policies.document_fixtures import OWN, REGION, allow, role, role_policy, trusting
from tests.policies.edited_stages import edited

ASKS = "door-asks-people"
SESSIONS = "door-sessions-own"

PEOPLE = f"arn:aws:iam::{OWN}:role/developers"
TASKS = f"arn:aws:iam::{OWN}:role/devstages-test-task"
ACCOUNT = f"arn:aws:iam::{OWN}:root"
DOOR = allow("rds-db:connect", f"arn:aws:rds-db:{REGION}:{OWN}:dbuser:*/preprod_readonly")
TAG: dict[str, Any] = {"StringEquals": {"aws:PrincipalTag/team": "data"}}
FOR_ALL: dict[str, Any] = {"ForAllValues:StringEquals": {"aws:PrincipalTag/team": "data"}}
FACTOR: dict[str, Any] = {
    "Bool": {"aws:MultiFactorAuthPresent": "true"},
    "NumericLessThanEquals": {"aws:MultiFactorAuthAge": "3600"},
}


def stages_asking(**conditions: Any) -> Any:
    asked = ReaderConditions(**conditions)
    return edited("preprod", {"preprod.tenant.reader_conditions": asked})


BY_TAG = stages_asking(principal_tags={"team": "data"})
BY_FACTOR = stages_asking(mfa_max_age_minutes=60)


def door(
    arn: str = PEOPLE, operator: str = "ArnLike", principal: str = ACCOUNT, **conditions: Any
) -> tuple[Any, Any]:
    named = {operator: {"aws:PrincipalArn": arn}} if arn else {}
    trust = trusting({"AWS": principal}, Condition=named | conditions)
    return role(trust), role_policy(DOOR)


INSTANCES = f"arn:aws:ec2:{REGION}:{OWN}:instance/*"
DOCUMENT = f"arn:aws:ssm:{REGION}:{OWN}:document/devstages-preprod-readonly-session"
OWN_SESSIONS = f"arn:aws:ssm:{REGION}:{OWN}:session/${{aws:userid}}-*"
BY_NAME = {"StringEquals": {"ssm:resourceTag/Name": "devstages-preprod-gateway"}}
OTHER_NAME = {"StringEquals": {"ssm:resourceTag/Name": "devstages-preprod-x"}}

CASES = (
    passing(ASKS, *door(), title="nothing is asked"),
    passing(ASKS, *door(**TAG), stages=BY_TAG, title="a tag"),
    passing(ASKS, *door(**FACTOR), stages=BY_FACTOR, title="a second factor"),
    passing(ASKS, *door(TASKS), stages=BY_TAG, title="of tasks"),
    passing(ASKS, *door("", principal=TASKS), stages=BY_TAG, title="of tasks by their ARN"),
    passing(ASKS, role(trusting({"AWS": PEOPLE})), stages=BY_TAG, title="no door"),
    violating(ASKS, *door(), stages=BY_TAG, title="without the tag"),
    violating(ASKS, *door("", principal=PEOPLE), stages=BY_TAG, title="by their ARN"),
    violating(
        ASKS,
        *door(TASKS, principal=PEOPLE),
        stages=BY_TAG,
        title="by their ARN, and said to be tasks",
    ),
    violating(ASKS, *door(""), stages=BY_TAG, title="an account"),
    violating(
        ASKS,
        *door(TASKS, "ArnLikeIfExists"),
        stages=BY_TAG,
        title="an account, tasks if it says who",
    ),
    violating(
        ASKS,
        *door("", StringEquals={"aws:PrincipalTag/arn": TASKS}),
        stages=BY_TAG,
        title="an account with a tag that looks like tasks",
    ),
    violating(
        ASKS,
        *door(StringEquals={"aws:PrincipalTag/team": "any"}),
        stages=BY_TAG,
        title="another value",
    ),
    violating(
        ASKS,
        *door(StringEqualsIfExists={"aws:PrincipalTag/team": "data"}),
        stages=BY_TAG,
        title="if there is one",
    ),
    violating(
        ASKS,
        *door(**FOR_ALL),
        stages=BY_TAG,
        title="for all of none",
    ),
    violating(
        ASKS,
        *door(StringEquals={"aws:PrincipalTag/other": "data"}),
        stages=BY_TAG,
        title="another tag",
    ),
    violating(ASKS, *door(Bool=FACTOR["Bool"]), stages=BY_FACTOR, title="a factor of any age"),
    violating(
        ASKS,
        *door(**FACTOR | {"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
        stages=BY_FACTOR,
        title="no factor",
    ),
    *(
        passing(SESSIONS, *door(), role_policy(statement, name="more"), title=title)
        for title, statement in {
            "on the gateway": allow("ssm:StartSession", INSTANCES, Condition=BY_NAME),
            "by its document": allow("ssm:StartSession", DOCUMENT),
            "its own": allow(["ssm:ResumeSession", "ssm:TerminateSession"], OWN_SESSIONS),
            "none": allow("rds:DescribeDBInstances"),
        }.items()
    ),
    passing(
        SESSIONS,
        role(trusting({"AWS": PEOPLE})),
        role_policy(allow("ssm:StartSession", INSTANCES)),
        title="no door",
    ),
    *(
        violating(SESSIONS, *door(), role_policy(statement, name="more"), title=title)
        for title, statement in {
            "on any machine": allow("ssm:StartSession", INSTANCES),
            "on another": allow("ssm:StartSession", INSTANCES, Condition=OTHER_NAME),
            "by another document": allow("ssm:StartSession", f"{DOCUMENT}-2", Condition=BY_NAME),
            "of others": allow("ssm:TerminateSession", f"arn:aws:ssm:{REGION}:{OWN}:session/*"),
            "resumed": allow("ssm:ResumeSession", "*", Condition=BY_NAME),
        }.items()
    ),
)
