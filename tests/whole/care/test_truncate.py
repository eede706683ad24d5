"""A table of a disposable stage is emptied with all that depends on it, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from operations.database import truncating
from operations.database.errors import FailedError
from tests.whole.care.conftest import DATABASE, Care

ROWS = 3


@pytest.fixture
def app(care: Care) -> Iterator[psycopg.Connection[Any]]:
    """Session of test's tasks, in a database with rows in two tables."""
    names = care.stage("test").names
    with (
        care.signed_in("test") as server,
        server.connect(names.app, names.database(DATABASE), application="tests") as connection,
    ):
        connection.execute("DELETE FROM prices")
        connection.execute("DELETE FROM instruments")
        connection.execute(
            "INSERT INTO instruments (venue, symbol, currency)"
            " SELECT 'X', 's' || n, 'EUR' FROM generate_series(1, %s) AS n",
            [ROWS],
        )
        connection.execute(
            "INSERT INTO prices SELECT instrument_id, now(), 1, 'test' FROM instruments"
        )
        yield connection


def counts(app: psycopg.Connection[Any]) -> tuple[int, ...] | None:
    """Rows of both tables."""
    return app.execute(
        "SELECT (SELECT count(*) FROM instruments), (SELECT count(*) FROM prices)"
    ).fetchone()


def test_what_would_go_is_shown_and_refused_where_others_depend_on_it(
    care: Care, app: psycopg.Connection[Any]
) -> None:
    answer = care.run("truncate", "--table", "instruments", "--yes")

    assert answer.returncode == 1
    assert "public.prices" in answer.stdout
    assert (
        "Tables refer to public.instruments: public.prices (3 rows, prices_instrument_id_fkey "
        "refers to instruments). --cascade empties them, too; nothing was changed."
    ) in answer.stderr
    assert counts(app) == (ROWS, ROWS)


def test_nothing_is_emptied_where_nobody_can_be_asked(
    care: Care, app: psycopg.Connection[Any]
) -> None:
    answer = care.run("truncate", "--table", "prices")

    assert answer.returncode == 1
    assert "There is nobody to ask; nothing was changed." in answer.stderr
    assert counts(app) == (ROWS, ROWS)


def test_a_table_goes_alone_where_nothing_depends_on_it(
    care: Care, app: psycopg.Connection[Any]
) -> None:
    answer = care.run("truncate", "--table", "public.prices", "--yes")

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.endswith("test.im_data_db: public.prices emptied\n")
    assert counts(app) == (ROWS, 0)


def test_cascading_empties_what_depends_on_it_and_begins_to_count_anew(
    care: Care, app: psycopg.Connection[Any]
) -> None:
    answer = care.run("truncate", "--table", "instruments", "--cascade", "--yes")

    assert answer.returncode == 0, answer.stderr
    assert counts(app) == (0, 0)
    first = app.execute(
        "INSERT INTO instruments (venue, symbol, currency) VALUES ('X', 'a', 'EUR')"
        " RETURNING instrument_id"
    ).fetchone()
    assert first == (1,)


@pytest.mark.parametrize("table", ["nothing", "other.prices", "latest_prices"])
def test_what_is_no_table_is_refused(care: Care, table: str) -> None:
    answer = care.run("truncate", "--table", table, "--yes")
    assert answer.returncode == 2
    assert ("is no table" if table == "latest_prices" else "There is no table") in answer.stderr


def test_a_table_in_use_is_left_after_a_while(
    care: Care, app: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(truncating, "LOCK_SECONDS", 0.1)
    names = care.stage("test").names
    with (
        care.signed_in("test") as server,
        server.connect(names.admin, names.database(DATABASE), application="tests") as admin,
        app.transaction(),
    ):
        app.execute("LOCK TABLE prices IN ACCESS SHARE MODE")
        affected = truncating.find_affected(admin, "instruments")
        with pytest.raises(FailedError, match=r"Other sessions use .* nothing was changed"):
            truncating.truncate(admin, affected)
    assert counts(app) == (ROWS, ROWS)


def test_what_came_to_depend_on_it_since_somebody_was_asked_stays(
    care: Care, app: psycopg.Connection[Any]
) -> None:
    names = care.stage("test").names
    with (
        care.signed_in("test") as server,
        server.connect(names.admin, names.database(DATABASE), application="tests") as admin,
    ):
        affected = truncating.find_affected(admin, "instruments")
        admin.execute("CREATE TABLE late (instrument_id bigint REFERENCES instruments)")
        try:
            with pytest.raises(FailedError, match="The tables changed meanwhile"):
                truncating.truncate(admin, affected)
        finally:
            admin.execute("DROP TABLE late")
    assert counts(app) == (ROWS, ROWS)


def test_parts_and_what_refers_to_it_from_afar_are_found(
    care: Care, app: psycopg.Connection[Any]
) -> None:
    names = care.stage("test").names
    with (
        care.signed_in("test") as server,
        server.connect(names.admin, names.database(DATABASE), application="tests") as admin,
        admin.transaction(force_rollback=True),
    ):
        admin.execute("CREATE TABLE whole (n int PRIMARY KEY) PARTITION BY RANGE (n)")
        admin.execute("CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (9)")
        admin.execute("CREATE TABLE near (n int PRIMARY KEY REFERENCES whole)")
        admin.execute("CREATE TABLE far (n int REFERENCES near)")
        admin.execute("INSERT INTO whole VALUES (1), (2)")
        found = {one.table: one for one in truncating.find_affected(admin, "whole")}
        truncating.truncate(admin, list(found.values()))

    assert next(iter(found)) == "whole"
    assert set(found) == {"whole", "part", "near", "far"}
    assert found["part"].is_part
    assert (found["whole"].rows, found["part"].rows) == (0, 2)
