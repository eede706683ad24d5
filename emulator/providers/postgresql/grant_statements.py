"""The GRANT and REVOKE statements of a Grant (source: `resource_postgresql_grant.go`)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from psycopg.sql import SQL, Composable, Identifier

from emulator.providers.postgresql.connections import raw
from emulator.values import Properties

WITHOUT_SCHEMA = ("database", "foreign_data_wrapper", "foreign_server")


def grant_statement(state: Properties) -> Composable:
    """GRANT of all privileges of the state; they were checked, so they are written as they are."""
    what = _privileges(state["privileges"])
    if state["objectType"] == "column":
        what = SQL("{} ({})").format(what, _names(state["columns"]))
    option = SQL(" WITH GRANT OPTION" if state["withGrantOption"] else "")
    return SQL("GRANT {} ON {} TO {}{}").format(
        what, _target(state), Identifier(state["role"]), option
    )


def revoke_statement(state: Properties) -> Composable | None:
    """REVOKE that comes before a grant; None where there is nothing to revoke.

    Named tables and columns lose only the privileges of the state, so that grants on columns and
    on the table keep out of each other's way; everything else loses all.
    """
    object_type, privileges = state["objectType"], state["privileges"]
    what: Composable = SQL("ALL PRIVILEGES")
    if object_type == "column":
        if not privileges or not state["columns"]:
            return None
        what = SQL("{} ({})").format(_privileges(privileges), _names(state["columns"]))
    elif is_partial_revoke(state):
        what = _privileges(privileges)
    return SQL("REVOKE {} ON {} FROM {}").format(what, _target(state), Identifier(state["role"]))


def is_partial_revoke(state: Properties) -> bool:
    """Whether the REVOKE takes only the privileges of the state."""
    has_names = state["objectType"] not in (*WITHOUT_SCHEMA, "schema") and bool(state["objects"])
    return has_names and bool(state["privileges"])


def grant_id(state: Properties) -> str:
    """Id of a Grant: its parts, with objects and columns in the order of Terraform's sets."""
    parts = [state["role"], state["database"]]
    if state["objectType"] not in WITHOUT_SCHEMA:
        parts.append(state["schema"])
    parts.append(state["objectType"])
    return "_".join([*parts, *_in_set_order(state["objects"]), *_in_set_order(state["columns"])])


def _in_set_order(items: Iterable[str]) -> list[str]:
    return sorted(items, key=lambda item: str(zlib.crc32(item.encode())))


def _privileges(privileges: Iterable[str]) -> Composable:
    return raw(",".join(_in_set_order(privileges)))


def _names(names: Iterable[str]) -> Composable:
    return SQL(",").join(map(Identifier, _in_set_order(names)))


def _target(state: Properties) -> Composable:
    object_type, schema = state["objectType"], Identifier(state["schema"])
    if object_type == "database":
        return SQL("DATABASE {}").format(Identifier(state["database"]))
    if object_type == "schema":
        return SQL("SCHEMA {}").format(schema)
    keyword = "table" if object_type == "column" else object_type
    words = raw(keyword.replace("_", " ").upper())
    if object_type in WITHOUT_SCHEMA:
        return SQL("{} {}").format(words, Identifier(state["objects"][0]))
    if not state["objects"]:
        return SQL("ALL {}S IN SCHEMA {}").format(words, schema)
    names = SQL(",").join(
        SQL("{}.{}").format(schema, _object(name)) for name in _in_set_order(state["objects"])
    )
    return SQL("{} {}").format(words, names)


def _object(name: str) -> Composable:
    """Quoted name; a function's argument types stay outside the quotes: `f(int)` is `"f"(int)`."""
    base, *arguments = name.split("(")
    if not arguments:
        return Identifier(base)
    return SQL("{}{}").format(Identifier(base), raw("(" + arguments[0]))
