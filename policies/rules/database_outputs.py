"""Databases and what is granted on them, joined: only a whole stack shows who names what how."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.belonging import worded
from policies.facts.database_names import (
    DATABASE,
    GRANT,
    IN_A_DATABASE,
    PUBLIC,
    UNKNOWN,
    is_connect_grant,
    listed,
    said,
)
from policies.rule import Context, Finding, Group, Severity, for_stack
from policies.subjects import Resource, Stack


@for_stack(
    id="database-shut-to-public",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="PUBLIC is shut out of every database, by a grant that names it by its output.",
    why="Every role on the server, those of other stages too, may connect to a new database.",
    remedy='Add Grant(database=database.name, role="public", object_type="database", '
    "privileges=[]), as components/stage_database.py does.",
)
def shut_to_public(stack: Stack, context: Context) -> Iterator[Finding]:
    """With the name as text the grant is not made again when the database is."""
    del context
    for database in stack.of_type(DATABASE):
        if not any(_shuts(grant, database) for grant in stack.of_type(GRANT)):
            yield Finding(
                found=f"no such grant on {said(database.props, 'name')}",
                allowed="one for each database",
                urn=database.urn,
            )


def _shuts(grant: Resource, database: Resource) -> bool:
    return (
        database.urn in grant.property_dependencies.get("database", frozenset())
        and said(grant.props, "database") in {said(database.props, "name"), UNKNOWN}
        and said(grant.props, "role") == PUBLIC
        and said(grant.props, "objectType") == "database"
        and not listed(grant.props, "privileges")
    )


@for_stack(
    id="database-named-by-output",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Whatever is in a database names it by an output of the database.",
    why="With the name as text, replacing the database leaves grants unchanged in state and gone "
    "in fact, and a name as text may be another stage's.",
    remedy="Use database=database.name.",
)
def named_by_output(stack: Stack, context: Context) -> Iterator[Finding]:
    """But for the host's grant on `postgres`, which no stack makes."""
    databases = {database.urn for database in stack.of_type(DATABASE)}
    for resource in stack.of_type(*IN_A_DATABASE):
        sources = resource.property_dependencies.get("database", frozenset())
        connects = resource.type == GRANT and is_connect_grant(resource, context.stages)
        if sources.isdisjoint(databases) and not connects:
            yield Finding(
                found=f"database is {worded(said(resource.props, 'database'))}, as text",
                allowed="an output of a database of this stack",
                urn=resource.urn,
            )
