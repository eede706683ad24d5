"""How security groups are kept: described, in use, each with one master, the default one closed."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.openings import (
    ALL_FORMS,
    DEFAULT_GROUP,
    RULES_APART,
    SECURITY_GROUP,
    names_itself,
    openings,
)
from policies.facts.reading import configuring, identifiers, made_from
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, is_unknown, known

VPC = "aws:ec2/vpc:Vpc"
PULUMIS_DESCRIPTION = "Managed by Pulumi"
MANY_PORTS = 1000
DATABASES = ("aws:rds/instance:Instance", "aws:rds/cluster:Cluster")
GROUPS_OF_DATABASE = "vpcSecurityGroupIds"


@for_resource(
    *ALL_FORMS,
    id="security-group-undescribed",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="Every security group and every rule of one says what it is for.",
    why="Nobody dares to remove a rule whose purpose is not written down.",
    remedy="Set description.",
    frameworks=(
        "CKV_AWS_23",
        "cdk-nag EC27",
        "pulumi aws-ec2-securitygroup-missing-description",
        "pulumi aws-ec2-securitygroup-missing-egress-rule-description",
        "pulumi aws-ec2-securitygroup-missing-ingress-rule-description",
    ),
)
def undescribed(resource: Resource, context: Context) -> Iterator[Finding]:
    """AWS keeps no description of the default group of ours, which has no rules either."""
    if resource.type == SECURITY_GROUP and not is_unknown(resource.props, "description"):
        description = resource.props.get("description", PULUMIS_DESCRIPTION)
        if description in ("", PULUMIS_DESCRIPTION):
            yield Finding(found="a security group without description", allowed="its purpose")
    for opening in openings(resource):
        if not opening.description:
            yield Finding(found=f"{opening.title()} without description", allowed="its purpose")


@for_resource(
    DEFAULT_GROUP,
    id="security-group-default-open",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A VPC's default security group lets nothing through.",
    why="What somebody makes without naming a group gets this one.",
    remedy="Set ingress=[] and egress=[]; give what needs a rule a group of its own.",
    frameworks=("CKV2_AWS_12", "FSBP EC2.2"),
)
def default_open(resource: Resource, context: Context) -> Iterator[Finding]:
    """A default group that the program adopts without a list of rules is emptied."""
    for opening in openings(resource):
        yield Finding(found=opening.title(), allowed="no rule")


@for_stack(
    id="security-group-default-not-closed",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="Every VPC's default security group is taken over and closed.",
    why="As AWS makes it, its members reach each other and the whole internet.",
    remedy="Add aws.ec2.DefaultSecurityGroup with vpc_id, ingress=[] and egress=[].",
    frameworks=("CKV2_AWS_12", "FSBP EC2.2"),
)
def default_not_closed(stack: Stack, context: Context) -> Iterator[Finding]:
    """The group is found by its vpcId."""
    for vpc in stack.of_type(VPC):
        if not any(stack.configuring(vpc, DEFAULT_GROUP, "vpcId", *identifiers(vpc))):
            yield Finding(
                found="no DefaultSecurityGroup for this VPC",
                allowed="one without rules",
                urn=vpc.urn,
            )


@for_stack(
    id="security-group-default-rule",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="No rule is added to a VPC's default security group.",
    why="What somebody makes without naming a group gets this one.",
    remedy="Give what needs the rule a group of its own.",
    frameworks=("CKV2_AWS_12", "FSBP EC2.2"),
)
def default_rule(stack: Stack, context: Context) -> Iterator[Finding]:
    """The default group's id comes from DefaultSecurityGroup or from the VPC itself."""
    for kind in RULES_APART:
        for owner in stack.of_type(DEFAULT_GROUP):
            for rule in stack.configuring(owner, kind, "securityGroupId", *identifiers(owner)):
                yield Finding(found="a rule of the default group", allowed="none", urn=rule.urn)
        for vpc in stack.of_type(VPC):
            default = known(vpc.props, "defaultSecurityGroupId", "")
            for rule in stack.configuring(vpc, kind, "securityGroupId", *filter(None, [default])):
                yield Finding(found="a rule of the default group", allowed="none", urn=rule.urn)


@for_stack(
    id="security-group-all-ports-to-group",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A rule for another security group names the few ports it is for.",
    why="Whoever gets into one member reaches everything that listens on the others.",
    remedy="State protocol, from_port and to_port of the service that is meant.",
)
def all_ports_to_group(stack: Stack, context: Context) -> Iterator[Finding]:
    """A group's own members may talk on every port: Airflow's parts have to."""
    for resource in stack.of_type(SECURITY_GROUP, *RULES_APART):
        for opening in openings(resource):
            wide = len(opening.ports) >= MANY_PORTS
            if wide and opening.groups and not names_itself(resource):
                yield Finding(
                    found=f"{opening.title()} for another group",
                    allowed=f"fewer than {MANY_PORTS} ports",
                    urn=resource.urn,
                )


@for_stack(
    id="security-group-unused",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="Every security group protects something.",
    why="A group that nobody uses is the one that somebody picks because it is there.",
    remedy="Remove the group, or attach it.",
    frameworks=("CKV2_AWS_5",),
)
def unused(stack: Stack, context: Context) -> Iterator[Finding]:
    """A rule, its own or another group's, is no use of it."""
    used: set[str] = set()
    for resource in stack.resources:
        if resource.type not in ALL_FORMS:
            used = used.union(*resource.property_dependencies.values())
    for group in stack.of_type(SECURITY_GROUP):
        if group.urn not in used:
            yield Finding(found="nothing has this group", allowed="a user", urn=group.urn)


@for_stack(
    id="security-group-two-masters",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="A security group's rules are all inline or all resources of their own.",
    why="Each of the two removes what the other has added, at every other deployment.",
    remedy="Move the inline rules into aws.vpc.SecurityGroupIngressRule and -EgressRule.",
    frameworks=("AWSGuard security-group-no-rule-management-conflicts",),
)
def two_masters(stack: Stack, context: Context) -> Iterator[Finding]:
    """A group that was read back lists its separate rules as well: those are left out."""
    for group in stack.of_type(SECURITY_GROUP):
        apart = {
            opening.essence
            for rule in configuring(stack, group, RULES_APART, "securityGroupId")
            for opening in openings(rule)
        }
        inline = {
            opening.essence
            for opening in openings(group)
            if not is_unknown(group.props, opening.direction)
        }
        if apart and inline - apart:
            yield Finding(
                found="inline rules beside rules of their own",
                allowed="one of the two",
                urn=group.urn,
            )


@for_stack(
    id="security-group-server-goes-out",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="The server's security groups let nothing out.",
    why="PostgreSQL answers, it does not call: a way out serves only to carry data off.",
    remedy="Remove the egress rule, or give it to the group of what needs it.",
)
def server_goes_out(stack: Stack, context: Context) -> Iterator[Finding]:
    """Groups that a database names; rules inline and apart."""
    databases = list(stack.of_type(*DATABASES))
    for group in stack.of_type(SECURITY_GROUP):
        if not any(made_from(database, group, GROUPS_OF_DATABASE) for database in databases):
            continue
        for rule in [group, *configuring(stack, group, RULES_APART, "securityGroupId")]:
            for opening in openings(rule):
                if opening.direction == "egress" and not is_unknown(rule.props, "egress"):
                    yield Finding(found=opening.title(), allowed="no egress", urn=rule.urn)
