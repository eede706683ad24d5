"""Which privileges there are, on what, and who holds them.

Source of the list: https://www.postgresql.org/docs/current/sql-grant.html, as far as
`allowedPrivileges` in the Terraform provider's `postgresql/helpers.go` goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, LiteralString

from emulator.providers.postgresql.connections import Connections, Session
from emulator.providers.provider import ProviderError
from emulator.values import Properties

PUBLIC: Final = "public"
ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "database": ("CREATE", "CONNECT", "TEMPORARY"),
    "table": ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"),
    "sequence": ("USAGE", "SELECT", "UPDATE"),
    "schema": ("CREATE", "USAGE"),
    "function": ("EXECUTE",),
    "procedure": ("EXECUTE",),
    "routine": ("EXECUTE",),
    "type": ("USAGE",),
    "foreign_data_wrapper": ("USAGE",),
    "foreign_server": ("USAGE",),
    "column": ("SELECT", "INSERT", "UPDATE", "REFERENCES"),
}
FIRST_MAJOR_VERSION_WITH_MAINTAIN: Final = 17
RELATION: Final[LiteralString] = (
    "SELECT relname, relowner, relacl, acldefault({0}, relowner) FROM pg_class"
    " JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE nspname = %(schema)s AND relkind = {1}"
)
FUNCTION: Final[LiteralString] = (
    "SELECT proname, proowner, proacl, acldefault('f', proowner) FROM pg_proc"
    " JOIN pg_namespace ON pg_namespace.oid = pronamespace WHERE nspname = %(schema)s"
)
OBJECTS: Final[Mapping[str, LiteralString]] = {
    "database": "SELECT datname, datdba, datacl, acldefault('d', datdba) FROM pg_database"
    " WHERE datname = %(database)s",
    "schema": "SELECT nspname, nspowner, nspacl, acldefault('n', nspowner) FROM pg_namespace"
    " WHERE nspname = %(schema)s",
    "foreign_data_wrapper": "SELECT fdwname, fdwowner, fdwacl, acldefault('F', fdwowner)"
    " FROM pg_foreign_data_wrapper",
    "foreign_server": "SELECT srvname, srvowner, srvacl, acldefault('S', srvowner)"
    " FROM pg_foreign_server",
    "table": RELATION.format("'r'", "'r'"),
    "sequence": RELATION.format("'s'", "'S'"),
    "function": FUNCTION,
    "procedure": FUNCTION,
    "routine": FUNCTION,
    "column": "SELECT attname, relowner, attacl, acldefault('c', relowner) FROM pg_attribute"
    " JOIN pg_class ON pg_class.oid = attrelid"
    " JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE nspname = %(schema)s AND relname = %(table)s AND relkind = 'r'",
}
"""Name, owner, access control list and its default, of every object that a type speaks of."""
HOLDINGS: Final[LiteralString] = (
    "WITH objects(name, owner, acl, default_acl) AS ({0})"
    " SELECT name, pg_get_userbyid(owner),"
    " ARRAY(SELECT privilege_type FROM aclexplode(acl) WHERE grantee = %(grantee)s),"
    " ARRAY(SELECT privilege_type FROM aclexplode(COALESCE(acl, default_acl))"
    " WHERE grantee = %(grantee)s),"
    " ARRAY(SELECT DISTINCT pg_get_userbyid(grantor)"
    " FROM aclexplode(COALESCE(acl, default_acl)) WHERE grantee = %(grantee)s)"
    " FROM objects ORDER BY name"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one role holds on one object."""

    object_name: str
    owner: str
    stated: frozenset[str]
    """As the object's own list says, which is empty until the first grant or revoke."""
    in_effect: frozenset[str]
    """As the list says, or the default that counts where there is none."""
    grantors: tuple[str, ...]


def allowed_privileges(object_type: str, major_version: int) -> tuple[str, ...]:
    """Privileges of an object type, without ALL."""
    privileges = ALLOWED[object_type]
    if object_type == "table" and major_version >= FIRST_MAJOR_VERSION_WITH_MAINTAIN:
        return (*privileges, "MAINTAIN")
    return privileges


def check_privileges(object_type: str, privileges: Iterable[str], major_version: int) -> None:
    """Raise ProviderError for one that the object type does not have."""
    allowed = allowed_privileges(object_type, major_version)
    wrong = sorted(set(privileges) - {"ALL", *allowed})
    if wrong:
        msg = (
            f"{', '.join(wrong)} is not an allowed privilege for object type {object_type}; "
            f"allowed are ALL, {', '.join(allowed)}"
        )
        raise ProviderError(msg)


def spelled_out(object_type: str, privileges: Iterable[str], major_version: int) -> set[str]:
    """The privileges with ALL written as what it stands for."""
    wanted = set(privileges)
    return set(allowed_privileges(object_type, major_version)) if "ALL" in wanted else wanted


def read_back(connections: Connections, state: Properties, stated: Iterable[str]) -> list[str]:
    """Privileges to record: those wanted where the server's are the same (ALL stays ALL)."""
    major_version = connections.major_version
    wanted: list[str] = state["privileges"]
    found = set(stated)
    if found == set(wanted):
        return wanted
    is_all = "ALL" in wanted and found == set(
        allowed_privileges(state["objectType"], major_version)
    )
    return wanted if is_all else sorted(found)


def grantee_oid(session: Session, role: str) -> int:
    """Number of a role in access control lists, 0 for PUBLIC; ProviderError for no such role."""
    if role == PUBLIC:
        return 0
    oid = session.value("SELECT oid FROM pg_roles WHERE rolname = %s", (role,))
    if oid is None:
        msg = f"could not find oid for role {role}: there is no role of that name"
        raise ProviderError(msg)
    return int(oid)


def holdings(session: Session, state: Properties) -> list[Holding]:
    """What the grant's role holds on every object that the grant speaks of."""
    object_type, objects = state["objectType"], set(state["objects"])
    parameters = {
        "database": state["database"],
        "schema": state["schema"],
        "table": next(iter(objects), ""),
        "grantee": grantee_oid(session, state["role"]),
    }
    if object_type == "column":
        objects = set(state["columns"])
    return [
        Holding(
            object_name=name,
            owner=owner,
            stated=frozenset(stated),
            in_effect=frozenset(in_effect),
            grantors=tuple(grantors),
        )
        for name, owner, stated, in_effect, grantors in session.rows(
            HOLDINGS.format(OBJECTS[object_type]), parameters
        )
        if not objects or name in objects
    ]
