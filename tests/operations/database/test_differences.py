"""What a comparison says of made-up objects; the real catalogue's are tried in tests/whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from operations.database.declared import BEGINNING, END, Schema, Snapshot
from operations.database.differences import Compared, compare
from operations.database.objects import Described

OWNED = {"owner": "<stage>_admin"}
TABLE = Described(of=None, properties=OWNED | {"granted to <stage>_readonly": "SELECT"})
COLUMN = Described(of="table public.t", properties={"type": "text", "null": "refused"})
DECLARED = {"table public.t": TABLE, "column public.t.c": COLUMN}


def found(
    folder: Path,
    live: dict[str, Described],
    applied: list[str] | None,
    *,
    disposable: bool = True,
) -> list[tuple[str, str, str, str, str]]:
    """Kind, object, expected, found and next step of every violation."""
    for number in ("0001", "0002"):
        text = f"{BEGINNING}{END}"
        (folder / f"{number}_x.sql").write_text(text, encoding="utf-8")
    violations = compare(
        Compared(stage="test", database="test.db", disposable=disposable),
        Schema(database="db", folder=folder),
        Snapshot(postgresql=18, migrations={}, objects=DECLARED),
        live,
        applied,
    )
    assert {violation.where for violation in violations} <= {"test.db"}
    return [(v.kind, v.what, v.expected, v.found, v.next_step) for v in violations]


def test_what_is_as_declared_is_no_violation(tmp_path: Path) -> None:
    assert found(tmp_path, DECLARED, ["0001", "0002"]) == []


def test_a_migration_is_pending_or_nobody_knows_it(tmp_path: Path) -> None:
    pending, unknown = found(tmp_path, DECLARED, ["0001", "0009"])
    migrating = "`python -m operations database migrate --stage test`"
    assert pending == ("migration-pending", "0002_x.sql", "applied", "pending", migrating)
    assert unknown[:2] == ("migration-unknown", "0009")


def test_of_a_missing_table_only_the_table_is_named(tmp_path: Path) -> None:
    (one,) = found(tmp_path, {}, ["0001", "0002"])
    assert one[:4] == ("missing", "table public.t", "owner test_admin", "nothing")


def test_what_a_pending_migration_may_bring_is_told_so(tmp_path: Path) -> None:
    *pending, missing = found(tmp_path, {}, None)
    assert [kind for kind, *_ in pending] == ["migration-pending"] * 2
    assert missing[4].endswith("migrate --stage test` may bring it")


def test_of_an_extra_table_only_the_table_is_named(tmp_path: Path) -> None:
    extra = {
        "table public.x": TABLE,
        "column public.x.c": Described(of="table public.x", properties={"type": "text"}),
    }
    (one,) = found(tmp_path, DECLARED | extra, ["0001", "0002"])
    assert one[:4] == ("extra", "table public.x", "nothing", "owner test_admin")


def test_an_extra_column_of_a_declared_table_is_named(tmp_path: Path) -> None:
    column = Described(of="table public.t", properties={"type": "integer"})
    (one,) = found(tmp_path, DECLARED | {"column public.t.x": column}, ["0001", "0002"])
    assert one[:4] == ("extra", "column public.t.x", "nothing", "type integer")


def test_every_property_that_differs_is_named(tmp_path: Path) -> None:
    table = Described(of=None, properties={"owner": "<stage>_app", "granted to PUBLIC": "SELECT"})
    violations = found(tmp_path, DECLARED | {"table public.t": table}, ["0001", "0002"])
    assert [violation[:4] for violation in violations] == [
        ("different", "table public.t: granted to test_readonly", "SELECT", "nothing"),
        ("different", "table public.t: granted to PUBLIC", "nothing", "SELECT"),
        ("different", "table public.t: owner", "test_admin", "test_app"),
    ]


@pytest.mark.parametrize(("disposable", "begins_anew"), [(True, True), (False, False)])
def test_only_a_disposable_database_is_advised_to_begin_anew(
    tmp_path: Path, disposable: bool, begins_anew: bool
) -> None:
    (one,) = found(tmp_path, {}, ["0001", "0002"], disposable=disposable)
    assert ("recreate" in one[4]) == begins_anew
