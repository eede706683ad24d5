"""Databases, schemas and extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emulator.providers.provider import PartialError, ProviderError
from emulator.values import UNKNOWN

if TYPE_CHECKING:
    from tests.emulator.providers.postgresql.conftest import Connect, Server


def test_a_database_is_made_and_read_back(connect: Connect, clean: Server) -> None:
    program = connect()

    database = program.add("Database", name="test.im_data_db", connectionLimit=9)

    assert database.id == "test.im_data_db"
    assert database.outputs == {
        "id": "test.im_data_db",
        "name": "test.im_data_db",
        "owner": "master",
        "template": "template0",
        "encoding": "UTF8",
        "lcCollate": "C",
        "lcCtype": "C",
        "tablespaceName": "pg_default",
        "connectionLimit": 9,
        "allowConnections": True,
        "isTemplate": False,
        "alterObjectOwnership": False,
    }
    assert not program.diff(database, name="test.im_data_db", connectionLimit=9).changed


def test_a_database_for_an_owner_leaves_no_membership_behind(
    connect: Connect, clean: Server
) -> None:
    program = connect()
    program.add("Role", name="owner")
    memberships = "SELECT roleid::regrole, member::regrole, set_option FROM pg_auth_members"
    before = clean.rows(memberships)

    database = program.add("Database", name="owned", owner="owner")
    assert clean.rows(memberships) == before
    assert database.outputs["owner"] == "owner"
    program.remove(database)

    assert clean.rows(memberships) == before
    assert program.refresh(database) is None


def test_a_database_is_dropped_under_its_users(connect: Connect, clean: Server) -> None:
    program = connect()
    database = program.add("Database", name="busy")
    with clean.connect("busy", "master"):
        program.remove(database)
    assert program.refresh(database) is None


def test_a_provider_that_used_a_database_does_not_keep_it_from_being_dropped(
    connect: Connect, clean: Server
) -> None:
    program = connect()
    program.add("Database", name="used")
    program.add("Schema", name="inside", database="used")

    clean.run("DROP DATABASE used")  # without FORCE: refused while anybody is connected

    assert clean.rows("SELECT 1 FROM pg_stat_activity WHERE usename = 'master'") == []


def test_a_half_done_update_records_what_stands(connect: Connect) -> None:
    program = connect()
    program.add("Role", name="owner")
    database = program.add("Database", name="it")

    # The owner changes first, and then master may not set the limit any more.
    with pytest.raises(PartialError, match="must be owner of database") as failure:
        program.change(database, name="it", owner="owner", connectionLimit=3)

    stands = failure.value.resource.outputs
    assert (stands["owner"], stands["connectionLimit"]) == ("owner", -1)


def test_existing_objects_follow_the_owner_where_asked(connect: Connect, clean: Server) -> None:
    program = connect()
    program.add("Role", name="first")
    program.add("Role", name="second")
    clean.run("GRANT first, second TO master WITH INHERIT TRUE, SET TRUE")
    database = program.add("Database", name="it", owner="first", alterObjectOwnership=True)
    clean.run("CREATE TABLE kept (a int)", "ALTER TABLE kept OWNER TO first", database="it")

    program.change(database, name="it", owner="second", alterObjectOwnership=True)

    owner = "SELECT relowner::regrole::text FROM pg_class WHERE relname = 'kept'"
    assert clean.rows(owner, database="it") == [("second",)]


def test_a_template_can_be_dropped(connect: Connect) -> None:
    program = connect()
    database = program.add("Database", name="pattern", isTemplate=True)

    program.remove(database)

    assert program.refresh(database) is None


def test_a_preview_knows_nothing_of_what_the_server_decides(connect: Connect) -> None:
    shown = connect().preview("Database", name="it", connectionLimit=UNKNOWN)

    unknown = {name for name, value in shown.outputs.items() if value is UNKNOWN}
    assert unknown == {
        "id",
        "connectionLimit",
        "encoding",
        "isTemplate",
        "lcCollate",
        "lcCtype",
        "owner",
        "tablespaceName",
        "template",
    }


def test_a_schema_lives_in_its_database(connect: Connect, clean: Server) -> None:
    program = connect()
    program.add("Role", name="keeper")
    program.add("Database", name="home")

    schema = program.add("Schema", name="inner", database="home", owner="keeper")

    assert schema.id == "home.inner"
    assert schema.outputs["owner"] == "keeper"
    clean.run(
        "CREATE TABLE inner_table (a int)",
        'ALTER TABLE inner_table SET SCHEMA "inner"',
        database="home",
    )
    with pytest.raises(ProviderError, match="SQLSTATE 2BP01"):
        program.remove(schema)
    cascading = program.change(
        schema, name="inner", database="home", owner="keeper", dropCascade=True
    )
    program.remove(cascading)
    assert program.refresh(schema) is None


def test_a_schema_that_exists_is_taken_over(connect: Connect, clean: Server) -> None:
    clean.run(
        "CREATE SCHEMA there AUTHORIZATION master", "GRANT CREATE ON DATABASE postgres TO master"
    )
    try:
        schema = connect(database="postgres", username="superuser").add("Schema", name="there")
        assert schema.outputs["owner"] == "master"
        assert schema.outputs["database"] == "postgres"
    finally:
        clean.run("DROP SCHEMA there", "REVOKE CREATE ON DATABASE postgres FROM master")


def test_policies_of_a_schema_are_granted_and_revoked(connect: Connect, clean: Server) -> None:
    program = connect()
    program.add("Role", name="reader")
    program.add("Database", name="home")
    acl = "SELECT nspacl::text FROM pg_namespace WHERE nspname = 's'"

    schema = program.add(
        "Schema",
        name="s",
        database="home",
        policies=[{"role": "reader", "create": True, "usageWithGrant": True}, {"usage": True}],
    )
    assert clean.rows(acl, database="home") == [("{master=UC/master,reader=U*C/master,=U/master}",)]
    program.change(schema, name="s", database="home", policies=[{"role": "reader", "create": True}])

    # REVOKE GRANT OPTION FOR takes the option only, as in the plugin.
    assert clean.rows(acl, database="home") == [("{master=UC/master,reader=UC/master}",)]


def test_a_replaced_schema_names_its_database(connect: Connect) -> None:
    program = connect()
    schema = program.add("Schema", name="s", database=program.add("Database", name="home").id)

    difference = program.diff(schema, name="s", database="elsewhere")

    assert difference.replaces == ["database"]
    assert difference.delete_before_replace


def test_an_extension_that_is_there_is_recorded(connect: Connect) -> None:
    program = connect()

    extension = program.add("Extension", name="plpgsql")

    assert extension.id == "postgres.plpgsql"
    assert extension.outputs["schema"] == "pg_catalog"
    assert program.load("Extension", "postgres.plpgsql") is not None
    with pytest.raises(ProviderError, match='extension "missing" is not available'):
        program.add("Extension", name="missing")
