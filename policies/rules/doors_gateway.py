"""The gateway: one machine, that nobody can open a connection to and that does nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.openings import RULES_APART, SECURITY_GROUP, openings
from policies.facts.reading import blocks, configuring, made_from, texts
from policies.facts.values import text
from policies.iam.role_documents import ROLE, attachments, holdings, trusts
from policies.rule import Context, Finding, Group, Severity, for_stack
from policies.stage_map import Stage
from policies.subjects import Resource, Stack, is_unknown, known

INSTANCE = "aws:ec2/instance:Instance"
MACHINES = (
    INSTANCE,
    "aws:ec2/launchConfiguration:LaunchConfiguration",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
)
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
EC2 = "ec2.amazonaws.com"
AGENT = frozenset(
    {
        "ssm:updateinstanceinformation",
        "ssmmessages:createcontrolchannel",
        "ssmmessages:createdatachannel",
        "ssmmessages:opencontrolchannel",
        "ssmmessages:opendatachannel",
    }
)
"""What Systems Manager's agent needs for sessions, and no more: https://docs.aws.amazon.com/
systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html"""


def _gateways(stack: Stack, stage: Stage) -> list[Resource]:
    """Machines that bear the gateway's name, by which doors find it."""
    name = stage.names.of(stage.host).gateway
    return [machine for machine in stack.of_type(*MACHINES) if name in _names(machine)]


def _names(machine: Resource) -> set[str]:
    holders = [machine.props]
    if not is_unknown(machine.props, "tagSpecifications"):
        holders += list(blocks(machine.props, "tagSpecifications"))
    return {text(known(holder, "tags") or {}, "Name") for holder in holders}


@for_stack(
    id="gateway-is-one",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="One machine bears the name of the gateway.",
    why="Doors know the gateway by its name alone: sessions begin on every machine that has it.",
    remedy="Give the other machine another name.",
)
def is_one(stack: Stack, context: Context) -> Iterator[Finding]:
    """In whatever way machines are described."""
    found = _gateways(stack, context.stages.current)
    for machine in found[1:]:
        yield Finding(
            found=f"it is called as {found[0].name} is", allowed="one gateway", urn=machine.urn
        )


@for_stack(
    id="gateway-closed",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="Nobody opens a connection to the gateway, and it opens some to the server and to Systems "
    "Manager's endpoints alone.",
    why="It stands where the server's port is open: whoever gets hold of it should find no other "
    "way, in or out.",
    remedy="Leave its security group to components/gateway_firewall.py.",
)
def closed(stack: Stack, context: Context) -> Iterator[Finding]:
    """Rules of its groups, inline and apart; out to groups, never to addresses."""
    for gateway in _gateways(stack, context.stages.current):
        for group in stack.of_type(SECURITY_GROUP):
            if not made_from(gateway, group):
                continue
            for rule in [group, *configuring(stack, group, RULES_APART, "securityGroupId")]:
                for opening in openings(rule):
                    to_groups = opening.groups and not opening.ranges and not opening.prefix_lists
                    stated = not is_unknown(rule.props, opening.direction)
                    if stated and not (opening.direction == "egress" and to_groups):
                        yield Finding(
                            found=f"{opening.title()} for {opening.others()}",
                            allowed="egress to a security group",
                            urn=rule.urn,
                        )


@for_stack(
    id="gateway-role-carries-sessions",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="What a machine may do is to carry sessions.",
    why="Who gets hold of the machine has its role, and with AWS's managed policy for instances "
    "every parameter of the account.",
    remedy="Make the policy with stages.gateway_documents.gateway_role_policy.",
)
def role_carries_sessions(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every role that EC2 takes on: there is no other machine than the gateway."""
    del context
    for role in stack.of_type(ROLE):
        trusted = {found.value for statement in trusts(role) for found in statement.principals}
        if EC2 not in trusted:
            continue
        if trusted - {EC2}:
            others = ", ".join(sorted(trusted - {EC2}))
            yield Finding(urn=role.urn, found=f"trusts {others}", allowed=EC2)
        for holder, statement in holdings(stack, role):
            if statement.not_actions or not set(statement.actions) <= AGENT:
                yield Finding(
                    urn=holder.urn, found=str(statement), allowed=", ".join(sorted(AGENT))
                )
        for attachment in attachments(stack, role):
            yield Finding(
                urn=attachment.urn,
                found="a managed policy is attached to the role",
                allowed="statements of its own",
            )


@for_stack(
    id="gateway-alone-stops",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="An alarm that stops a machine watches the gateway, and stops nothing else.",
    why="All else runs 24/7, and only the gateway is no stage's own.",
    remedy="Take the alarm's InstanceId from the gateway (components/gateway.py).",
)
def alone_stops(stack: Stack, context: Context) -> Iterator[Finding]:
    """EC2's actions end the instance in the alarm's own dimension."""
    gateways = {machine.urn for machine in _gateways(stack, context.stages.current)}
    for alarm in stack.of_type(ALARM):
        actions = texts(alarm.props, "alarmActions", "okActions", "insufficientDataActions")
        watched = alarm.property_dependencies.get("dimensions", frozenset())
        of_machines = any(action.startswith("arn:aws:automate:") for action in actions)
        if of_machines and not (watched and watched <= gateways):
            yield Finding(
                found="it stops what is not the gateway", allowed="the gateway", urn=alarm.urn
            )
