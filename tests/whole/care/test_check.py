"""What differs from the declared schema is found on a real server, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from operations.database.checking import check
from operations.database.declared import Schema, find_schema
from operations.database.differences import Compared, compare
from operations.database.migrating import applied
from operations.database.objects import read_objects
from operations.server_sessions import DatabaseServer
from tests.whole.care.conftest import DATABASE, Care
from tests.whole.conftest import ROOT

CHANGES: dict[str, tuple[str, ...]] = {
    "a table": ("CREATE TABLE x (n int)", "extra table public.x"),
    "a column": ("ALTER TABLE prices ADD x text", "extra column public.prices.x"),
    "no column": (
        "ALTER TABLE prices DROP COLUMN received_at",
        "missing column public.prices.received_at",
    ),
    "a type": (
        "ALTER TABLE heartbeat ALTER beat_at TYPE timestamp",
        "different column public.heartbeat.beat_at: type",
    ),
    "a default": (
        "ALTER TABLE prices ALTER received_at SET DEFAULT 'epoch'",
        "different column public.prices.received_at: default",
    ),
    "nulls": (
        "ALTER TABLE instruments ALTER currency DROP NOT NULL",
        "different column public.instruments.currency: null",
    ),
    "an index": ("CREATE INDEX x ON prices (source)", "extra index public.x"),
    "no index": ("DROP INDEX prices_by_time", "missing index public.prices_by_time"),
    "another index": (
        "DROP INDEX prices_by_time; CREATE INDEX prices_by_time ON prices (priced_at DESC)",
        "different index public.prices_by_time: definition",
    ),
    "no constraint": (
        "ALTER TABLE prices DROP CONSTRAINT prices_price_check",
        "missing constraint public.prices.prices_price_check",
    ),
    "a foreign key": (
        "ALTER TABLE prices DROP CONSTRAINT prices_instrument_id_fkey",
        "missing constraint public.prices.prices_instrument_id_fkey",
    ),
    "a view": (
        "CREATE OR REPLACE VIEW latest_prices AS SELECT * FROM "
        "(SELECT instrument_id, priced_at, price, source FROM prices) AS p",
        "different view public.latest_prices: definition",
    ),
    "no view": ("DROP VIEW latest_prices", "missing view public.latest_prices"),
    "a function": (
        "CREATE FUNCTION x() RETURNS int LANGUAGE sql RETURN 1",
        "extra function public.x()",
    ),
    "a trigger": (
        "CREATE TRIGGER x BEFORE INSERT ON prices FOR EACH ROW"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "extra trigger public.prices.x",
    ),
    "a type of its own": ("CREATE TYPE x AS ENUM ('a')", "extra type public.x"),
    "a domain": ("CREATE DOMAIN x AS text NOT NULL", "extra type public.x"),
    "a sequence": ("CREATE SEQUENCE x", "extra sequence public.x"),
    "a schema": ("CREATE SCHEMA x", "extra schema x"),
    "an owner": (
        "ALTER TABLE heartbeat OWNER TO test_app",
        "different table public.heartbeat: granted to test_admin",
        "different table public.heartbeat: granted to test_app",
        "different table public.heartbeat: owner",
    ),
    "a grant": (
        "GRANT INSERT ON prices TO test_readonly",
        "different table public.prices: granted to test_readonly",
    ),
    "a grant to all": (
        "GRANT SELECT ON prices TO PUBLIC",
        "different table public.prices: granted to PUBLIC",
    ),
    "a grant on a column": (
        "GRANT UPDATE (price) ON prices TO test_readonly",
        "different column public.prices.price: grants of its own",
    ),
    "no grant": (
        "REVOKE SELECT ON prices FROM test_readonly",
        "different table public.prices: granted to test_readonly",
    ),
    "default privileges": (
        "ALTER DEFAULT PRIVILEGES FOR ROLE test_app GRANT INSERT ON TABLES TO test_readonly",
        "different default privileges test_app on tables: granted to test_readonly",
    ),
    "default privileges elsewhere": (
        "ALTER DEFAULT PRIVILEGES FOR ROLE test_admin IN SCHEMA public GRANT ALL ON TABLES TO"
        " PUBLIC",
        "extra default privileges test_admin on tables in public",
    ),
    "a way into the schema": (
        "GRANT CREATE ON SCHEMA public TO test_readonly",
        "different schema public: granted to test_readonly",
    ),
    "a way into the database": (
        'GRANT CONNECT ON DATABASE "test.im_data_db" TO PUBLIC',
        "different database itself: granted to PUBLIC",
    ),
    "a setting": (
        'ALTER DATABASE "test.im_data_db" SET search_path = x',
        "different database itself: settings",
    ),
    "row security": (
        "ALTER TABLE prices ENABLE ROW LEVEL SECURITY",
        "different table public.prices: row security",
    ),
    "a table that a crash empties": (
        "ALTER TABLE heartbeat SET UNLOGGED",
        "different table public.heartbeat: persistence",
    ),
    "a rule": (
        "CREATE RULE x AS ON DELETE TO prices DO INSTEAD NOTHING",
        "extra rule public.prices.x",
    ),
    "a large object": ("SELECT lo_creat(-1)", "extra large objects of test_admin"),
    "a migration that nobody has": (
        "INSERT INTO schema_migrations VALUES ('9999')",
        "migration-unknown 9999",
    ),
    "a migration less": (
        "DELETE FROM schema_migrations",
        "migration-pending 0001_instruments_and_prices.sql",
    ),
}


@pytest.fixture(scope="module")
def admin(care: Care) -> Iterator[psycopg.Connection[Any]]:
    """Session of test's admin in test's database."""
    names = care.stage("test").names
    with (
        care.signed_in("test") as server,
        server.connect(names.admin, names.database(DATABASE), application="tests") as connection,
    ):
        yield connection


def violations(care: Care, admin: psycopg.Connection[Any]) -> list[str]:
    """What a check would find, seen from within a transaction."""
    schema: Schema = find_schema(DATABASE, ROOT)
    names = care.stage("test").names
    admin.execute("SET LOCAL search_path = ''")
    found = compare(
        Compared(stage="test", database=names.database(DATABASE), disposable=True),
        schema,
        schema.snapshot(),
        read_objects(admin, names),
        applied(admin),
    )
    return [f"{violation.kind} {violation.what}" for violation in found]


@pytest.mark.parametrize("stage", ["preprod", "test"])
def test_a_stage_that_was_migrated_is_as_declared(care: Care, stage: str) -> None:
    answer = care.run("check", stage=stage)
    assert answer.stdout == f"{stage}: 0 violations of the declared schema\n"
    assert answer.returncode == 0


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_by_hand_is_found_and_nothing_else(
    care: Care, admin: psycopg.Connection[Any], change: str
) -> None:
    statement, *expected = CHANGES[change]
    with admin.transaction(force_rollback=True):
        admin.execute(statement)
        assert violations(care, admin) == expected


def test_the_command_tells_where_and_what_to_do(care: Care, admin: psycopg.Connection[Any]) -> None:
    admin.execute("ALTER TABLE heartbeat ADD note text")
    try:
        answer = care.run("check")
    finally:
        admin.execute("ALTER TABLE heartbeat DROP note")

    assert answer.returncode == 1
    assert answer.stdout.splitlines() == [
        "extra: column public.heartbeat.note, in test.im_data_db",
        "  expected: nothing",
        "  found:    type text",
        "  next:     declare it in a new migration, or begin anew with "
        "`python -m operations database recreate --stage test`",
        "test: 1 violation of the declared schema",
    ]


def test_the_snapshot_is_what_the_migrations_make(care: Care) -> None:
    answer = care.run("declare", "--check")
    assert answer.stdout == "schemas/im_data_db/declared.json: up to date\n", answer.stderr
    assert answer.returncode == 0


@pytest.mark.parametrize("stage", ["preprod", "test"])
def test_a_check_signs_in_as_one_who_can_only_read(
    care: Care, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    connect = DatabaseServer.connect

    def note(server: DatabaseServer, user: str, database: str, **more: Any) -> Any:
        connection = connect(server, user, database, **more)
        seen.append((user, connection.execute("SHOW transaction_read_only").fetchone()))
        return connection

    monkeypatch.setattr(DatabaseServer, "connect", note)
    with care.signed_in(stage):
        assert check(care.stage(stage), (DATABASE,), ROOT) == []

    assert seen == [(f"{stage}_readonly", ("on",))]
