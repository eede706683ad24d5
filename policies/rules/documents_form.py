"""Policy documents that can be judged at all."""

from __future__ import annotations

from collections.abc import Iterator

from policies.iam.document_places import Kind, types_with
from policies.iam.documents import VERSION
from policies.iam.placed_documents import documents_of, placed_documents
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource


@for_resource(
    *types_with(*Kind),
    id="document-known",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A policy document is plain text before the update, and a policy.",
    why="A document that is not known yet, or that nobody can read, passes every other rule.",
    remedy="Make the document of names (stages/names.py), not of outputs; write it as JSON with "
    f"Version {VERSION} and complete statements.",
)
def known_document(resource: Resource, context: Context) -> Iterator[Finding]:
    """An absent document grants nothing, or what AWS grants by default: others judge that."""
    for placed in placed_documents(resource):
        if placed.document is None:
            yield Finding(
                found=f"{placed.place} {placed.problem}",
                allowed=f"a JSON policy of version {VERSION} that holds no output",
            )


@for_resource(
    *types_with(*Kind),
    id="document-not-inverted",
    group=Group.ACCESS,
    severity=Severity.HIGH,
    what="A statement that allows says what it allows, on what and to whom.",
    why="NotAction, NotResource and NotPrincipal allow everything that was forgotten, and "
    "everything that AWS adds later.",
    remedy="List the actions, resources and principals; invert statements that deny alone.",
    frameworks=("cdk-nag IAM5",),
)
def not_inverted(resource: Resource, context: Context) -> Iterator[Finding]:
    """NotAction is allowed in no statement that allows, whatever its resource."""
    for placed, statement in documents_of(resource, *Kind):
        inverted = {
            "NotAction": statement.not_actions,
            "NotResource": statement.not_resources,
            "NotPrincipal": statement.not_principals,
        }
        found = [name for name, values in inverted.items() if values]
        if found:
            yield Finding(
                found=f"{placed.place}: {statement} allows by {', '.join(found)}",
                allowed="Action, Resource and Principal",
            )
