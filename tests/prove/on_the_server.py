"""Breakages by SQL: what an attacker or a careless engineer does on the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.prove.ground import Breakage, Ground, Wanted

TEST: Final = "test.im_data_db"


def _sql(
    stage: str, user: str, *statements: str, database: str = "postgres"
) -> Callable[[Ground], None]:
    return lambda ground: ground.sql(stage, user, *statements, database=database)


def _breakage(
    name: str,
    what: str,
    wanted: Wanted,
    user: str,
    do: str,
    undo: str,
    *,
    database: str = "postgres",
    stage: str = "preprod",
) -> Breakage:
    return Breakage(
        name=name,
        what=what,
        wanted=wanted,
        do=_sql(stage, user, *do.split("; "), database=database),
        undo=_sql(stage, user, *undo.split("; "), database=database),
    )


BREAKAGES: Final = (
    _breakage(
        "public-connects",
        "everybody may connect to test's database again",
        Wanted(principal="prove_outsider", operation="connect", target=TEST),
        "test_admin",
        f'GRANT CONNECT ON DATABASE "{TEST}" TO PUBLIC',
        f'REVOKE CONNECT ON DATABASE "{TEST}" FROM PUBLIC',
    ),
    _breakage(
        "public-connects-to-postgres",
        "everybody may connect to the server's own database again",
        Wanted(principal="test_readonly", operation="connect", target="postgres"),
        "preprod_master",
        "GRANT CONNECT ON DATABASE postgres TO PUBLIC",
        "REVOKE CONNECT ON DATABASE postgres FROM PUBLIC",
    ),
    _breakage(
        "default-privileges-of-one-maker",
        "readers get no rights on tables that the app makes",
        Wanted(
            principal="test_readonly",
            operation="read a table made just now",
            target=TEST,
            verdict="door shut",
        ),
        "test_app",
        "ALTER DEFAULT PRIVILEGES FOR ROLE test_app REVOKE SELECT ON TABLES FROM test_readonly",
        "ALTER DEFAULT PRIVILEGES FOR ROLE test_app GRANT SELECT ON TABLES TO test_readonly",
        database=TEST,
    ),
    _breakage(
        "readers-make-temporary-tables",
        "readers get TEMPORARY as the app has it",
        Wanted(principal="test_readonly", operation="make temporary tables", target=TEST),
        "test_admin",
        f'GRANT TEMPORARY ON DATABASE "{TEST}" TO test_readonly',
        f'REVOKE TEMPORARY ON DATABASE "{TEST}" FROM test_readonly',
    ),
    _breakage(
        "readers-create-tables",
        "readers get CREATE on a schema",
        Wanted(principal="test_readonly", operation="create tables", target=TEST),
        "test_admin",
        "GRANT CREATE ON SCHEMA public TO test_readonly",
        "REVOKE CREATE ON SCHEMA public FROM test_readonly",
        database=TEST,
    ),
    _breakage(
        "readers-are-app",
        "readers are made members of the app's role",
        Wanted(principal="preprod_readonly", operation="write rows", target="preprod.im_data_db"),
        "preprod_host_roles",
        "GRANT preprod_app TO preprod_readonly",
        "REVOKE preprod_app FROM preprod_readonly",
    ),
    _breakage(
        "app-reads-another-stage",
        "test's app is made a member of preprod's readers",
        Wanted(principal="test_app", operation="read what was there", target="preprod.im_data_db"),
        "preprod_host_roles",
        "GRANT preprod_readonly TO test_app",
        "REVOKE preprod_readonly FROM test_app",
    ),
    _breakage(
        "readers-write-all-data",
        "readers are made members of pg_write_all_data",
        Wanted(principal="test_readonly", operation="write rows", target=TEST),
        "preprod_master",
        "GRANT pg_write_all_data TO test_readonly",
        "REVOKE pg_write_all_data FROM test_readonly",
    ),
    _breakage(
        "app-ends-sessions",
        "test's app may signal everybody's sessions",
        Wanted(principal="test_app", operation="end its sessions", target="preprod_app"),
        "preprod_master",
        "GRANT pg_signal_backend TO test_app",
        "REVOKE pg_signal_backend FROM test_app",
    ),
    _breakage(
        "one-login-too-many",
        "somebody gets a login of their own among test's readers",
        Wanted(principal="intern", operation="read what was there", target=TEST),
        "preprod_host_roles",
        "CREATE ROLE intern LOGIN; GRANT rds_iam, test_readonly TO intern",
        "DROP ROLE intern",
    ),
    _breakage(
        "login-by-password",
        "a login role that is no member of rds_iam",
        Wanted(principal="intern", operation="sign in by a password", target="server"),
        "preprod_host_roles",
        "CREATE ROLE intern LOGIN PASSWORD 'guess'",
        "DROP ROLE intern",
    ),
    _breakage(
        "app-without-token",
        "test's app is taken out of rds_iam",
        Wanted(
            principal="devstages-test-task",
            operation="sign in",
            target="test_app",
            verdict="door shut",
        ),
        "preprod_host_roles",
        "REVOKE rds_iam FROM test_app",
        "GRANT rds_iam TO test_app",
    ),
    _breakage(
        "no-connection-limit-in-test",
        "test's readers may use all of the server's connections",
        Wanted(
            principal="test_readonly",
            operation="use more connections than settings allow",
            target="server",
        ),
        "preprod_host_roles",
        "ALTER ROLE test_readonly CONNECTION LIMIT -1",
        "ALTER ROLE test_readonly CONNECTION LIMIT 5",
    ),
    _breakage(
        "no-connection-limit-in-prod",
        "prod's app may use all of the server's connections",
        Wanted(
            principal="prod_app",
            operation="use more connections than settings allow",
            target="server",
        ),
        "prod_host_roles",
        "ALTER ROLE prod_app CONNECTION LIMIT -1",
        "ALTER ROLE prod_app CONNECTION LIMIT 100",
        stage="prod",
    ),
    _breakage(
        "app-owns-the-database",
        "test's database belongs to its app",
        Wanted(principal="test_app", operation="change or drop the database", target=TEST),
        "test_admin",
        f'SET ROLE test_admin; ALTER DATABASE "{TEST}" OWNER TO test_app',
        # A new owner takes over what was granted to it, and hands all of it on.
        f'ALTER DATABASE "{TEST}" OWNER TO test_admin; '
        f'GRANT CONNECT, TEMPORARY ON DATABASE "{TEST}" TO test_app',
    ),
    _breakage(
        "tenant-makes-roles",
        "test's admin gets CREATEROLE",
        Wanted(principal="test_admin", operation="make roles", target="server"),
        "preprod_host_admin",
        "ALTER ROLE test_admin CREATEROLE",
        "ALTER ROLE test_admin NOCREATEROLE",
    ),
    _breakage(
        "readers-shut-out",
        "test's readers lose CONNECT",
        Wanted(principal="test_readonly", operation="connect", target=TEST, verdict="door shut"),
        "test_admin",
        f'REVOKE CONNECT ON DATABASE "{TEST}" FROM test_readonly',
        f'GRANT CONNECT ON DATABASE "{TEST}" TO test_readonly',
    ),
)
