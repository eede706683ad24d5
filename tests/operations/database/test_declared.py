"""The declared schema: numbered files, and a snapshot that was made from exactly these."""

from __future__ import annotations

from pathlib import Path

import pytest

from operations.database.declared import BEGINNING, END, SCHEMAS, Schema, Snapshot, find_schema
from operations.database.errors import FailedError
from operations.database.objects import Described
from operations.stage_files import read_stage
from stages.stack_files import stack_files
from tests.conftest import ROOT

TABLE = Described(of=None, properties={"owner": "<stage>_admin"})


def schema(folder: Path, *names: str) -> Schema:
    """A schema of migrations that do nothing."""
    for name in names:
        (folder / name).write_text(f"{BEGINNING}\n{END}", encoding="utf-8")
    return Schema(database="db", folder=folder)


def with_snapshot(made: Schema) -> Schema:
    """The same with its snapshot."""
    snapshot = Snapshot(postgresql=18, migrations=made.digests, objects={"table public.t": TABLE})
    made.snapshot_file.write_text(snapshot.as_json(), encoding="utf-8")
    return made


def test_every_database_of_every_stage_declares_a_schema_that_is_up_to_date() -> None:
    databases = {
        database
        for stage in stack_files(ROOT)
        for database in read_stage(stage, ROOT).settings.tenant.databases
    }
    assert databases == {folder.name for folder in (ROOT / SCHEMAS).iterdir()}
    for database in databases:
        assert find_schema(database, ROOT).snapshot().objects


def test_a_database_without_a_schema_is_said_to_have_none(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match=r"declares no schema: .*schemas/orders is missing"):
        find_schema("orders", tmp_path)


def test_migrations_go_by_their_numbers(tmp_path: Path) -> None:
    files = schema(tmp_path, "0010_later.sql", "0002_first.sql").files
    assert list(files) == ["0002", "0010"]


@pytest.mark.parametrize("name", ["1_short.sql", "0001-dash.sql", "0001_Big.sql", "tables.sql"])
def test_a_migration_without_a_number_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FailedError, match=f"{name}: a migration is named NNNN_<what>.sql"):
        _ = schema(tmp_path, name).files


def test_two_migrations_of_one_number_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match=r"0001_b.sql and 0001_a.sql bear the same number"):
        _ = schema(tmp_path, "0001_a.sql", "0001_b.sql").files


@pytest.mark.parametrize(
    "text", ["", "SELECT 1;\n", BEGINNING, f"{BEGINNING}-- migrate:down\nDROP"]
)
def test_a_migration_that_dbmate_reads_otherwise_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "0001_a.sql").write_text(text, encoding="utf-8")
    with pytest.raises(FailedError, match="a migration begins with"):
        _ = Schema(database="db", folder=tmp_path).files


def test_a_snapshot_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = with_snapshot(schema(tmp_path, "0001_a.sql"))
    column = Described(of="table public.t", properties={"type": "text"})
    snapshot = Snapshot(postgresql=18, migrations=made.digests, objects={"t": TABLE, "c": column})
    made.snapshot_file.write_text(snapshot.as_json(), encoding="utf-8")
    assert made.snapshot() == snapshot


def test_a_snapshot_of_other_migrations_is_refused(tmp_path: Path) -> None:
    made = with_snapshot(schema(tmp_path, "0001_a.sql"))
    schema(tmp_path, "0002_b.sql")
    (tmp_path / "0001_a.sql").write_text(f"{BEGINNING}SELECT 1;\n{END}", encoding="utf-8")
    with pytest.raises(FailedError, match=r"0001_a.sql, 0002_b.sql changed since; .* declare"):
        made.snapshot()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"postgresql": 18, "migrations": {}}'])
def test_a_snapshot_that_is_none_is_said_to_be_unreadable(tmp_path: Path, text: str) -> None:
    made = schema(tmp_path, "0001_a.sql")
    made.snapshot_file.write_text(text, encoding="utf-8")
    with pytest.raises(FailedError, match=r"declared.json cannot be read: .* declare makes"):
        made.snapshot()
