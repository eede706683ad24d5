"""Decides whether IAM lets a principal do something: all kinds of policies together.

Sources:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from emulator.cloud.authorization.statements import (
    Identity,
    Named,
    Policy,
    Request,
    applies,
    reached,
    statements,
)

ANONYMOUS: Final = Identity()


class Effect(Enum):
    """What policies of one kind say about a request."""

    ALLOWED = "allow"
    DENIED = "explicit deny"
    SILENT = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """What limits and allows a principal, whatever the resource."""

    identity: Identity = ANONYMOUS
    policies: Sequence[Policy] = ()
    boundary: Policy | None = None
    session_policies: Sequence[Policy] | None = None
    """Inline and managed ones together; None where the session was opened without any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePolicy:
    """The policy of a resource, and the account that the resource belongs to."""

    account_id: str
    policy: Policy = field(default_factory=dict)
    decides_alone: bool = False
    """Identity policies count only where it says so: keys, and who takes on a role."""
    kind: str = "resource-based policy"
    is_kept_private: bool = False
    """Allowances for everybody count within the account only (RestrictPublicBuckets)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed and, where it is not, AWS's words for why."""

    allowed: bool
    reason: str = ""


ALLOWED: Final = Decision(allowed=True)


def decide(request: Request, grants: Grants, resource: ResourcePolicy | None = None) -> Decision:
    """Whether the principal may: a deny anywhere wins, and every limit has to allow."""
    resource = resource or ResourcePolicy(account_id=grants.identity.account_id)
    by_identity = effect_of(request, grants.policies)
    limits = _limits(request, grants)
    by_resource, named = _resource_effect(request, grants.identity, resource)
    layers = [("identity-based policy", by_identity), *limits, (resource.kind, by_resource)]
    for kind, effect in layers:
        if effect is Effect.DENIED:
            article = "an" if kind.startswith("identity") else "a"
            return Decision(False, f"with an explicit deny in {article} {kind}")
    silent = [kind for kind, effect in limits if effect is Effect.SILENT]
    allowed_by_identity = by_identity is Effect.ALLOWED and not silent
    if resource.account_id == grants.identity.account_id:
        if named & {Named.EVERYBODY, Named.USER, Named.SESSION}:
            return ALLOWED  # neither a boundary nor a session policy limits these
        if Named.ROLE in named and not silent:
            return ALLOWED
        if allowed_by_identity and (named or not resource.decides_alone):
            return ALLOWED
    elif allowed_by_identity and named:
        return ALLOWED
    elif not grants.identity.account_id and Named.EVERYBODY in named:
        return ALLOWED  # anonymous
    return Decision(
        False,
        f"because no {_missing(grants, resource, layers, named)} allows the {request.action}"
        " action",
    )


def effect_of(request: Request, policies: Sequence[Policy]) -> Effect:
    """What policies that name no principal say together."""
    effect = Effect.SILENT
    for statement, with_variables in statements(policies):
        if not applies(statement, request, with_variables=with_variables):
            continue
        if statement.get("Effect") == "Deny":
            return Effect.DENIED
        if statement.get("Effect") == "Allow":
            effect = Effect.ALLOWED
    return effect


def _limits(request: Request, grants: Grants) -> list[tuple[str, Effect]]:
    limits = []
    if grants.boundary is not None:
        limits.append(("permissions boundary", effect_of(request, [grants.boundary])))
    if grants.session_policies is not None:
        limits.append(("session policy", effect_of(request, grants.session_policies)))
    return limits


def _resource_effect(
    request: Request, identity: Identity, resource: ResourcePolicy
) -> tuple[Effect, set[Named]]:
    """What the resource's policy says, and by what it names those whom it allows."""
    found: set[Named] = set()
    is_stranger = identity.account_id != resource.account_id
    for statement, with_variables in statements([resource.policy]):
        named = reached(statement, identity)
        if named is None or not applies(statement, request, with_variables=with_variables):
            continue
        if statement.get("Effect") == "Deny":
            return Effect.DENIED, set()
        if named is Named.EVERYBODY and resource.is_kept_private and is_stranger:
            continue
        if statement.get("Effect") == "Allow":
            found.add(named)
    return (Effect.ALLOWED if found else Effect.SILENT), found


def _missing(
    grants: Grants,
    resource: ResourcePolicy,
    layers: list[tuple[str, Effect]],
    named: set[Named],
) -> str:
    """The kind of policy that AWS names: the first one that would have had to allow."""
    needs_resource = (
        resource.decides_alone or resource.account_id != grants.identity.account_id
    ) and not named
    if not grants.identity.account_id or (needs_resource and layers[0][1] is Effect.ALLOWED):
        return resource.kind
    silent = [kind for kind, effect in layers[:-1] if effect is Effect.SILENT]
    return silent[0] if silent else resource.kind
