"""Role: login and group roles (source: `postgresql/resource_postgresql_role.go`)."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from psycopg.sql import SQL, Composable, Identifier

from emulator.providers.postgresql import types
from emulator.providers.postgresql.connections import Connections, Session, raw
from emulator.providers.postgresql.errors import NoEffectError
from emulator.providers.postgresql.handler import Found
from emulator.providers.postgresql.memberships import is_superuser, lock_role, membership_of
from emulator.providers.provider import ProviderError
from emulator.values import Properties

OPTIONS: Final = (
    ("superuser", "SUPERUSER"),
    ("createDatabase", "CREATEDB"),
    ("createRole", "CREATEROLE"),
    ("inherit", "INHERIT"),
    ("login", "LOGIN"),
    ("bypassRowLevelSecurity", "BYPASSRLS"),
    ("replication", "REPLICATION"),
)
"""Properties and their keywords (NO before it where false), in the order of CREATE ROLE."""
UPDATE_ORDER: Final = (
    "bypassRowLevelSecurity",
    "connectionLimit",
    "createDatabase",
    "createRole",
    "inherit",
    "login",
    "replication",
    "superuser",
    "validUntil",
)
TIMEOUTS: Final = (
    ("statementTimeout", "statement_timeout"),
    ("idleInTransactionSessionTimeout", "idle_in_transaction_session_timeout"),
)


def quoted_text(text: str) -> SQL:
    """Text in quotes as the plugin writes it: it doubles backslashes, in passwords too."""
    doubled = text.replace("\\", "\\\\").replace("'", "''")
    return raw(f"'{doubled}'")


class Roles:
    """Handler of Role."""

    resource_type = types.ROLE

    def create(self, connections: Connections, new: Properties) -> str:
        """CREATE ROLE with all options, then memberships and settings, in one transaction."""
        name: str = new["name"]
        with connections.transaction() as session:
            session.run(
                SQL("CREATE ROLE {} WITH {}").format(
                    Identifier(name), SQL(" ").join(_create_options(new))
                )
            )
            _grant_roles(session, new)
            _set_search_path(session, new)
            for property_, setting in TIMEOUTS:
                if new[property_]:
                    _set_timeout(session, name, setting, new[property_])
            if new["assumeRole"]:
                _set_assumed_role(session, new)
            session.commit()
        return name

    def read(self, connections: Connections, id_: str, state: Properties) -> Found | None:
        """Options, memberships and settings from the catalogue."""
        with connections.autocommitting() as session:
            found = _read_role(session, id_)
            if found is None:
                return None
            if state["password"]:
                found["password"] = _read_password(
                    session, connections, id_, state["password"], can_login=found["login"]
                )
        return id_, {**state, **found, "encryptedPassword": True}

    def update(self, connections: Connections, id_: str, old: Properties, new: Properties) -> str:
        """ALTER ROLE for what changed; memberships are all revoked and granted again."""
        with connections.transaction() as session:
            lock_role(session, old["name"])
            if old["name"] != new["name"]:
                session.run(
                    SQL("ALTER ROLE {} RENAME TO {}").format(
                        Identifier(old["name"]), Identifier(new["name"])
                    )
                )
            _set_password(session, old, new)
            for property_ in UPDATE_ORDER:
                if old[property_] != new[property_]:
                    _alter(session, new["name"], _option(property_, new))
            _revoke_roles(session, new)
            _grant_roles(session, new)
            _set_search_path(session, new)
            for property_, setting in TIMEOUTS:
                if old[property_] != new[property_]:
                    _set_timeout(session, new["name"], setting, new[property_])
            if old["assumeRole"] != new["assumeRole"]:
                _set_assumed_role(session, new)
            session.commit()
        return str(new["name"])

    def delete(self, connections: Connections, state: Properties) -> None:
        """Hand over and drop what the role owns in the provider's database, then drop the role."""
        name: str = state["name"]
        role = Identifier(name)
        current_user = Identifier(connections.settings.current_user)
        with connections.transaction() as session:
            lock_role(session, name)
            if not state["skipReassignOwned"]:
                with membership_of(session, [name]):
                    session.run(SQL("REASSIGN OWNED BY {} TO {}").format(role, current_user))
                    session.run(SQL("DROP OWNED BY {}").format(role))
            if not state["skipDropRole"]:
                session.run(SQL("DROP ROLE {}").format(role))
            session.commit()


def _create_options(new: Properties) -> list[Composable]:
    password = new["password"] or new["passwordWo"]
    options: list[Composable] = []
    if password.upper() == "NULL":
        options.append(SQL("PASSWORD NULL"))
    elif password:
        keyword = SQL("ENCRYPTED" if new["encryptedPassword"] else "UNENCRYPTED")
        options.append(SQL("{} PASSWORD {}").format(keyword, quoted_text(password)))
    if new["validUntil"]:
        options.append(_option("validUntil", new))
    options.append(_option("connectionLimit", new))
    options += [_option(property_, new) for property_, _ in OPTIONS]
    return options


def _option(property_: str, new: Properties) -> Composable:
    if property_ == "connectionLimit":
        return raw(f"CONNECTION LIMIT {new[property_]:d}")
    if property_ == "validUntil":
        until: str = new[property_]
        is_infinite = not until or until.lower() == "infinity"
        return SQL("VALID UNTIL {}").format(quoted_text("infinity" if is_infinite else until))
    keyword = dict(OPTIONS)[property_]
    return raw(keyword if new[property_] else f"NO{keyword}")


def _alter(session: Session, name: str, what: Composable) -> None:
    session.run(SQL("ALTER ROLE {} {}").format(Identifier(name), what))


def _set_password(session: Session, old: Properties, new: Properties) -> None:
    if new["passwordWo"]:
        is_due = old["passwordWoVersion"] != new["passwordWoVersion"]
    else:
        is_due = old["password"] != new["password"] or old["name"] != new["name"]
    password = new["passwordWo"] or new["password"]
    if is_due and password:
        _alter(session, new["name"], SQL("PASSWORD {}").format(quoted_text(password)))


def _grant_roles(session: Session, new: Properties) -> None:
    for role in new["roles"]:
        session.run(SQL("GRANT {} TO {}").format(Identifier(role), Identifier(new["name"])))


def _roles_of(session: Session, name: str) -> list[str]:
    rows = session.rows(
        "SELECT DISTINCT pg_get_userbyid(roleid) FROM pg_auth_members"
        " WHERE pg_get_userbyid(member) = %s ORDER BY 1",
        (name,),
    )
    return [row[0] for row in rows]


def _revoke_roles(session: Session, new: Properties) -> None:
    name: str = new["name"]
    for role in _roles_of(session, name):
        session.run(SQL("REVOKE {} FROM {}").format(Identifier(role), Identifier(name)))
    kept = [role for role in _roles_of(session, name) if role not in new["roles"]]
    if kept:
        warnings = "; ".join(text for _, text in session.warnings)
        msg = (
            f"role {name!r} is still a member of {', '.join(map(repr, kept))}: PostgreSQL accepted "
            f"the revoke and did nothing ({warnings}). Only the role that granted a membership, or "
            "one that can act as it, can take it back"
        )
        raise NoEffectError(msg)


def _set_search_path(session: Session, new: Properties) -> None:
    parts: list[str] = new["searchPaths"]
    with_separator = [part for part in parts if ", " in part]
    if with_separator:
        msg = f"search_path cannot contain `, `: {with_separator[0]}"
        raise ProviderError(msg)
    path = SQL(", ").join(map(Identifier, parts)) if parts else SQL("DEFAULT")
    _alter(session, new["name"], SQL("SET search_path TO {}").format(path))


def _set_timeout(session: Session, name: str, setting: str, milliseconds: int) -> None:
    what = f"SET {setting} TO {milliseconds:d}" if milliseconds else f"RESET {setting}"
    _alter(session, name, raw(what))


def _set_assumed_role(session: Session, new: Properties) -> None:
    role: str = new["assumeRole"]
    what = SQL("SET ROLE TO {}").format(Identifier(role)) if role else SQL("RESET ROLE")
    _alter(session, new["name"], what)


def _read_role(session: Session, name: str) -> Properties | None:
    rows = session.rows(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolcanlogin, rolbypassrls,"
        " rolreplication, rolconnlimit, COALESCE(rolvaliduntil::text, 'infinity'), rolconfig"
        " FROM pg_roles WHERE rolname = %s",
        (name,),
    )
    if not rows:
        return None
    *flags, connection_limit, valid_until, config = rows[0]
    found: Properties = {
        property_: flag for (property_, _), flag in zip(OPTIONS, flags, strict=True)
    }
    found |= {"name": name, "connectionLimit": connection_limit, "validUntil": valid_until}
    found["roles"] = _roles_of(session, name)
    return found | _read_settings(config or [])


def _read_settings(config: list[str]) -> Properties:
    settings = dict(line.split("=", 1) for line in config)
    path = settings.get("search_path")
    found: Properties = {
        "searchPaths": [part.strip('"') for part in path.split(", ")] if path else [],
        "assumeRole": settings.get("role", ""),
    }
    for property_, setting in TIMEOUTS:
        text = settings.get(setting, "0")
        if not text.isdigit():  # the plugin fails at one with a unit, which only others write
            msg = f"error reading {setting}: {text!r} is no plain number of milliseconds"
            raise ProviderError(msg)
        found[property_] = int(text)
    return found


def _read_password(
    session: Session, connections: Connections, name: str, recorded: str, *, can_login: bool
) -> str:
    """The recorded password, unless a superuser can see that another one is set."""
    settings = connections.settings
    if not can_login or not settings.is_superuser:
        return recorded
    if not is_superuser(session, settings.current_user):
        msg = (
            f"could not read role password from Postgres as connected user {settings.current_user} "
            "is not a SUPERUSER. You can set `superuser = false` in the provider configuration so "
            "it will not try to read the password from Postgres"
        )
        raise ProviderError(msg)
    stored: Any = session.value("SELECT passwd FROM pg_shadow WHERE usename = %s", (name,)) or ""
    if recorded.startswith(("md5", "SCRAM-SHA-256")):
        return str(stored)
    digest = hashlib.md5((recorded + name).encode(), usedforsecurity=False).hexdigest()
    is_same = stored == f"md5{digest}" or stored.startswith("SCRAM-SHA-256")
    return recorded if is_same else str(stored)
