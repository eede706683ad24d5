"""The guard's command: its exit codes and what it prints."""

from __future__ import annotations

import datetime
import io
import json
import sys
from pathlib import Path

import pytest

from operations import plan_guard
from tests.operations.plan_samples import ENGINES, KEY, document, recorded, step


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("edit", "code"), [("nothing", 0), ("change", 1), ("emptied", 2), ("crash", 2)]
)
def test_exit_codes_tell_refused_from_failed(
    engine: str, edit: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "preview.json"
    file.write_text(recorded(engine, edit), encoding="utf-8")
    assert plan_guard.main([str(file)]) == code
    assert "planted" not in capsys.readouterr().out


def run(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *flags: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    code = plan_guard.main(["-", *flags])
    output = capsys.readouterr()
    return code, output.out, output.err


def test_a_pipe_gets_plain_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps(document(step("delete", KEY, old={"id": "1"})))
    code, output, _ = run(text, monkeypatch, capsys)
    assert code == 1
    first, remedy, last = output.splitlines()
    assert first.startswith(f"refused stateful-deleted: {KEY}::it: deleted: a key")
    assert remedy == "  remedy: Keep it in the program."
    assert last.startswith("dev: 1 refused, 0 waived")


def test_json_tells_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps(document(step("delete", KEY, old={"id": "1"})))
    code, output, _ = run(text, monkeypatch, capsys, "--json")
    told = json.loads(output)
    assert (code, told["exitCode"], told["stack"], told["failures"]) == (1, 1, "dev", [])
    assert [finding["kind"] for finding in told["refused"]] == ["stateful-deleted"]


def test_a_waived_change_passes_and_says_on_whose_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    last_day = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=2)
    entry = {
        "kind": "stateful-replaced",
        "resource": f"{KEY}::it",
        "stack": "dev",
        "owner": "data-platform",
        "reason": "It is moved.",
        "expires": str(last_day),
    }
    file = tmp_path / "waivers.yaml"
    file.write_text(json.dumps({"waivers": [entry]}), encoding="utf-8")
    text = json.dumps(document(step("replace", KEY, old={"id": "1"}, new={"inputs": {}})))
    code, output, _ = run(text, monkeypatch, capsys, "--waivers", str(file))
    assert code == 0
    assert f"waived stateful-replaced: {KEY}::it, by data-platform until {last_day}" in output


def test_nothing_at_all_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, output, error = run("", monkeypatch, capsys)
    assert (code, output) == (2, "")
    assert "it is empty" in error
    assert plan_guard.main([str(tmp_path / "missing.json")]) == 2
