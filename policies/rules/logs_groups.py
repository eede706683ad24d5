"""CloudWatch: log groups, where logs go, and alarms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.facts.stateful import CLUSTER, INSTANCE
from policies.facts.values import names_own_key, number, shown, text, texts
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, is_unknown, known

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
EXPORTERS = {INSTANCE: ("instance", "identifier"), CLUSTER: ("cluster", "clusterIdentifier")}
"""Servers: their kind in the names that RDS gives to log groups, and the property for theirs."""

ALARMS = (
    "aws:cloudwatch/compositeAlarm:CompositeAlarm",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
)


@for_resource(
    LOG_GROUP,
    id="log-group-kept",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="A log group says how long its events are kept, and that is long enough.",
    why="Break-ins are found months later; without a number events stay, and cost, for ever.",
    remedy="Set retention_in_days from host.server.log_retention_days, 365 by default.",
    frameworks=("CKV_AWS_66", "CKV_AWS_338"),
)
def kept(group: Resource, context: Context) -> Iterator[Finding]:
    """0 and absent mean for ever, which nobody decided."""
    days = context.parameters["minimum_log_days"]
    if (number(group.props, "retentionInDays") or 0) < days:
        found = shown(group.props, "retentionInDays")
        yield Finding(found=found, allowed=f"{days} days at least")


@for_resource(
    LOG_GROUP,
    id="log-group-own-key",
    group=Group.DATA_SAFETY,
    severity=Severity.MEDIUM,
    what="A log group is encrypted with a key of the host's own.",
    why="Logs of a database hold what people wrote into it; AWS's own key binds nobody.",
    remedy="Set kms_key_id to the host's logs key.",
    frameworks=("CKV_AWS_158",),
)
def own_key(group: Resource, context: Context) -> Iterator[Finding]:
    """Absent is AWS's own."""
    if not names_own_key(group.props, "kmsKeyId"):
        yield Finding(found=shown(group.props, "kmsKeyId"), allowed="the host's logs key")


@for_stack(
    id="log-group-made-for-server",
    group=Group.DATA_SAFETY,
    severity=Severity.MEDIUM,
    what="Every log that a server exports has a log group of this program.",
    why="RDS makes one that is missing by itself: without a key of ours, and kept for ever.",
    remedy="Make a LogGroup called /aws/rds/instance/<identifier>/<log>, as DatabaseServer does.",
)
def made_for_server(stack: Stack, context: Context) -> Iterator[Finding]:
    """By the names that RDS gives them."""
    groups = {text(group.props, "name") for group in stack.of_type(LOG_GROUP)}
    for kind, (place, key) in EXPORTERS.items():
        for server in stack.of_type(kind):
            for log in texts(server.props, "enabledCloudwatchLogsExports"):
                name = f"/aws/rds/{place}/{text(server.props, key)}/{log}"
                if name not in groups:
                    yield Finding(found=f"no log group {name}", allowed="one", urn=server.urn)


@for_resource(
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
    "aws:cloudwatch/logAccountPolicy:LogAccountPolicy",
    id="logs-stay-in-the-stage",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="Logs are sent to nothing of another stage or account.",
    why="They hold statements and addresses of the stage that wrote them.",
    remedy="Send them to a destination of the same stage.",
)
def stay_in_the_stage(sender: Resource, context: Context) -> Iterator[Finding]:
    """A destination that is made by this stack is its own."""
    own = context.stages.current
    for key in ("destinationArn", "policyDocument"):
        destination = text(sender.props, key)
        accounts = set(re.findall(r"\b\d{12}\b", destination)) - {own.account_id}
        if accounts or context.stages.named_in(destination) - {own.name}:
            yield Finding(found=f"{key} is {destination}", allowed=f"something of {own.name}")


@for_resource(
    *ALARMS,
    id="alarm-acts",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="An alarm tells somebody.",
    why="One whose actions are off, or that has none, turns red where nobody looks.",
    remedy="Set alarm_actions to the stage's topic, and remove actions_enabled.",
    frameworks=("CKV_AWS_319",),
)
def acts(alarm: Resource, context: Context) -> Iterator[Finding]:
    """Actions are on by default, and there are none by default."""
    enabled = known(alarm.props, "actionsEnabled", True)
    if is_unknown(alarm.props, "actionsEnabled") or enabled not in (True, "true"):
        yield Finding(found=shown(alarm.props, "actionsEnabled"), allowed="true")
    if not texts(alarm.props, "alarmActions"):
        yield Finding(found="no alarmActions", allowed="the stage's topic")
