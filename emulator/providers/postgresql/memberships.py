"""Memberships of roles, those that the plugin takes for a moment too, and its advisory locks.

Source: `postgresql/helpers.go` of the Terraform provider. The locks keep its own resources from
racing within one server; what they do not cover ("tuple concurrently updated") is not covered here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from psycopg.sql import SQL, Identifier

from emulator.providers.postgresql.connections import Session
from emulator.providers.provider import ProviderError


def is_member(session: Session, role: str, member: str) -> bool:
    """Whether `member` may act as `role` by a direct membership."""
    return bool(
        session.rows(
            "SELECT 1 FROM pg_auth_members WHERE pg_get_userbyid(roleid) = %s"
            " AND pg_get_userbyid(member) = %s AND set_option",
            (role, member),
        )
    )


def grant_membership(session: Session, role: str, member: str) -> bool:
    """Make `member` a member of `role`; False where nothing had to be done."""
    if member == role or is_member(session, role, member):
        return False
    session.run(SQL("GRANT {} TO {}").format(Identifier(role), Identifier(member)))
    return True


def revoke_membership(session: Session, role: str, member: str) -> bool:
    """Take `member` out of `role`; False where nothing had to be done."""
    if member == role or not is_member(session, role, member):
        return False
    session.run(SQL("REVOKE {} FROM {}").format(Identifier(role), Identifier(member)))
    return True


def role_exists(session: Session, role: str) -> bool:
    """Whether there is a role of that name."""
    return bool(session.rows("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)))


def is_superuser(session: Session, role: str) -> bool:
    """Whether the role is a superuser; raises ProviderError where there is no such role."""
    is_super = session.value("SELECT rolsuper FROM pg_roles WHERE rolname = %s", (role,))
    if is_super is None:
        msg = f"could not check if role {role} is superuser: there is no role of that name"
        raise ProviderError(msg)
    return bool(is_super)


@contextmanager
def membership_of(session: Session, roles: Sequence[str]) -> Iterator[None]:
    """Be a member of the roles for a moment, as no superuser has to be to change what they own.

    A role that is a member of the current user cannot have it as a member: that is turned round for
    the moment. An error leaves both as they are: the transaction is undone with it.
    """
    current_user: str = session.value("SELECT CURRENT_USER") if roles else ""
    if not roles or is_superuser(session, current_user):
        yield
        return
    granted: list[str] = []
    turned: list[str] = []
    for role in roles:
        if is_superuser(session, role):
            continue
        if revoke_membership(session, current_user, role):
            turned.append(role)
        if grant_membership(session, role, current_user):
            granted.append(role)
    yield
    for role in granted:
        revoke_membership(session, role, current_user)
    for role in turned:
        if role_exists(session, role):
            grant_membership(session, current_user, role)


def lock_role(session: Session, role: str) -> None:
    """Wait until no other resource works on the role or on its members, and keep them off."""
    session.run(SQL("SET statement_timeout = 0"))
    session.rows(
        "SELECT pg_advisory_xact_lock(oid::bigint)::text FROM pg_roles WHERE rolname = %s", (role,)
    )
    session.rows(
        "SELECT pg_advisory_xact_lock(member::bigint)::text FROM pg_auth_members"
        " JOIN pg_roles ON roleid = pg_roles.oid WHERE rolname = %s",
        (role,),
    )


def lock_database(session: Session, database: str) -> None:
    """Wait until no other resource works on the database, and keep them off."""
    session.run(SQL("SET statement_timeout = 0"))
    session.rows(
        "SELECT pg_advisory_xact_lock(oid::bigint)::text FROM pg_database WHERE datname = %s",
        (database,),
    )


def database_exists(session: Session, database: str) -> bool:
    """Whether there is a database of that name."""
    return bool(session.rows("SELECT 1 FROM pg_database WHERE datname = %s", (database,)))


def schema_exists(session: Session, schema: str) -> bool:
    """Whether the connected database has a schema of that name."""
    return bool(session.rows("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)))


def database_owner(session: Session, database: str) -> str:
    """Owner of a database; raises ProviderError where there is no such database."""
    owner = session.value(
        "SELECT rolname FROM pg_database JOIN pg_roles ON datdba = pg_roles.oid WHERE datname = %s",
        (database,),
    )
    if owner is None:
        msg = f"could not find database {database!r} while looking for its owner"
        raise ProviderError(msg)
    return str(owner)
