"""Grants and default privileges: what they do, and what they refuse to say they did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from emulator.providers.provider import ProviderError

if TYPE_CHECKING:
    from tests.emulator.providers.postgresql.conftest import Connect, Managed, Program, Server

DATABASE = "test.im_data_db"


@pytest.fixture
def admin(connect: Connect) -> Program:
    """A tenant's admin that made its own database, as the host's master set it up."""
    master = connect()
    for name in ("test_app", "test_readonly", "preprod_app"):
        master.add("Role", name=name, login=True)
    master.add("Role", name="test_admin", login=True, createDatabase=True, roles=["test_app"])
    program = connect("test_admin")
    program.add("Database", name=DATABASE)
    return program


def connect_grant(program: Program, role: str, *privileges: str) -> Managed:
    return program.add(
        "Grant", role=role, database=DATABASE, objectType="database", privileges=[*privileges]
    )


def test_public_may_connect_until_the_owner_takes_it_away(admin: Program, clean: Server) -> None:
    assert clean.may_connect("preprod_app", DATABASE)

    public = connect_grant(admin, "public")
    assert not clean.may_connect("preprod_app", DATABASE)
    assert not clean.may_connect("master", DATABASE)
    connect_grant(admin, "test_app", "CONNECT")

    assert clean.may_connect("test_app", DATABASE)
    assert clean.may_connect("test_admin", DATABASE)
    assert public.id == f"public_{DATABASE}_database"


def test_a_grant_by_another_than_the_owner_is_an_error_and_not_a_silence(
    admin: Program, connect: Connect, clean: Server
) -> None:
    connect("superuser").add("Database", name="of_another", owner="preprod_app")

    with pytest.raises(ProviderError) as failure:
        admin.add(
            "Grant",
            role="test_readonly",
            database="of_another",
            objectType="database",
            privileges=["CONNECT"],
        )

    assert str(failure.value) == (
        "could not create Grant: PostgreSQL accepted the grant of CONNECT on database 'of_another' "
        "to role 'test_readonly' and did nothing (its warning: no privileges could be revoked for "
        '"of_another"; no privileges were granted for "of_another"): \'test_admin\' is not its '
        "owner 'preprod_app' and holds no grant option for it. Work as the owner, or make the "
        "provider's role the owner"
    )


def test_shutting_public_out_of_anothers_database_is_an_error(
    admin: Program, connect: Connect, clean: Server
) -> None:
    with pytest.raises(ProviderError, match=r"revoke of CONNECT, TEMPORARY.*did nothing"):
        admin.add("Grant", role="public", database="postgres", objectType="database", privileges=[])
    assert clean.may_connect("preprod_app", "postgres")


def test_a_revoke_with_nothing_to_take_is_no_error(admin: Program, clean: Server) -> None:
    clean.run("REVOKE ALL ON DATABASE postgres FROM PUBLIC")
    clean.run("GRANT CONNECT ON DATABASE postgres TO test_admin")

    admin.add("Grant", role="public", database="postgres", objectType="database", privileges=[])


def test_a_grant_option_is_enough_to_pass_a_privilege_on(connect: Connect, clean: Server) -> None:
    connect().add("Role", name="host_admin", login=True)
    connect().add("Role", name="test_admin", login=True)
    clean.run(
        "REVOKE CONNECT ON DATABASE postgres FROM PUBLIC",
        "GRANT CONNECT ON DATABASE postgres TO host_admin WITH GRANT OPTION",
    )

    grant = connect("host_admin").add(
        "Grant",
        role="test_admin",
        database="postgres",
        objectType="database",
        privileges=["CONNECT"],
    )

    assert clean.may_connect("test_admin", "postgres")
    with pytest.raises(ProviderError, match=r"grant of TEMPORARY.*did nothing"):
        connect("host_admin").change(
            grant,
            role="test_admin",
            database="postgres",
            objectType="database",
            privileges=["CONNECT", "TEMPORARY"],
        )
    connect("host_admin").remove(grant)
    assert not clean.may_connect("test_admin", "postgres")


def test_a_privilege_that_another_role_granted_too_is_not_said_to_be_revoked(
    admin: Program, connect: Connect, clean: Server
) -> None:
    admin.add(
        "Grant",
        role="test_app",
        database=DATABASE,
        objectType="database",
        privileges=["CONNECT"],
        withGrantOption=True,
    )
    grant = connect_grant(admin, "test_readonly", "CONNECT")
    clean.run(f'GRANT CONNECT ON DATABASE "{DATABASE}" TO test_readonly', user="test_app")

    with pytest.raises(ProviderError, match=r"granted by 'test_a.*who has to revoke it"):
        admin.remove(grant)


def test_a_change_revokes_before_it_grants(admin: Program, clean: Server) -> None:
    grant = connect_grant(admin, "test_app", "CONNECT", "TEMPORARY")

    changed = admin.change(
        grant, role="test_app", database=DATABASE, objectType="database", privileges=["CONNECT"]
    )

    acl = "SELECT datacl::text FROM pg_database WHERE datname = %s"
    assert "test_app=c/test_admin" in clean.rows(acl, (DATABASE,))[0][0]
    assert changed.outputs["privileges"] == ["CONNECT"]
    admin.remove(changed)
    assert "test_app" not in clean.rows(acl, (DATABASE,))[0][0]


def test_a_refresh_finds_a_privilege_that_was_taken_away(admin: Program, clean: Server) -> None:
    grant = connect_grant(admin, "test_app", "CONNECT")
    clean.run(f'REVOKE CONNECT ON DATABASE "{DATABASE}" FROM test_app')

    found = admin.refresh(grant)

    assert found is not None
    assert found.outputs["privileges"] == []
    assert admin.diff(found, **grant.inputs).changed == ["privileges"]


def test_all_stays_all_and_is_no_drift(admin: Program) -> None:
    grant = connect_grant(admin, "test_app", "ALL")

    found = admin.refresh(grant)

    assert found is not None
    assert found.outputs["privileges"] == ["ALL"]
    assert not admin.diff(found, **grant.inputs).changed


def test_a_replaced_database_loses_its_grants(admin: Program, clean: Server) -> None:
    database = admin.load("Database", DATABASE)
    assert database is not None
    connect_grant(admin, "public")
    grant = connect_grant(admin, "test_app", "CONNECT")
    admin.remove(database)
    assert admin.refresh(grant) is None
    admin.remove(grant)  # gone with its database

    admin.add("Database", name=DATABASE)

    assert clean.may_connect("preprod_app", DATABASE)
    found = admin.refresh(grant)
    assert found is not None
    assert found.outputs["privileges"] == []


def test_tables_columns_sequences_and_functions_are_granted(admin: Program, clean: Server) -> None:
    clean.run(
        "CREATE SCHEMA s AUTHORIZATION test_admin",
        "SET ROLE test_admin",
        "CREATE TABLE s.one (a int, b int)",
        "CREATE TABLE s.two (a int)",
        "CREATE SEQUENCE s.numbers",
        "CREATE FUNCTION s.f(i int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        database=DATABASE,
    )
    where: dict[str, Any] = {"role": "test_readonly", "database": DATABASE, "schema": "s"}

    ids = [
        admin.add("Grant", objectType=type_, privileges=[privilege], **where, **more).id
        for type_, privilege, more in (
            ("schema", "USAGE", {}),
            ("table", "SELECT", {}),
            ("table", "INSERT", {"objects": ["two"]}),
            ("column", "UPDATE", {"objects": ["one"], "columns": ["b"]}),
            ("sequence", "USAGE", {}),
            ("function", "EXECUTE", {"objects": ["f(int)"]}),
        )
    ]

    start = f"test_readonly_{DATABASE}_s_"
    assert [id_.removeprefix(start) for id_ in ids] == [
        "schema",
        "table",
        "table_two",
        "column_one_b",
        "sequence",
        "function_f(int)",
    ]
    connect_grant(admin, "test_readonly", "CONNECT")
    with clean.connect(DATABASE, "test_readonly") as reader:
        reader.execute("SELECT a FROM s.one")
        reader.execute("INSERT INTO s.two VALUES (1)")
        reader.execute("UPDATE s.one SET b = 1")
        reader.execute("SELECT nextval('s.numbers'), s.f(1)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("UPDATE s.one SET a = 1")


def test_a_column_that_lost_its_grant_replaces_it(admin: Program, clean: Server) -> None:
    clean.run("CREATE TABLE one (a int, b int)", database=DATABASE)
    clean.run("ALTER TABLE one OWNER TO test_admin", database=DATABASE)
    grant = admin.add(
        "Grant",
        role="test_app",
        database=DATABASE,
        schema="public",
        objectType="column",
        objects=["one"],
        columns=["a", "b"],
        privileges=["UPDATE"],
    )
    clean.run("REVOKE UPDATE (b) ON one FROM test_app", database=DATABASE)

    found = admin.refresh(grant)

    assert found is not None
    assert found.outputs["columns"] == ["a"]
    assert admin.diff(found, **grant.inputs).replaces == ["columns"]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"objectType": "table"}, "parameter 'schema' is mandatory"),
        ({"objectType": "database", "objects": ["a"]}, "cannot specify `objects`"),
        ({"objectType": "schema", "schema": "s", "columns": ["a"]}, "cannot specify `columns`"),
        ({"objectType": "column", "schema": "s"}, "must specify `columns`"),
        ({"objectType": "foreign_server"}, "one element must be specified in `objects`"),
        ({"objectType": "database"}, "SELECT is not an allowed privilege for object type database"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["objectType"],
)
def test_what_does_not_go_together_is_refused_as_the_plugin_does(
    connect: Connect, inputs: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProviderError, match=message):
        connect().add("Grant", role="r", database="postgres", privileges=["SELECT"], **inputs)


def test_default_privileges_count_only_for_tables_of_the_named_owner(
    admin: Program, clean: Server
) -> None:
    defaults = admin.add(
        "DefaultPrivileges",
        role="test_readonly",
        database=DATABASE,
        owner="test_app",
        objectType="table",
        privileges=["SELECT"],
    )
    assert defaults.id == f"test_readonly_{DATABASE}_noschema_test_app_table"

    for role in ("test_app", "test_admin"):
        clean.run(
            f"GRANT CREATE ON SCHEMA public TO {role}",
            f"SET ROLE {role}",
            f"CREATE TABLE of_{role} (a int)",
            database=DATABASE,
        )
    readable = (
        "SELECT relname FROM pg_class"
        " WHERE has_table_privilege('test_readonly', oid, 'SELECT') AND relname LIKE 'of_%%'"
    )
    assert clean.rows(readable, database=DATABASE) == [("of_test_app",)]
    admin.remove(defaults)
    assert admin.refresh(defaults) is None


def test_default_privileges_for_a_stranger_are_refused(admin: Program) -> None:
    with pytest.raises(ProviderError, match="SQLSTATE 42501"):
        admin.add(
            "DefaultPrivileges",
            role="test_readonly",
            database=DATABASE,
            owner="preprod_app",
            objectType="table",
            privileges=["SELECT"],
        )


def test_default_privileges_that_postgresql_does_not_keep_are_an_error(admin: Program) -> None:
    with pytest.raises(ProviderError, match="keeps none"):
        admin.add(
            "DefaultPrivileges",
            role="public",
            database=DATABASE,
            owner="test_app",
            objectType="function",
            privileges=["EXECUTE"],
        )


def test_changed_default_privileges_are_found(admin: Program, clean: Server) -> None:
    what: dict[str, Any] = {
        "role": "test_readonly",
        "database": DATABASE,
        "owner": "test_app",
        "objectType": "sequence",
    }
    defaults = admin.add("DefaultPrivileges", privileges=["USAGE"], **what)
    changed = admin.change(defaults, privileges=["SELECT", "USAGE"], **what)
    assert changed.outputs["privileges"] == ["SELECT", "USAGE"]
    clean.run(
        "ALTER DEFAULT PRIVILEGES FOR ROLE test_app REVOKE USAGE ON SEQUENCES FROM test_readonly",
        database=DATABASE,
    )

    found = admin.refresh(changed)

    assert found is not None
    assert found.outputs["privileges"] == ["SELECT"]
