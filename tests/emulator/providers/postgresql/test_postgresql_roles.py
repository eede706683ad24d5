"""Roles and memberships, as a master that is no superuser makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emulator.providers.provider import PartialError, ProviderError
from emulator.values import UNKNOWN, Secret

if TYPE_CHECKING:
    from tests.emulator.providers.postgresql.conftest import Connect, Server


def test_a_role_gets_its_options_limits_and_memberships(connect: Connect, clean: Server) -> None:
    program = connect()
    program.add("Role", name="test.app", login=True)

    admin = program.add(
        "Role",
        name="test.admin",
        login=True,
        createDatabase=True,
        connectionLimit=25,
        statementTimeout=3000,
        idleInTransactionSessionTimeout=7000,
        searchPaths=["one", "t wo"],
        roles=["test.app"],
        validUntil="2030-01-01 00:00:00+00",
    )

    assert admin.id == "test.admin"
    assert clean.rows(
        "SELECT rolcanlogin, rolcreatedb, rolcreaterole, rolsuper, rolinherit, rolconnlimit,"
        " rolvaliduntil = '2030-01-01 00:00:00+00', rolconfig FROM pg_roles"
        " WHERE rolname = 'test.admin'"
    ) == [
        (
            True,
            True,
            False,
            False,
            True,
            25,
            True,
            [
                'search_path=one, "t wo"',
                "statement_timeout=3000",
                "idle_in_transaction_session_timeout=7000",
            ],
        )
    ]
    assert admin.outputs["roles"] == ["test.app"]
    assert admin.outputs["searchPaths"] == ["one", "t wo"]
    assert not program.diff(admin, **admin.inputs).changed


def test_outputs_have_nulls_and_zeros_where_the_plugin_has_them(connect: Connect) -> None:
    program = connect()

    made = program.add("Role", name="plain")

    assert made.outputs == {
        "id": "plain",
        "name": "plain",
        "assumeRole": "",
        "bypassRowLevelSecurity": False,
        "connectionLimit": -1,
        "createDatabase": False,
        "createRole": False,
        "encrypted": None,
        "encryptedPassword": True,
        "idleInTransactionSessionTimeout": 0,
        "inherit": True,
        "login": False,
        "password": None,
        "passwordWo": None,
        "passwordWoVersion": None,
        "replication": False,
        "roles": None,
        "searchPaths": None,
        "skipDropRole": False,
        "skipReassignOwned": False,
        "statementTimeout": 0,
        "superuser": False,
        "validUntil": "infinity",
    }
    refreshed = program.refresh(made)
    assert refreshed is not None
    assert refreshed.outputs == made.outputs | {"roles": [], "searchPaths": []}
    assert refreshed.inputs == made.inputs


def test_a_change_alters_the_role_in_place(connect: Connect, clean: Server) -> None:
    program = connect()
    program.add("Role", name="group")
    role = program.add("Role", name="it", login=True, statementTimeout=5, searchPaths=["a"])

    changed = program.change(role, name="it", connectionLimit=3, inherit=False, roles=["group"])

    assert clean.rows(
        "SELECT rolcanlogin, rolconnlimit, rolinherit, rolconfig FROM pg_roles WHERE rolname = 'it'"
    ) == [(False, 3, False, None)]
    assert changed.outputs["roles"] == ["group"]
    assert program.change(changed, name="it").outputs["roles"] == []


def test_a_renamed_role_is_found_again_under_its_old_id(connect: Connect) -> None:
    program = connect()
    role = program.add("Role", name="before")

    renamed = program.change(role, name="after")

    assert renamed.id == "before"  # an update cannot change an id
    found = program.refresh(renamed)
    assert found is not None
    assert found.outputs["name"] == "after"
    program.remove(renamed)
    assert program.refresh(renamed) is None


def test_a_refresh_finds_drift_and_the_next_run_undoes_it(connect: Connect, clean: Server) -> None:
    program = connect()
    role = program.add("Role", name="drifting", statementTimeout=1000)
    clean.run("ALTER ROLE drifting CREATEDB CONNECTION LIMIT 5", "ALTER ROLE drifting RESET ALL")

    found = program.refresh(role)

    assert found is not None
    assert found.inputs["connectionLimit"] == 5
    assert "connectionLimit" not in found.inputs["__defaults"]
    wanted = {"name": "drifting", "statementTimeout": 1000}
    changed = program.diff(found, **wanted).changed
    assert changed == ["connectionLimit", "createDatabase", "statementTimeout"]
    assert program.change(found, **wanted).outputs["connectionLimit"] == -1


def test_an_import_states_only_what_is_no_default(connect: Connect, clean: Server) -> None:
    clean.run("CREATE ROLE known LOGIN CONNECTION LIMIT 4")

    found = connect().load("Role", "known")

    assert found is not None
    assert found.inputs == {
        "name": "known",
        "login": True,
        "connectionLimit": 4,
        "__defaults": [],
    }
    assert connect().load("Role", "unknown") is None


def test_a_password_is_a_secret_output_and_stands_in_no_message(connect: Connect) -> None:
    program = connect()

    made = program.provider.create(
        "urn:pulumi:s::p::t::n",
        "postgresql:index/role:Role",
        {"name": "known", "password": "s3cr'et\\"},
        preview=False,
    )

    assert made.outputs["password"] == Secret("s3cr'et\\")
    with pytest.raises(ProviderError) as failure:
        program.add("Role", name="known", password="s3cr'et\\", validUntil="s3cr'et\\")
    assert "s3cr" not in str(failure.value)
    assert "s3cr" not in repr(failure.value)
    assert failure.value.__cause__ is None


def test_a_write_only_password_is_in_no_output(connect: Connect, clean: Server) -> None:
    program = connect()
    role = program.add("Role", name="it", passwordWo="one", passwordWoVersion="1")
    assert role.outputs["passwordWo"] is None

    stored = "SELECT rolpassword FROM pg_authid WHERE rolname = 'it'"
    before = clean.rows(stored)
    same = program.diff(role, name="it", passwordWo="two", passwordWoVersion="1")
    assert not same.changed
    program.change(role, name="it", passwordWo="two", passwordWoVersion="2")

    assert clean.rows(stored) != before


def test_reading_a_password_back_needs_a_superuser_unless_told_otherwise(
    connect: Connect, clean: Server
) -> None:
    program = connect(superuser="true")

    with pytest.raises(PartialError, match="superuser = false") as failure:
        program.add("Role", name="it", login=True, password="word")

    assert failure.value.resource.id == "it"
    assert clean.rows("SELECT 1 FROM pg_roles WHERE rolname = 'it'") == [(1,)]


def test_a_deleted_role_hands_over_what_it_owned(connect: Connect, clean: Server) -> None:
    clean.run("CREATE DATABASE home OWNER master")
    program = connect(database="home")
    role = program.add("Role", name="owner")
    clean.run("CREATE SCHEMA owned AUTHORIZATION owner", database="home")

    program.remove(role)

    owner = "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'owned'"
    assert clean.rows(owner, database="home") == [("master",)]
    assert clean.rows("SELECT 1 FROM pg_roles WHERE rolname = 'owner'") == []
    program.remove(role)  # gone already


def test_a_role_that_is_still_needed_is_not_dropped(connect: Connect, clean: Server) -> None:
    program = connect()
    role = program.add("Role", name="busy", skipReassignOwned=True)
    clean.run("CREATE SCHEMA owned AUTHORIZATION busy")

    with pytest.raises(ProviderError, match="SQLSTATE 2BP01"):
        program.remove(role)


def test_a_failed_update_changes_nothing(connect: Connect) -> None:
    program = connect()
    role = program.add("Role", name="it")

    with pytest.raises(ProviderError, match='role "missing" does not exist') as failure:
        program.change(role, name="it", login=True, roles=["missing"])

    assert not isinstance(failure.value, PartialError)
    found = program.refresh(role)
    assert found is not None
    assert found.outputs["login"] is False


def test_a_membership_comes_and_goes(connect: Connect, clean: Server) -> None:
    program = connect()
    program.add("Role", name="group")
    program.add("Role", name="one", login=True)

    membership = program.add("GrantRole", role="one", grantRole="group", withAdminOption=True)

    assert membership.id == "one_group_true"
    difference = program.diff(membership, role="one", grantRole="group")
    assert difference.replaces == ["withAdminOption"]
    program.remove(membership)
    assert program.refresh(membership) is None


def test_a_membership_that_another_role_granted_is_not_said_to_be_revoked(
    connect: Connect, clean: Server
) -> None:
    program = connect()
    program.add("Role", name="group")
    role = program.add("Role", name="one", roles=["group"])
    membership = program.add("GrantRole", role="one", grantRole="group")
    clean.run('REVOKE "group" FROM one GRANTED BY master', 'GRANT "group" TO one')

    with pytest.raises(ProviderError, match=r"is still a member of 'group'.*did nothing"):
        program.remove(membership)
    with pytest.raises(ProviderError, match=r"is still a member of 'group'.*did nothing"):
        program.change(role, name="one")


def test_a_preview_tells_what_is_known(connect: Connect) -> None:
    shown = connect().preview("Role", name="it", login=UNKNOWN, password="word")

    assert shown.id == ""
    assert shown.outputs["id"] is UNKNOWN
    assert shown.outputs["login"] is UNKNOWN
    assert shown.outputs["password"] == Secret("word")
    assert shown.outputs["connectionLimit"] == -1
