"""Cases of policies/rules/running_24_7.py."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.policies.cases import UNKNOWN, Case, Fixture, Outcome, passing, violating
from tests.policies.edited_stages import edited
from tests.policies.states import states

SCHEDULE = "aws:scheduler/schedule:Schedule"
RULE = "aws:cloudwatch/eventRule:EventRule"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SCALING = Fixture(type="aws:autoscaling/schedule:Schedule")
STATE = Fixture(type="aws:rds/instanceDesiredState:InstanceDesiredState")
STOP = "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance"
MODIFY = "arn:aws:scheduler:::aws-sdk:rds:modifyDBInstance"
START = "arn:aws:scheduler:::aws-sdk:rds:startExportTask"


def schedule(arn: str, instance: str, name: str = "it", **props: Any) -> Fixture:
    target = {"arn": arn, "input": f'{{"DbInstanceIdentifier": "{instance}"}}'}
    return Fixture(type=SCHEDULE, name=name, props={"target": target, **props})


def stops(title: str, fixture: Fixture, **more: Any) -> Case:
    return violating("running-no-scheduled-stop", fixture, title=title, **more)


SERVER = "arn:aws:rds:eu-west-1:111111111111:db:devstages-preprod-server"


def may(action: str, resource: str) -> Fixture:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return Fixture(type="aws:iam/rolePolicy:RolePolicy", props={"policy": document})


TAGGED = "running-no-schedulers-tag"


def tagged(key: str, **more: Any) -> Fixture:
    return Fixture(type="aws:rds/instance:Instance", props={"tags": {key: "nights"}, **more})


def stopping_alarm(region: str = "eu-west-1", also: Sequence[str] = ()) -> Fixture:
    actions = [f"arn:aws:automate:{region}:ec2:stop", *also]
    return Fixture(type=ALARM, props={"alarmActions": actions})


CASES = (
    *(passing(TAGGED, tagged(key), title=key) for key in ("Stage", "DataClass", "Backup")),
    passing(TAGGED, tagged("Schedule"), stack="test"),
    passing(TAGGED, Fixture(type=SCHEDULE, props={"name": "tags.Schedule"}), title="no tag"),
    *(
        violating(TAGGED, tagged(key), title=key)
        for key in ("Schedule", "auto-stop", "AutoShutdown", "office_hours", "maid_offhours")
    ),
    violating(
        TAGGED,
        Fixture(
            type="pulumi:providers:aws",
            props={"defaultTags": json.dumps({"tags": {"Schedule": "nights"}})},
        ),
        title="of everything",
    ),
    violating(
        TAGGED,
        Fixture(type="aws:rds/instance:Instance", props={"tagsAll": {"Downtime": "nights"}}),
        title="with the provider's",
    ),
    passing("running-no-scheduled-stop", schedule(START, "devstages-preprod-server")),
    passing("running-no-scheduled-stop", stopping_alarm(), title="the gateway's alarm"),
    stops("an alarm where no gateway stops", stopping_alarm(), stack="prod"),
    stops("an alarm of a guest", stopping_alarm(), stack="test"),
    stops(
        "an alarm where there is no gateway",
        stopping_alarm(),
        stages=edited("preprod", {"preprod.host.gateway": None}),
    ),
    stops("an alarm elsewhere", stopping_alarm(region="us-east-1")),
    stops("the gateway's alarm, and more", stopping_alarm(also=[STOP])),
    stops(
        "what only speaks as an alarm does",
        Fixture(type=SCHEDULE, props={"input": "arn:aws:automate:eu-west-1:ec2:stop"}),
    ),
    passing(
        "running-no-scheduled-stop",
        schedule(START, "x", tags={"note": "never stop"}),
        title="a word elsewhere",
    ),
    passing(
        "running-no-scheduled-stop",
        Fixture(type=RULE, name="stop-of-server", props={"eventPattern": "{}"}),
        title="a rule on events",
    ),
    stops(
        "a rule on a schedule",
        Fixture(type=RULE, name="stop-server", props={"scheduleExpression": "rate(1 day)"}),
    ),
    passing(
        "running-no-scheduled-stop",
        Fixture(type=ALARM, name="tasks-stop", props={"alarmActions": ["arn:aws:sns:::topic"]}),
        title="an alarm's name",
    ),
    passing(
        "running-no-scheduled-stop",
        schedule(START, "x", name="tell-what-stopped-nightly"),
        title="a message about it",
    ),
    stops("stops the server", schedule(STOP, "devstages-preprod-server")),
    stops("switches protection off", schedule(MODIFY, "devstages-preprod-server")),
    stops("its name says so", schedule(UNKNOWN, "x", name="nightly-stop")),
    stops("guest stops its host", schedule(STOP, "devstages-preprod-server"), stack="test"),
    stops("guest does not say what", schedule(STOP, UNKNOWN), stack="test"),
    stops(
        "guest stops both",
        schedule(STOP, "devstages-test-box and devstages-preprod-server"),
        stack="test",
    ),
    passing(
        "running-no-scheduled-stop",
        schedule(STOP, "devstages-test-box"),
        stack="test",
        title="guest stops its own",
    ),
    *(
        stops(kind, Fixture(type=kind, props=props))
        for kind, props in (
            (
                "aws:cloudwatch/eventTarget:EventTarget",
                {"arn": "arn:aws:ssm:eu-west-1::automation-definition/AWS-StopRdsInstance"},
            ),
            ("aws:ssm/association:Association", {"name": "AWS-StopEC2Instance"}),
            (
                "aws:budgets/budgetAction:BudgetAction",
                {"definition": {"ssmActionDefinition": {"actionSubType": "STOP_RDS_INSTANCES"}}},
            ),
            (
                ALARM,
                {"alarmActions": ["arn:aws:automate:eu-west-1:ec2:terminate"]},
            ),
        )
    ),
    *states(
        "running-not-stopped",
        STATE,
        "state",
        right=["available"],
        wrong=["stopped"],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "running-not-scaled-to-zero",
        SCALING,
        "minSize",
        right=[1, -1],
        wrong=[0],
        absent=Outcome.PASSES,
    ),
    violating(
        "running-not-scaled-to-zero",
        Fixture(
            type="aws:appautoscaling/scheduledAction:ScheduledAction",
            props={"scalableTargetAction": {"maxCapacity": 0}},
        ),
        title="capacity",
    ),
    passing(
        "running-not-scaled-to-zero",
        Fixture(type=SCALING.type, props={"minSize": 0}),
        stack="test",
        title="of test",
    ),
    *states(
        "running-not-paused",
        Fixture(type="aws:rds/cluster:Cluster"),
        "scalingConfiguration",
        right=[{"autoPause": False}],
        wrong=[{}, {"autoPause": True}],
        absent=Outcome.PASSES,
        unknown=Outcome.PASSES,
    ),
    *states(
        "running-not-paused",
        Fixture(type="aws:rds/cluster:Cluster"),
        "serverlessv2ScalingConfiguration",
        right=[{"minCapacity": 0.5}],
        wrong=[{}, {"minCapacity": 0}],
        absent=Outcome.PASSES,
        unknown=Outcome.PASSES,
    ),
    *(
        violating("running-nobody-may-stop", may(*grant), title=f"{grant}", stack=stack)
        for stack, *grant in (
            ("preprod", "rds:StopDBInstance", SERVER),
            ("preprod", "rds:*", SERVER),
            ("preprod", "ec2:Stop*", "*"),
            ("test", "rds:StopDBInstance", SERVER),
            ("test", "rds:StopDBInstance", "*"),
        )
    ),
    passing("running-nobody-may-stop", may("rds:DescribeDBInstances", "*"), title="looks"),
    passing("running-nobody-may-stop", may("rds:Describe*", SERVER), stack="test", title="looks"),
    passing(
        "running-nobody-may-stop",
        may("ec2:StopInstances", "arn:aws:ec2:eu-west-1:111111111111:instance/devstages-test-box"),
        stack="test",
        title="stops its own",
    ),
)
