"""What a role of the stack may do and who may take it on, over all resources that say so."""

from __future__ import annotations

from collections.abc import Iterator

from policies.iam.document_places import Kind
from policies.iam.documents import Statement
from policies.iam.placed_documents import documents_of
from policies.subjects import Resource, Stack, known

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


def _spellings(role: Resource) -> tuple[str, ...]:
    """By which other resources name the role."""
    found = (known(role.props, key) for key in ("name", "id", "arn"))
    return tuple(value for value in found if isinstance(value, str))


def attachments(stack: Stack, role: Resource) -> Iterator[Resource]:
    """What attaches managed policies to the role."""
    yield from stack.configuring(role, ATTACHMENT, "role", *_spellings(role))


def attached(stack: Stack, attachment: Resource) -> Resource | None:
    """The policy of this stack that it attaches; None for one of AWS's or of elsewhere."""
    for policy in stack.of_type(POLICY):
        arn = known(policy.props, "arn")
        sources = attachment.property_dependencies.get("policyArn", frozenset())
        same = arn is not None and known(attachment.props, "policyArn") == arn
        if policy.urn in sources or same:
            return policy
    return None


def holdings(stack: Stack, role: Resource) -> Iterator[tuple[Resource, Statement]]:
    """Each statement that allows the role something, with the resource that holds it."""
    holders = [role, *stack.configuring(role, ROLE_POLICY, "role", *_spellings(role))]
    policies = (attached(stack, attachment) for attachment in attachments(stack, role))
    holders += [policy for policy in policies if policy is not None]
    for holder in holders:
        for _, statement in documents_of(holder, Kind.IDENTITY):
            yield holder, statement


def trusts(role: Resource) -> Iterator[Statement]:
    """Each statement that lets somebody take on the role."""
    for _, statement in documents_of(role, Kind.TRUST):
        yield statement
