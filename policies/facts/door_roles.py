"""The roles through which a stage's databases are read."""

from __future__ import annotations

from collections.abc import Iterator

from policies.iam.documents import Statement
from policies.iam.role_documents import ROLE, holdings
from policies.stage_map import Stage
from policies.subjects import Resource, Stack

CONNECT = "rds-db:connect"


def roles_that_connect(stack: Stack, user_arn: str) -> Iterator[Resource]:
    """Roles that may sign in to the database as this user."""
    for role in stack.of_type(ROLE):
        if any(_connects_as(statement, user_arn) for _, statement in holdings(stack, role)):
            yield role


def door_roles(stack: Stack, stage: Stage) -> Iterator[Resource]:
    """Roles that sign in as the stage's readers."""
    yield from roles_that_connect(stack, stage.names.database_user_arn(stage.names.readonly))


def _connects_as(statement: Statement, user_arn: str) -> bool:
    return statement.grants(CONNECT) and user_arn in statement.resources
