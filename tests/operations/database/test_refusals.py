"""Stages that are protected are refused by the command itself, before anything is asked of a cloud.

The other levels, the database's privileges and the guard over plans, are tried in tests/whole and
in tests/unsafe.
"""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner, Result

from operations.__main__ import main
from operations.database.disposable import refuse_unless_disposable
from operations.database.errors import RefusedError
from operations.stage_files import read_stage
from stages.stack_files import stack_files
from tests.conftest import ROOT

STAGES = [read_stage(stage, ROOT) for stage in stack_files(ROOT)]
PROTECTED = [stage.stage for stage in STAGES if stage.settings.stage.protected]
DROPPING = (["recreate", "--yes"], ["truncate", "--table", "prices", "--cascade", "--yes"])


@pytest.fixture(autouse=True)
def _nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a cloud was asked")

    monkeypatch.setattr(boto3, "client", refuse)
    monkeypatch.chdir(ROOT)


def run(*arguments: str) -> Result:
    """The command, as somebody types it."""
    return CliRunner().invoke(main, ["database", *arguments])


@pytest.mark.parametrize("stage", PROTECTED)
@pytest.mark.parametrize("arguments", DROPPING, ids=lambda a: a[0])
def test_a_protected_stage_is_refused(stage: str, arguments: list[str]) -> None:
    answer = run(arguments[0], "--stage", stage, *arguments[1:])

    assert answer.exit_code == 1
    assert f"{arguments[0]} is for disposable stages only, and {stage} is none" in answer.output
    assert f"protected is true in Pulumi.{stage}.yaml" in answer.output


@pytest.mark.parametrize(
    ("protected", "hosted", "refused"),
    [
        (True, True, "protected is true"),
        (False, False, "it hosts other stages"),
        (True, False, "protected is true"),
        (False, True, ""),
    ],
)
def test_a_setting_decides_and_no_name(
    tmp_path: Path, protected: bool, hosted: bool, refused: str
) -> None:
    source = ROOT / ("Pulumi.test.yaml" if hosted else "Pulumi.preprod.yaml")
    text = source.read_text(encoding="utf-8").replace("    protected: false\n", "")
    text = text.replace(
        "    repository:", f"    protected: {str(protected).lower()}\n    repository:"
    )
    for name in ("Pulumi.yaml", "dags"):
        (tmp_path / name).symlink_to(ROOT / name)
    name = source.name if not hosted else "Pulumi.prod.yaml"
    (tmp_path / name).write_text(text, encoding="utf-8")
    stage = read_stage(name.split(".")[1], tmp_path)

    if refused:
        with pytest.raises(RefusedError, match=refused):
            refuse_unless_disposable(stage, "recreate")
    else:
        refuse_unless_disposable(stage, "recreate")


def test_a_stage_or_a_database_that_is_not_there_is_named() -> None:
    answer = run("check", "--stage", "nowhere")
    assert answer.exit_code == 2
    assert "There is no Pulumi.nowhere.yaml" in answer.output
    answer = run("truncate", "--stage", "test", "--database", "orders", "--table", "t")
    assert answer.exit_code == 2
    assert "Pulumi.test.yaml has no database 'orders'; it has im_data_db." in answer.output
