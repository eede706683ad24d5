"""What only a host owns, and that hosts have nothing in common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from policies.facts.belonging import made_names, words
from policies.facts.database_names import host_logins
from policies.iam.patterns import has_wildcard
from policies.open_cells import hosts
from policies.rule import ANY_TYPE, Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource

STACK = "pulumi:pulumi:Stack"

_SHARED = (
    "account alb amp appstream autoscaling batch cloudhsmv2 dax directconnect directoryservice dms "
    "docdb drs dsql ebs ec2 ec2clientvpn ec2transitgateway ecs efs eks elasticache "
    "elasticbeanstalk elasticsearch elb emr emrserverless finspace fsx gamelift guardduty "
    "inspector2 keyspaces kinesisanalyticsv2 kms lb lightsail macie2 memorydb mq msk mwaa neptune "
    "neptunegraph networkfirewall networkmanager opensearch opensearchingest organizations ram rds "
    "redshift redshiftserverless resourceexplorer route53 route53domains sagemaker securityhub "
    "servicediscovery ssoadmin storagegateway timestreaminfluxdb transfer verifiedaccess vpc "
    "vpclattice workspaces"
)
HOSTS_MODULES = frozenset(f"aws:{module}" for module in _SHARED.split())
"""AWS modules of what stands on a network or by itself for all: servers, networks, keys."""

ACCOUNT_WIDE = (
    "aws:apigateway/account:",
    "aws:cfg/",
    "aws:cloudtrail/",
    "aws:iam/account",
    "aws:iam/openIdConnectProvider:",
    "aws:iam/samlProvider:",
    "aws:s3/account",
    "aws:s3control/account",
    "aws:ses/account",
    "aws:sesv2/account",
    "aws:ssm/defaultPatchBaseline:",
    "aws:ssm/serviceSetting:",
)
"""Settings of a whole account, which hold for every stage in it."""

_PACKAGES = "archive aws docker null postgresql pulumi pulumi-python random std time tls"
KNOWN_PACKAGES = frozenset(_PACKAGES.split())
"""Packages whose resources the rules judge, or that reach nothing."""

OPAQUE = ("aws:cloudcontrol/", "aws:cloudformation/", "aws:servicecatalog/")
"""What makes other resources, which no rule sees, from a text of its own."""

DYNAMIC = "pulumi-python:dynamic"
PROVIDER = re.compile(r"pulumi:providers:([^:]+)")
BOOTSTRAP = "pulumi-python:dynamic:ServerBootstrap"


@for_resource(
    ANY_TYPE,
    id="isolation-host-owns-shared-things",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="A stage that another hosts owns no server, Airflow environment, network, firewall rule "
    "or KMS key, and sets nothing for the whole account.",
    why="What such a stage owns dies with it and may break at any time, and a second server, "
    "network or environment in its hands is a way around its host's limits.",
    remedy="Add it to the stack of the host, or leave it out: the tenant gets what it needs as an "
    "output of the host.",
)
def host_owns_shared_things(resource: Resource, context: Context) -> Iterator[Finding]:
    """By AWS module, as new types appear in one every month."""
    shared = resource.type.split("/")[0] in HOSTS_MODULES
    account_wide = resource.type.startswith(ACCOUNT_WIDE)
    bootstraps = resource.type == BOOTSTRAP
    if not context.stages.current.is_host and (shared or account_wide or bootstraps):
        stage = context.stages.current
        yield Finding(
            found=f"{stage.name}, which {stage.host} hosts, registers {resource.type}",
            allowed=f"only in the stack of {stage.host}",
        )


@for_resource(
    ANY_TYPE,
    id="isolation-resource-is-judged",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="Every resource is of a kind that the rules can judge.",
    why="Another provider's resources, templates and code that runs as a resource make things in "
    "the account that no rule looks at.",
    remedy="Write it with the aws or postgresql package; a package or dynamic resource that is "
    "needed is added in policies/rules/isolation_hosts.py together with its rules.",
)
def resource_is_judged(resource: Resource, context: Context) -> Iterator[Finding]:
    """A package shows itself in its provider; components make ordinary resources."""
    del context
    made_by = resource.provider_urn or resource.type
    provider = PROVIDER.search(made_by)
    foreign = provider is not None and provider.group(1) not in KNOWN_PACKAGES
    opaque = resource.type.startswith(OPAQUE)
    dynamic = resource.type.startswith(DYNAMIC) and resource.type != BOOTSTRAP
    if foreign or opaque or dynamic:
        yield Finding(
            found=f"a resource of type {resource.type}",
            allowed=f"packages {', '.join(sorted(KNOWN_PACKAGES))}; no templates that make "
            f"resources; of dynamic resources {BOOTSTRAP} alone",
        )


@for_resource(
    STACK,
    id="isolation-hosts-share-nothing",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Two hosts share neither an account nor addresses.",
    why="In one account names, roles and quotas are common, and networks with common addresses "
    "are taken for one another.",
    remedy="Give the host an account (aws:allowedAccountIds) and a network (host.network.cidr) of "
    "its own in its stack file.",
)
def hosts_share_nothing(resource: Resource, context: Context) -> Iterator[Finding]:
    """Seen from each host; a tenant's account is another rule's."""
    del resource
    own = context.stages.current
    for other in context.stages.others:
        if own.settings.host is None or other.settings.host is None:
            continue
        if other.account_id == own.account_id:
            yield Finding(
                found=f"{own.name} and {other.name} share account {own.account_id}",
                allowed="an account for each host",
            )
        if other.settings.host.network.cidr.overlaps(own.settings.host.network.cidr):
            yield Finding(
                found=f"{own.name} has {own.settings.host.network.cidr}, {other.name} "
                f"{other.settings.host.network.cidr}",
                allowed="networks that do not overlap",
            )


@for_resource(
    STACK,
    id="isolation-names-tell-stages-apart",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Every name that is made for a stage holds the stage.",
    why="Stages of one host share an account, a server and an Airflow bucket: with one name they "
    "share the role, database, key or prefix behind it.",
    remedy="Put the stage back into stages/names.py.",
)
def names_tell_stages_apart(resource: Resource, context: Context) -> Iterator[Finding]:
    """Rules that compare with these names would follow a wrong one."""
    del resource
    for stage in context.stages.all.values():
        for what, name in made_names(stage.names).items():
            if stage.name not in words(name):
                yield Finding(
                    found=f"{what} of {stage.name} is {name}",
                    allowed=f"a name with {stage.name} in it",
                )


@for_resource(
    STACK,
    id="isolation-names-exact",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Names that are made for a stage mean one thing each: no wildcard, no name for two roles, "
    "and a DAG prefix that is a folder.",
    why="Readers with the tasks' name are the tasks, a pattern is everybody who fits it, and what "
    "begins like a folder may be another one.",
    remedy="Mend stages/names.py.",
)
def names_exact(resource: Resource, context: Context) -> Iterator[Finding]:
    """As above, rules that compare with these names would follow a wrong one."""
    del resource
    for stage in context.stages.all.values():
        names = stage.names
        roles = Counter((*host_logins(names), names.admin, names.app, names.readonly))
        for role in sorted(role for role, uses in roles.items() if uses > 1):
            yield Finding(
                found=f"more than one database role of {stage.name} is called {role}",
                allowed="a name for each",
            )
        if not names.dag_prefix.endswith("/"):
            yield Finding(
                found=f"the DAG prefix of {stage.name} is {names.dag_prefix}",
                allowed="a folder, with a slash at its end",
            )
        user = names.database_user_arn(names.app)
        if not user.endswith(f":dbuser:*/{names.app}"):
            yield Finding(
                found=f"the database user {names.app} is {user}",
                allowed=f"dbuser:*/{names.app}: any server, one user",
            )
        for what, name in made_names(names).items():
            if has_wildcard(name):
                yield Finding(found=f"{what} of {stage.name} is {name}", allowed="no wildcard")


@for_resource(
    STACK,
    id="isolation-hosting-is-mutual",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="A host and the stages that it hosts say the same, in one account and region.",
    why="A host that makes the roles of a stage elsewhere, or a stage on a server that did not "
    "plan for it, mixes what the stack files keep apart.",
    remedy="Make host.tenants of the host and tenant.host, account and region of the stage agree.",
)
def hosting_is_mutual(resource: Resource, context: Context) -> Iterator[Finding]:
    """A tenant that has no stack file yet is just prepared for."""
    del resource
    stages = context.stages
    own = stages.current
    host = stages.all.get(own.host)
    if host is None or not hosts(stages, host.name, own.name):
        yield Finding(
            found=f"{own.name} names {own.host} as its host, which does not list it",
            allowed="a host whose host.tenants lists the stage",
        )
    elif host.settings.aws != own.settings.aws or host.names.prefix != own.names.prefix:
        yield Finding(
            found=f"{own.name} has another account, region or prefix than its host {host.name}",
            allowed=f"account {host.account_id}, region {host.names.region}, prefix "
            f"{host.names.prefix}",
        )
    if own.settings.host is not None:
        for name in own.settings.host.tenants:
            if not hosts(stages, own.name, name):
                yield Finding(
                    found=f"{own.name} lists {name}, which {stages.all[name].host} hosts",
                    allowed="stages whose tenant.host is this one",
                )
