"""What a hostile tenant can take of the server that it shares: what its limits say, and no more.

How its neighbour fares meanwhile is measured by `make flood`.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from tenacity import retry, stop_after_delay, wait_fixed

from benchmarks.flood.hostile import FREE_HANDS, make_databases, take_sessions
from operations.server_sessions import DatabaseServer, NoSessionError
from stages.settings import TenantSettings
from tests.whole.care.conftest import DATABASE, Care

STAGE = "test"


class Hostile:
    """Test, with all its credentials and no good intentions."""

    def __init__(self, care: Care, server: DatabaseServer) -> None:
        self.names, self._server = care.stage(STAGE).names, server
        host = care.stage("preprod").settings.host
        assert host is not None
        self.limits = host.tenants[STAGE]
        self.tenant: TenantSettings = care.stage(STAGE).settings.tenant

    def connect(self, user: str, database: str) -> psycopg.Connection[Any]:
        """A session, or libpq's own error."""
        try:
            return self._server.connect(user, database, application="flood")
        except NoSessionError as error:
            raise psycopg.OperationalError(str(error)) from None


def test_all_its_roles_together_get_what_their_limits_say(care: Care) -> None:
    with care.signed_in(STAGE) as server:
        hostile = Hostile(care, server)
        names, own = hostile.names, hostile.names.database(DATABASE)
        roles = (names.admin, names.app, names.readonly)
        databases = make_databases(hostile.connect, names.admin, roles[1:], own)
        taken = take_sessions(hostile.connect, roles, databases)
        try:
            other = care.stage("preprod").names
            neighbour = server.connect(other.app, other.database(DATABASE), application="tests")
            neighbour.close()
        finally:
            for session in taken.sessions:
                session.close()
            _tidy_up(hostile, own, databases)

    assert len(databases) > 1, "it makes databases, and they bring it nothing"
    # A session that an earlier test has just closed may still count, so that it gets one less.
    assert 0 < taken.by_role[names.admin] <= hostile.limits.admin_connections
    assert 0 < taken.by_role[names.app] <= hostile.limits.app_connections
    assert 0 < taken.by_role[names.readonly] <= hostile.limits.readonly_connections
    assert len(taken.refusals) == len(roles)
    assert all("too many connections for role" in refusal for refusal in taken.refusals)


def _tidy_up(hostile: Hostile, own: str, databases: list[str]) -> None:
    again = retry(stop=stop_after_delay(30), wait=wait_fixed(0.1), reraise=True)
    # The server takes a moment to see that sessions were closed.
    with again(hostile.connect)(hostile.names.admin, "postgres") as admin:
        limit = hostile.tenant.databases[DATABASE].connections
        admin.execute(f'ALTER DATABASE "{own}" CONNECTION LIMIT {limit}')
        for database in databases[1:]:
            admin.execute(f'DROP DATABASE "{database}" WITH (FORCE)')


def test_timeouts_are_a_courtesy_and_other_limits_are_none(care: Care) -> None:
    with care.signed_in(STAGE) as server:
        hostile = Hostile(care, server)
        names, own = hostile.names, hostile.names.database(DATABASE)
        with hostile.connect(names.app, own) as session:
            for statement in FREE_HANDS:
                session.execute(statement)
            assert session.execute("SHOW statement_timeout").fetchone() == ("0",)
            for statement in (
                "SET temp_file_limit = -1",
                f"ALTER ROLE {names.app} CONNECTION LIMIT -1",
                f"ALTER ROLE {names.app} SET temp_file_limit = -1",
                f"CREATE ROLE {names.app}_too LOGIN",
                "ALTER SYSTEM SET max_connections = 1",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    session.execute(statement)
        with (
            hostile.connect(names.admin, "postgres") as admin,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            admin.execute(f"ALTER ROLE {names.admin} CONNECTION LIMIT -1")
