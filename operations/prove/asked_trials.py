"""Trials on tables that are made and never there for others: PostgreSQL is asked beforehand.

Where nothing may be left behind, not even for a moment, a table made just now is made in a
transaction that is rolled back. Nobody else sees it, so its maker asks what each role could do.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Final

from psycopg.sql import SQL

from operations.prove.cells import Operation, Outcome, Trial
from operations.prove.database_scene import MARK, DatabaseScene, Relation
from operations.prove.database_trials import Session
from operations.prove.servers import Refused, Server

PUBLIC: Final = "public"
"""What everybody may: whoever has no grants of their own."""

PRIVILEGES: Final = {
    Operation.READ_NEW: ("SELECT",),
    Operation.WRITE_ROWS: ("INSERT", "UPDATE", "DELETE", "TRUNCATE"),
    Operation.GRANT: ("SELECT WITH GRANT OPTION",),
}
ASK: Final = """
    SELECT has_database_privilege(%(role)s, current_database(), 'CONNECT')
        AND has_schema_privilege(%(role)s, %(schema)s, 'USAGE')
        AND has_table_privilege(%(role)s, %(table)s::regclass, %(privilege)s)
"""
OWNER: Final = """
    SELECT %(role)s <> 'public' AND has_database_privilege(%(role)s, current_database(), 'CONNECT')
        AND coalesce((SELECT pg_has_role(oid, current_user, 'USAGE') FROM pg_roles
            WHERE rolname = %(role)s), false)
"""


def ask_database(
    server: Server, scene: DatabaseScene, roles: Iterable[str]
) -> Iterator[tuple[str, Trial]]:
    """What each role could do with tables made just now, by the admin and by the app."""
    names, listed = scene.stage.names, list(roles)
    answers: dict[tuple[str, Operation], list[bool]] = {}
    for maker in (names.admin, names.app):
        try:
            session = server.connect(maker, scene.database)
        except Refused as refused:
            for role in listed:
                for operation in (*PRIVILEGES, Operation.READ_VIEW):
                    yield (
                        role,
                        Trial(operation=operation, outcome=Outcome.UNTRIED, detail=refused.text),
                    )
            return
        with contextlib.closing(session):
            for schema in scene.schemas:
                _ask_maker(session, schema, listed, answers, is_admin=maker == names.admin)
            session.rollback()
    for (role, operation), opened in answers.items():
        outcome = Outcome.OPEN if all(opened) else Outcome.PARTLY if any(opened) else Outcome.SHUT
        yield role, Trial(operation=operation, outcome=outcome, detail="asked of PostgreSQL")


def _ask_maker(
    session: Session,
    schema: str,
    roles: list[str],
    answers: dict[tuple[str, Operation], list[bool]],
    *,
    is_admin: bool,
) -> None:
    table = Relation(schema=schema, name=f"{MARK}asked", is_view=False)
    view = Relation(schema=schema, name=f"{MARK}asked_view", is_view=True)
    session.execute(SQL("CREATE TABLE {} (n int)").format(table.identifier))
    session.execute(
        SQL("CREATE VIEW {} AS SELECT n FROM {}").format(view.identifier, table.identifier)
    )
    for role in roles:
        for operation, privileges in PRIVILEGES.items():
            if operation is not Operation.GRANT or is_admin:
                found = [_may(session, role, table, privilege) for privilege in privileges]
                answers.setdefault((role, operation), []).extend(found)
        views = answers.setdefault((role, Operation.READ_VIEW), [])
        views.append(_may(session, role, view, "SELECT"))
        if is_admin:
            row = session.execute(OWNER, {"role": role}).fetchone()
            answers.setdefault((role, Operation.ALTER), []).append(row == (True,))


def _may(session: Session, role: str, relation: Relation, privilege: str) -> bool:
    name = relation.identifier.as_string(session)
    values = {"role": role, "schema": relation.schema, "table": name, "privilege": privilege}
    return session.execute(ASK, values).fetchone() == (True,)
