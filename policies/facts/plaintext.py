"""Whether the documents of a resource refuse what comes without TLS."""

from __future__ import annotations

from policies.iam.documents import Statement, denies_plaintext
from policies.iam.placed_documents import placed_documents
from policies.subjects import Resource

_WITHOUT_TLS = [("bool", "aws:securetransport", ("false",))]


def bucket_refuses_plaintext(resource: Resource) -> bool:
    """Whether a document of a bucket or bucket policy refuses every request without TLS."""
    return any(
        placed.document is not None and denies_plaintext(placed.document)
        for placed in placed_documents(resource)
    )


def refuses_plaintext(resource: Resource, action: str) -> bool:
    """Whether a document refuses `action`, in lower case, to everybody without TLS.

    SNS takes no wildcard over all its actions, so that the one that counts is asked for.
    """
    return any(_refuses(statement, action) for statement in _statements(resource))


def denies_everything(resource: Resource) -> bool:
    """Whether a document of a bucket denies everybody everything, whatever the request."""
    return any(
        not statement.allows
        and not statement.conditions
        and statement.grants("s3:putbucketpolicy")
        and any(principal.value == "*" for principal in statement.principals)
        for statement in _statements(resource)
    )


def resources_named(resource: Resource) -> set[str]:
    """The resources of every statement of its documents."""
    return {name for statement in _statements(resource) for name in statement.resources}


def _statements(resource: Resource) -> list[Statement]:
    return [
        statement
        for placed in placed_documents(resource)
        if placed.document is not None
        for statement in placed.document.statements
    ]


def _refuses(statement: Statement, action: str) -> bool:
    return (
        not statement.allows
        and statement.grants(action)
        and any(principal.value == "*" for principal in statement.principals)
        and [(c.operator, c.key, c.values) for c in statement.conditions] == _WITHOUT_TLS
    )
