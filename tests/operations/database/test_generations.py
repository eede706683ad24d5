"""A generation is raised in a stack file, and nothing else of it changes."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from operations.database.errors import FailedError
from operations.database.generations import raise_generation
from operations.stage_files import read_stage
from stages.stack_files import stack_files
from tests.conftest import ROOT

STAGES = sorted(stack_files(ROOT))


@pytest.mark.parametrize("stage", STAGES)
def test_only_the_generation_changes(stage: str, tmp_path: Path) -> None:
    file = ROOT / f"Pulumi.{stage}.yaml"
    before = file.read_text(encoding="utf-8")

    after = raise_generation(file, "im_data_db", 7)

    changed = [
        line
        for line in difflib.ndiff(before.splitlines(), after.splitlines())
        if line[0] in "+-" and line.split() != ["-", "im_data_db:", "{}"]
    ]
    assert [line.split() for line in changed if "im_data_db" not in line] == [
        ["+", "generation:", "7"]
    ]
    assert file.read_text(encoding="utf-8") == before
    for name in ("Pulumi.yaml", "dags"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / file.name).write_text(after, encoding="utf-8")
    databases = read_stage(stage, tmp_path).settings.tenant.databases
    assert databases["im_data_db"].generation == 7


def test_a_generation_that_stands_is_replaced_and_its_comment_stays(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    text = (
        "# a stage\nconfig:\n  demo:tenant:\n    databases:\n      db:\n"
        "        generation: 2  # once polluted\n        connections: 5\n"
    )
    file.write_text(text, encoding="utf-8")
    assert raise_generation(file, "db", 3) == text.replace("generation: 2", "generation: 3")


def test_a_file_that_would_not_stay_as_it_is_is_left_to_its_people(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text("config: {demo:tenant:   {databases: {db: {}}}}\n", encoding="utf-8")
    with pytest.raises(FailedError, match="set generation: 3 of db there by hand"):
        raise_generation(file, "db", 3)
