"""Preprod and prod run 24/7: nothing is scheduled to stop them, but for the hosts' gateways."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.facts.leaves import leaves
from policies.facts.stateful import CLUSTER
from policies.facts.values import number, shown, text
from policies.iam.document_places import Kind, types_with
from policies.iam.placed_documents import documents_of
from policies.rule import ANY_TYPE, Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource, has, known

STOPPING = re.compile(
    r"stop(?!ped)|pause(?!d)|suspend|shut_?-?down|power_?-?off|hibernat|terminat|idle_?-?down"
    r"|scale_?-?(down|in\b|to_?-?zero)|delete_?-?(db|instance|environment|stack|cluster)"
    r"|switch_?-?off|turn_?-?off|reboot"
    r"|aws-sdk:(airflow|mwaa|rds|kms):(?!copy|create|describe|get|list|start)",
    re.IGNORECASE,
)
"""In the name of an API call, of a document, of a function or of the schedule itself."""

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
RULE = "aws:cloudwatch/eventRule:EventRule"
STOPPING_ACTIONS = (
    "airflow:deleteenvironment",
    "autoscaling:setdesiredcapacity",
    "ec2:rebootinstances",
    "ec2:stopinstances",
    "ec2:terminateinstances",
    "rds:deletedbcluster",
    "rds:deletedbinstance",
    "rds:failoverdbcluster",
    "rds:rebootdbcluster",
    "rds:rebootdbinstance",
    "rds:stopdbcluster",
    "rds:stopdbinstance",
)

TRIGGERS = (
    "aws:budgets/budgetAction:BudgetAction",
    ALARM,
    RULE,
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:scheduler/schedule:Schedule",
    "aws:ssm/association:Association",
    "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask",
)
PATHS = re.compile(
    r"^(name|arn|input|targetId|taskArn|documentName|rule|target\.(arn|input)|definition"
    r"|runCommandTargets|parameters|taskInvocationParameters)\b"
)
"""Where a trigger says what it does."""

SCHEDULERS_TAGS = re.compile(
    r"(instance)?schedul(e|er)|(auto)?(stop|shutdown|poweroff)(at|after|time|daily|nightly)?"
    r"|(custodian|maid)?(off|office|on|working|business)hours|(custodian|maid)?(down|up)time"
)
"""Keys, without dashes and the like, by which schedulers find what they stop, in every account:
https://docs.aws.amazon.com/solutions/latest/instance-scheduler-on-aws/tag-resources.html and
https://cloudcustodian.io/docs/quickstart/offhours.html"""

TAGS = re.compile(r"(tags|tagsAll|defaultTags#?\.tags)\.([^.]+)")
"""Where a resource's tags stand, and the provider's, which everything gets."""

ACTIONS = re.compile(r"^(alarm|ok|insufficientData)Actions\b")
"""Where an alarm says so: its name tells what it watches."""


@for_resource(
    *TRIGGERS,
    id="running-no-scheduled-stop",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="Nothing that runs 24/7 is scheduled to stop.",
    why="Whoever works or loads data at that hour finds the server gone, in every stage on it.",
    remedy="Remove it; only what belongs to a stage that may break alone may be switched off.",
)
def no_scheduled_stop(trigger: Resource, context: Context) -> Iterator[Finding]:
    """By the words in which it says what it does. A rule on events stops by its target alone."""
    if trigger.type == RULE and not has(trigger.props, "scheduleExpression"):
        return
    places = ACTIONS if trigger.type == ALARM else PATHS
    said = [(leaf.path, leaf.text) for leaf in leaves(trigger.props) if places.match(leaf.path)]
    said += [] if trigger.type == ALARM else [("its name", trigger.name)]
    for path, words in said:
        if _stops_gateway(trigger, words, context):
            continue
        if STOPPING.search(words) and not _concerns_itself_alone(context, said):
            found = f"{path} is {words}"
            yield Finding(found=found, allowed="nothing that stops what runs 24/7")
            return


def _stops_gateway(trigger: Resource, words: str, context: Context) -> bool:
    """Whether an alarm stops a machine, where the stack file has the gateway stop when idle.

    The gateway is no stage's own: it holds nothing, and who reads starts it again. It is the only
    machine that may stop, and that the alarm watches it is the rule gateway-alone-stops.
    """
    current = context.stages.current
    gateway = current.settings.host.gateway if current.settings.host else None
    stops = gateway is not None and gateway.stop_when_idle_minutes is not None
    action = f"arn:aws:automate:{current.names.region}:ec2:stop"
    return stops and trigger.type == ALARM and words == action


def _concerns_itself_alone(context: Context, said: list[tuple[str, str]]) -> bool:
    """Whether a stage that may break freely speaks of what is its own, and of that only.

    A guest owns no server: what it stops is its host's unless it names itself.
    """
    own = context.stages.current.name
    named = set().union(*(context.stages.named_in(words) for _, words in said))
    return not context.stages.current.is_lasting and named == {own}


@for_resource(
    ANY_TYPE,
    id="running-no-schedulers-tag",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="Nothing that runs 24/7 carries a tag by which a scheduler stops it.",
    why="A scheduler that works on the whole account stops what is tagged, server and all.",
    remedy="Remove the tag; what is for people to read goes by another name.",
)
def no_schedulers_tag(resource: Resource, context: Context) -> Iterator[Finding]:
    """By its key: what a schedule's name means stands elsewhere."""
    if not context.stages.current.is_lasting:
        return
    for leaf in leaves(resource.props):
        match = TAGS.fullmatch(leaf.path)
        if match and SCHEDULERS_TAGS.fullmatch(re.sub(r"[^a-z]", "", match[2].lower())):
            yield Finding(found=f"tag {match[2]}", allowed="no tag of a scheduler")
            return


@for_resource(
    "aws:ec2transitgateway/instanceState:InstanceState",
    "aws:rds/instanceDesiredState:InstanceDesiredState",
    id="running-not-stopped",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="No server and no machine is held in a stopped state.",
    why="It is down for everybody, and RDS starts it again after a week in any case.",
    remedy="Remove the resource.",
)
def not_stopped(held: Resource, context: Context) -> Iterator[Finding]:
    """The only other state is to run."""
    if text(held.props, "state") not in ("available", "running"):
        yield Finding(found=shown(held.props, "state"), allowed="available or running")


@for_resource(
    "aws:appautoscaling/scheduledAction:ScheduledAction",
    "aws:autoscaling/schedule:Schedule",
    id="running-not-scaled-to-zero",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="Nothing that runs 24/7 is scheduled to shrink to nothing.",
    why="With no machine left it is stopped, whatever the schedule calls it.",
    remedy="Keep one at least, in min_size, max_size, desired_capacity and capacities.",
)
def not_scaled_to_zero(schedule: Resource, context: Context) -> Iterator[Finding]:
    """-1 leaves a size as it is."""
    action = known(schedule.props, "scalableTargetAction") or {}
    for props in (schedule.props, action):
        for key in ("desiredCapacity", "maxCapacity", "maxSize", "minCapacity", "minSize"):
            if context.stages.current.is_lasting and has(props, key) and not number(props, key):
                yield Finding(found=shown(props, key), allowed="1 or more")


@for_resource(
    CLUSTER,
    id="running-not-paused",
    group=Group.DATA_SAFETY,
    severity=Severity.MEDIUM,
    what="A cluster that runs 24/7 does not pause when nobody uses it.",
    why="Who comes next waits for it to start, or is refused.",
    remedy="Set auto_pause=False, or a min_capacity above 0.",
)
def not_paused(cluster: Resource, context: Context) -> Iterator[Finding]:
    """Pausing is the default of the older kind, and what capacity 0 means to the newer."""
    older = known(cluster.props, "scalingConfiguration")
    newer = known(cluster.props, "serverlessv2ScalingConfiguration")
    if older is not None and known(older, "autoPause") not in (False, "false"):
        yield Finding(found=shown(older, "autoPause"), allowed="false")
    if newer is not None and not number(newer, "minCapacity"):
        yield Finding(found=shown(newer, "minCapacity"), allowed="more than 0")


@for_resource(
    *types_with(Kind.IDENTITY),
    id="running-nobody-may-stop",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="No role may stop, restart or delete what runs 24/7.",
    why="A function that stops the server at night needs such a role, whatever it is called.",
    remedy="Remove the action; people stop a server as themselves, in an emergency.",
)
def nobody_may_stop(resource: Resource, context: Context) -> Iterator[Finding]:
    """A stage that may break freely may stop what carries its own name alone."""
    own = context.stages.current
    for placed, statement in documents_of(resource, Kind.IDENTITY):
        found = statement.granted(STOPPING_ACTIONS)
        alone = all(context.stages.named_in(arn) == {own.name} for arn in statement.resources)
        if found and (own.is_lasting or not alone):
            yield Finding(
                found=f"{placed.place}: {', '.join(found)} on {', '.join(statement.resources)}",
                allowed="none of these actions",
            )
