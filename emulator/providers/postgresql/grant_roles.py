"""GrantRole: one role's membership in another (`resource_postgresql_grant_role.go`)."""

from __future__ import annotations

from psycopg.sql import SQL, Identifier

from emulator.providers.postgresql import types
from emulator.providers.postgresql.connections import Connections, Session
from emulator.providers.postgresql.errors import NoEffectError
from emulator.providers.postgresql.handler import Found
from emulator.values import Properties


class GrantRoles:
    """Handler of GrantRole."""

    resource_type = types.GRANT_ROLE

    def create(self, connections: Connections, new: Properties) -> str:
        """REVOKE, then GRANT, in one transaction."""
        role, granted = Identifier(new["role"]), Identifier(new["grantRole"])
        option = SQL(" WITH ADMIN OPTION" if new["withAdminOption"] else "")
        with connections.transaction() as session:
            session.run(SQL("REVOKE {} FROM {}").format(granted, role))
            session.run(SQL("GRANT {} TO {}{}").format(granted, role, option))
            session.commit()
        return _id(new["role"], new["grantRole"], with_admin_option=new["withAdminOption"])

    def read(self, connections: Connections, id_: str, state: Properties) -> Found | None:
        """The membership from the catalogue."""
        role, granted = state["role"], state["grantRole"]
        with connections.autocommitting() as session:
            option = _admin_option(session, role, granted)
        if option is None:
            return None
        return _id(role, granted, with_admin_option=option), {**state, "withAdminOption": option}

    def update(self, connections: Connections, id_: str, old: Properties, new: Properties) -> str:
        """Nothing: every property replaces."""
        return id_

    def delete(self, connections: Connections, state: Properties) -> None:
        """REVOKE; one that leaves the membership standing is an error."""
        role, granted = state["role"], state["grantRole"]
        with connections.transaction() as session:
            session.run(SQL("REVOKE {} FROM {}").format(Identifier(granted), Identifier(role)))
            if session.warnings and _admin_option(session, role, granted) is not None:
                _, text = session.warnings[-1]
                msg = (
                    f"role {role!r} is still a member of {granted!r}: PostgreSQL accepted the "
                    f"revoke and did nothing ({text}). Only the role that granted a membership, or "
                    "one that can act as it, can take it back"
                )
                raise NoEffectError(msg)
            session.commit()


def _admin_option(session: Session, role: str, granted: str) -> bool | None:
    option = session.value(
        "SELECT admin_option FROM pg_auth_members"
        " WHERE pg_get_userbyid(member) = %s AND pg_get_userbyid(roleid) = %s",
        (role, granted),
    )
    return None if option is None else bool(option)


def _id(role: str, granted: str, *, with_admin_option: bool) -> str:
    return f"{role}_{granted}_{'true' if with_admin_option else 'false'}"
