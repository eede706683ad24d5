"""What moto does not keep of a session: its tags, its managed policies, how it was opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

MULTI_FACTOR_AGE: Final = "aws:multifactorauthage"
FACTS: Final = "emulator.session_facts"
"""Key of the WSGI environment under which the facts of the session to be opened stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """What came with AssumeRole, and what the caller's own session hands on."""

    policy_arns: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tags: frozenset[str] = frozenset()
    context: Mapping[str, str] = field(default_factory=dict)
    """Condition keys of the session, in lower case: aws:MultiFactorAuthPresent and the like."""
    opened_at: datetime | None = None

    def context_at(self, now: datetime) -> Mapping[str, str]:
        """Condition keys at a moment: how long ago the second factor was given changes."""
        if self.opened_at is None:
            return self.context
        keys = {**self.context, "aws:tokenissuetime": self.opened_at.isoformat()}
        if MULTI_FACTOR_AGE in keys:
            keys[MULTI_FACTOR_AGE] = str(int((now - self.opened_at).total_seconds()))
        return keys


NO_FACTS: Final = SessionFacts(context={"aws:multifactorauthpresent": "false"})


def facts_of(session: Any) -> SessionFacts:
    """Facts of one of moto's assumed roles."""
    facts: SessionFacts = getattr(session, "emulator_facts", NO_FACTS)
    return facts


def install() -> None:
    """Have moto's STS note the facts that stand in the request's environment."""
    from flask import has_request_context, request
    from moto.sts.models import STSBackend

    assume_role = STSBackend.assume_role
    if getattr(assume_role, "notes_facts", False):
        return

    def noting(backend: Any, *arguments: Any, **named: Any) -> Any:
        session = assume_role(backend, *arguments, **named)
        if has_request_context():
            setattr(session, "emulator_facts", request.environ.get(FACTS, NO_FACTS))  # noqa: B010
        return session

    setattr(noting, "notes_facts", True)  # noqa: B010
    setattr(STSBackend, "assume_role", noting)  # noqa: B010 - a method of moto's
