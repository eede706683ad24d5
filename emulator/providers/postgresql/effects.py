"""Whether a grant or a revoke did what it says: PostgreSQL only warns where it did nothing.

https://www.postgresql.org/docs/current/sql-grant.html and sql-revoke.html, under Notes: a user who
holds no grant option gets a warning. The plugin reports success there; here it is an error.
"""

from __future__ import annotations

from emulator.providers.postgresql.connections import Session
from emulator.providers.postgresql.errors import NoEffectError
from emulator.providers.postgresql.grant_statements import is_partial_revoke
from emulator.providers.postgresql.privileges import Holding, holdings, spelled_out
from emulator.values import Properties


def check_grant(
    session: Session, wanted: Properties, revoked: Properties, major_version: int
) -> None:
    """Raise NoEffectError unless `wanted` holds after `revoked` was revoked and `wanted` granted.

    For a deletion, `wanted` has no privileges. Runs in the transaction, which the error undoes.
    """
    object_type = wanted["objectType"]
    due = spelled_out(object_type, wanted["privileges"], major_version)
    taken = spelled_out(object_type, revoked["privileges"], major_version)
    is_partial = is_partial_revoke(revoked) or object_type == "column"
    warnings = session.privilege_warnings
    for held in holdings(session, wanted):
        missing = due - held.in_effect
        left = held.in_effect - due
        if is_partial:
            left &= taken
        if missing:
            raise _error(session, wanted, held, "grant", missing, warnings)
        if left:
            raise _error(session, wanted, held, "revoke", left, warnings)
    if due and any("granted" in warning for warning in warnings):
        raise _error(session, wanted, None, "grant", due, warnings)


def _error(
    session: Session,
    state: Properties,
    held: Holding | None,
    action: str,
    privileges: set[str] | frozenset[str],
    warnings: list[str],
) -> NoEffectError:
    current_user = session.value("SELECT CURRENT_USER")
    preposition = "to" if action == "grant" else "from"
    others = ", ".join(state["objects"]) or state["schema"] or state["database"]
    name = held.object_name if held else others
    text = (
        f"PostgreSQL accepted the {action} of {', '.join(sorted(privileges))} on "
        f"{state['objectType']} {name!r} {preposition} role {state['role']!r} and did nothing"
    )
    if warnings:
        text += f" (its warning: {'; '.join(dict.fromkeys(warnings))})"
    owner = f" {held.owner!r}" if held else ""
    if action == "revoke" and held and not warnings:
        grantors = ", ".join(map(repr, held.grantors))
        return NoEffectError(f"{text}: granted by {grantors}, who has to revoke it")
    return NoEffectError(
        f"{text}: {current_user!r} is not its owner{owner} and holds no grant option for it. "
        "Work as the owner, or make the provider's role the owner"
    )
