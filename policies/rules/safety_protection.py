"""What holds data worth keeping is protected on both levels: by Pulumi, and by AWS itself."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.stateful import BUCKET_TYPES, CLUSTER, INSTANCE, STATEFUL_TYPES, keeps_data
from policies.facts.values import is_true, may_be_true, shown
from policies.rule import ANY_TYPE, Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource

PROTECTING_FLAGS = {
    INSTANCE: "deletionProtection",
    CLUSTER: "deletionProtection",
    "aws:docdb/cluster:Cluster": "deletionProtection",
    "aws:dynamodb/table:Table": "deletionProtectionEnabled",
    "aws:neptune/cluster:Cluster": "deletionProtection",
    "aws:rds/globalCluster:GlobalCluster": "deletionProtection",
}
"""Flags with which AWS itself refuses to delete; off by default."""

EMPTYING_FLAGS = {
    **dict.fromkeys(BUCKET_TYPES, "forceDestroy"),
    "aws:backup/vault:Vault": "forceDestroy",
    "aws:ecr/repository:Repository": "forceDelete",
    "postgresql:index/schema:Schema": "dropCascade",
}
"""Flags without which something is deleted only once it is empty; off by default."""

SENSITIVE = (
    "access",
    "acl",
    "auth",
    "backup",
    "cert",
    "cidr",
    "deletion",
    "document",
    "egress",
    "encrypt",
    "expos",
    "force",
    "ingress",
    "kms",
    "log",
    "multiaz",
    "network",
    "owner",
    "parameter",
    "permission",
    "policy",
    "port",
    "principal",
    "privilege",
    "protect",
    "protocol",
    "public",
    "retention",
    "role",
    "rotation",
    "rule",
    "secur",
    "share",
    "snapshot",
    "ssl",
    "tls",
    "traffic",
    "version",
)
"""Parts of names of properties that say who may do what, or how data is kept."""

IGNORED = {(INSTANCE, "engineVersion"), (CLUSTER, "engineVersion")}
"""AWS moves the minor version; server-engine-supported looks at the major one."""

GRANTING = ("aws:iam/", "postgresql:index/")
"""Types of which every property says who may do what."""


@for_resource(
    "pulumi:pulumi:Stack",
    id="host-protected",
    group=Group.DATA_SAFETY,
    severity=Severity.CRITICAL,
    what="A stage that hosts stages says that it holds data worth keeping.",
    why="Without it nothing on the server is protected, of any stage that lives there.",
    remedy="Remove `protected: false` from the stack file; to take the stage down, exempt its "
    "stack from this rule for that time (README, Taking a stage down).",
)
def host_protected(stack: Resource, context: Context) -> Iterator[Finding]:
    """The stack is the first thing that is registered, so that nothing has been touched yet."""
    stage = context.stages.current
    if stage.is_host and not keeps_data(context):
        guests = sorted(guest.name for guest in context.stages.hosted_by(stage.name))
        found = f"protected: false in Pulumi.{stage.name}.yaml, which hosts {', '.join(guests)}"
        yield Finding(found=found, allowed="true, the default")


@for_resource(
    *STATEFUL_TYPES,
    id="stateful-protected",
    group=Group.DATA_SAFETY,
    severity=Severity.CRITICAL,
    what="What holds data worth keeping is protected by Pulumi.",
    why="One edit that replaces or removes it would delete the data with it.",
    remedy="Pass protect=args.protect to its ResourceOptions, as the stage's settings say.",
)
def stateful_protected(resource: Resource, context: Context) -> Iterator[Finding]:
    """In every stage but those whose stack file says that it may break freely."""
    if keeps_data(context) and not resource.protect:
        yield Finding(found="protect is off", allowed="on")


@for_resource(
    *PROTECTING_FLAGS,
    id="server-deletion-protected",
    group=Group.DATA_SAFETY,
    severity=Severity.CRITICAL,
    what="AWS itself refuses to delete a server that holds data worth keeping.",
    why="Pulumi's protection does not bind the console, another program or a lost state.",
    remedy="Set deletion_protection=args.protect, as the stage's settings say.",
    frameworks=("CKV_AWS_293", "FSBP RDS.8", "cdk-nag RDS10"),
)
def deletion_protected(server: Resource, context: Context) -> Iterator[Finding]:
    """A replica too: readers rely on it."""
    flag = PROTECTING_FLAGS[server.type]
    if keeps_data(context) and not is_true(server.props, flag):
        yield Finding(found=shown(server.props, flag), allowed="true")


@for_resource(
    *EMPTYING_FLAGS,
    id="stateful-not-emptied",
    group=Group.DATA_SAFETY,
    severity=Severity.CRITICAL,
    what="What holds data worth keeping is not emptied in order to be deleted.",
    why="With the flag, one deletion takes every object, version and table without asking.",
    remedy="Remove force_destroy, force_delete or drop_cascade, or tie it to args.protect.",
)
def not_emptied(resource: Resource, context: Context) -> Iterator[Finding]:
    """Buckets, vaults, repositories and schemas."""
    flag = EMPTYING_FLAGS[resource.type]
    if keeps_data(context) and may_be_true(resource.props, flag):
        yield Finding(found=shown(resource.props, flag), allowed="false")


@for_resource(
    ANY_TYPE,
    id="ignored-changes-harmless",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="No change of what protects, encrypts or allows is ignored.",
    why="A door that somebody opened by hand would stay open, and a fix would never arrive.",
    remedy="Remove the property from ignore_changes.",
)
def ignored_changes_harmless(resource: Resource, context: Context) -> Iterator[Finding]:
    """By the property's name, as there is no list of all properties that matter."""
    everything = resource.type.startswith(GRANTING)
    for path in resource.ignore_changes:
        name = path.lower()
        sensitive = "*" in name or any(part in name for part in SENSITIVE)
        if (everything or sensitive) and (resource.type, path) not in IGNORED:
            yield Finding(found=f"ignore_changes names {path}", allowed="what AWS itself moves")
