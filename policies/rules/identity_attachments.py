"""Managed policies, and where policies are attached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from policies.facts.values import items, text
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, is_unknown, known

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

OF_A_ROLE = (
    "aws:iam/instanceProfile:InstanceProfile",
    "aws:iam/rolePolicy:RolePolicy",
)
"""Besides attachments: what belongs to the role that `role` says."""

_LISTS = {
    ROLE: ("managedPolicyArns",),
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": ("policyArns",),
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": ("policyArns",),
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": ("policyArns",),
}
_SINGLE = {
    ATTACHMENT: ("policyArn",),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": ("policyArn",),
    "aws:iam/policyAttachment:PolicyAttachment": ("policyArn",),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": ("policyArn",),
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": ("managedPolicyArn",),
}
ATTACHING: dict[str, tuple[str, ...]] = {**_LISTS, **_SINGLE}

MANAGED = frozenset(
    f"arn:aws:iam::aws:policy/{name}"
    for name in (
        "AmazonSSMManagedInstanceCore",
        "service-role/AWSLambdaBasicExecutionRole",
        "service-role/AWSLambdaVPCAccessExecutionRole",
        "service-role/AmazonRDSEnhancedMonitoringRole",
    )
)
"""AWS's own policies that are made for one service's role and reach no data.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""


def _arns(resource: Resource) -> Iterator[str]:
    """Known ARNs of attached policies."""
    for key in ATTACHING.get(resource.type, ()):
        value: Any = known(resource.props, key)
        if isinstance(value, str):
            yield value
        elif isinstance(value, Sequence):
            for index in range(len(value)):
                if not is_unknown(value, index):
                    yield value[index]


@for_resource(
    *ATTACHING,
    id="identity-managed-policy-listed",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="A managed policy that is attached is one of this stack's own, or one of a short list of "
    "AWS's.",
    why="AWS's policies are made for all its customers, and change when AWS says so.",
    remedy="Write the statements that the role needs as its own policy.",
    frameworks=(
        "CKV_AWS_274",
        "CKV_AWS_275",
        "CKV2_AWS_56",
        "FSBP IAM.1",
        "cdk-nag IAM4",
    ),
)
def managed_policy_listed(resource: Resource, context: Context) -> Iterator[Finding]:
    """A policy of this stack has no ARN before the update: a stack rule looks where it is from."""
    own = context.stages.current.names
    mine = f"arn:aws:iam::{own.account_id}:policy/{own.resource()}-"
    for arn in _arns(resource):
        if arn not in MANAGED and not arn.startswith(mine):
            yield Finding(found=f"{arn} is attached", allowed=", ".join(sorted(MANAGED)))


@for_stack(
    id="identity-attachment-in-stack",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A policy is attached to a role of the stack, and is one of its own or of AWS's list.",
    why="A policy of elsewhere is judged by no rule; a role of elsewhere is not this stack's to "
    "change.",
    remedy="Make the role and the policy in this program, and pass their outputs or names.",
)
def attachment_in_stack(stack: Stack, context: Context) -> Iterator[Finding]:
    """By property dependency or by name."""
    for holder in stack.of_type(ATTACHMENT, *OF_A_ROLE):
        if not _comes_from(stack, holder, "role", ROLE, ("name", "id", "arn")):
            yield Finding(
                urn=holder.urn,
                found=f"role {known(holder.props, 'role', 'not known yet')} is not of this stack",
                allowed="a role that this stack makes",
            )
    for holder in stack.of_type(ATTACHMENT):
        listed = known(holder.props, "policyArn") in MANAGED
        if not listed and not _comes_from(stack, holder, "policyArn", POLICY, ("arn", "id")):
            yield Finding(
                urn=holder.urn,
                found=f"policy {known(holder.props, 'policyArn', 'not known yet')} is not of this "
                "stack",
                allowed="a policy that this stack makes",
            )


def _comes_from(
    stack: Stack, holder: Resource, key: str, type_: str, spellings: tuple[str, ...]
) -> bool:
    sources = holder.property_dependencies.get(key, frozenset())
    value = known(holder.props, key)
    return any(
        made.urn in sources
        or (value is not None and value in [known(made.props, name) for name in spellings])
        for made in stack.of_type(type_)
    )


@for_stack(
    id="identity-role-has-one-manager",
    group=Group.ACCESS,
    severity=Severity.MEDIUM,
    what="A role's policies are listed on the role or attached one by one, not both.",
    why="Each update of the role takes away what the other resources attached.",
    remedy="Use aws.iam.RolePolicy and aws.iam.RolePolicyAttachment alone.",
    frameworks=("AWSGuard iam-role-no-policy-management-conflicts",),
)
def role_has_one_manager(stack: Stack, context: Context) -> Iterator[Finding]:
    """Attached one by one: by name, or by an output of the role.

    A role that was read back lists what the other resources attached: that is left out.
    """
    pairs = (
        ("managedPolicyArns", ATTACHMENT, "policyArn"),
        ("inlinePolicies", "aws:iam/rolePolicy:RolePolicy", "name"),
    )
    for role in stack.of_type(ROLE):
        name = known(role.props, "name")
        for key, type_, said in pairs:
            apart = list(stack.configuring(role, type_, "role", *[name] if name else []))
            elsewhere = {text(policy.props, said) for policy in apart}
            if apart and _listed(role, key) - elsewhere:
                yield Finding(
                    urn=role.urn,
                    found=f"{key} beside {apart[0].name}",
                    allowed=f"{type_.rsplit(':', 1)[1]} alone",
                )


def _listed(role: Resource, key: str) -> set[str]:
    """What the role lists, by ARN or by name."""
    found = items(role.props, key)
    return {item if isinstance(item, str) else text(item, "name") for item in found}
