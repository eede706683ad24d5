"""The corpus still fits the project, and three edits of it go through the front door."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from operations.plan_checks import KINDS
from policies.catalogue import RULES
from tests.unsafe.edits import Edit, EditError, apply, read_corpus
from tests.unsafe.ground import ROOT, copy_tracked
from tests.unsafe.trials import PROVIDER, SETTINGS, Refusal, Trial
from tests.unsafe.verdicts import Result, Verdict, last_line

CORPUS = Path(__file__).with_name("corpus")
EDITS = read_corpus(CORPUS)
WAIVERS = {"waiver-expired", "waiver-too-long", "waiver-unused"}
BLOCKERS = {rule.id for rule in RULES} | set(KINDS) | WAIVERS | {"exemptions", SETTINGS, PROVIDER}


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copies")
    copy_tracked(ROOT, folder / "project")
    return folder


def test_the_corpus_is_large_enough() -> None:
    counts = Counter(edit.safe for edit in EDITS)
    assert counts[False] >= 60
    assert counts[True] >= 20


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_fits_the_project(edit: Edit, copies: Path) -> None:
    touched = {change.file for change in edit.edit} | set(_patched(edit))
    folder = copies / "edited"
    for name in touched:
        source = copies / "project" / name
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if source.exists():
            shutil.copy(source, folder / name)
    try:
        apply(edit, folder)
        for name in touched:
            if name.endswith(".py"):
                compile((folder / name).read_text(encoding="utf-8"), name, "exec")
    finally:
        shutil.rmtree(folder)


def _patched(edit: Edit) -> list[str]:
    return [line[6:] for line in edit.patch.splitlines() if line.startswith("--- a/")]


@pytest.mark.parametrize("edit", [e for e in EDITS if not e.safe], ids=lambda edit: edit.name)
def test_an_unsafe_edit_names_what_has_to_block_it(edit: Edit) -> None:
    assert edit.blocked_by
    assert set(edit.blocked_by) <= BLOCKERS


# -- the front door -----------------------------------------------------------------------------


def test_edits_are_blocked_missed_and_passed(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    wrong_rule = "blocked_by: bucket-website"
    for name, old, new in (
        ("server-public", "", ""),
        ("key-not-rotated", "blocked_by: key-", "blocked_by: bucket-website # key-"),
        ("bigger-instance", "", ""),
    ):
        text = (CORPUS / f"{name}.yaml").read_text(encoding="utf-8").replace(old or "\0", new)
        on_nothing = text.replace("\nsafe:", "\nagainst: [empty]\nsafe:")
        (corpus / f"{name}.yaml").write_text(on_nothing, encoding="utf-8")
    assert wrong_rule in (corpus / "key-not-rotated.yaml").read_text(encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-m", "tests.unsafe", "--corpus", str(corpus), "--json"],
        cwd=ROOT,
        env=None,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1, answer.stderr
    document = json.loads(answer.stdout)
    assert {item["name"]: item["verdict"] for item in document["edits"]} == {
        "server-public": "blocked",
        "key-not-rotated": "missed",
        "bigger-instance": "passed",
    }
    assert document["complaints"] == []


# -- parts ----------------------------------------------------------------------------------------


def edit(**changed: object) -> Edit:
    entry: dict[str, object] = {
        "name": "it",
        "title": "title",
        "who": "somebody",
        "why": "because",
        "safe": False,
        "edit": [{"file": "a.txt", "find": "one", "replace": "two"}],
    }
    return Edit.model_validate(entry | changed)


def test_find_has_to_occur_exactly_once(tmp_path: Path) -> None:
    for text, count in (("", 0), ("one one", 2)):
        (tmp_path / "a.txt").write_text(text)
        with pytest.raises(EditError, match=f"{count} times in a.txt"):
            apply(edit(), tmp_path)
    (tmp_path / "a.txt").write_text("one\n")
    apply(edit(), tmp_path)
    assert (tmp_path / "a.txt").read_text() == "two\n"


def test_without_find_a_file_is_made_or_grows(tmp_path: Path) -> None:
    change = {"file": "new/b.txt", "replace": "line\n"}
    for expected in ("line\n", "line\nline\n"):
        apply(edit(edit=[change]), tmp_path)
        assert (tmp_path / "new/b.txt").read_text() == expected


def test_a_patch_is_applied(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\n")
    patch = "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+two\n"
    apply(edit(edit=[], patch=patch), tmp_path)
    assert (tmp_path / "a.txt").read_text() == "two\n"
    with pytest.raises(EditError, match="does not apply"):
        apply(edit(edit=[], patch=patch), tmp_path)


@pytest.mark.parametrize(
    "changed",
    [
        {"edit": []},
        {"edit": [{"file": "../a", "replace": ""}]},
        {"edit": [{"file": "/a", "replace": ""}]},
        {"safe": True, "blocked_by": "it"},
        {"against": ["nowhere"]},
        {"colour": "red"},
        {"who": ""},
    ],
)
def test_a_file_of_another_form_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        edit(**changed)


def trial(*ids: str, against: str = "empty", broken: str = "") -> Trial:
    refusals = frozenset(Refusal(id_, "urn") for id_ in ids)
    return Trial(against=against, stack="a", refusals=refusals, broken=broken)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "trials", "verdict"),
    [
        ({}, [trial("any"), trial("other", against="base")], Verdict.BLOCKED),
        ({}, [trial("any"), trial(against="base")], Verdict.MISSED),
        ({"against": ["base"]}, [trial("any", against="base")], Verdict.BLOCKED),
        ({"against": ["empty"], "blocked_by": "x"}, [trial("any")], Verdict.MISSED),
        ({"against": ["empty"], "blocked_by": ["x", "y"]}, [trial("y")], Verdict.BLOCKED),
        ({"against": ["empty"]}, [trial(), trial("any")], Verdict.BLOCKED),
        ({"against": ["empty"]}, [trial(broken="program")], Verdict.MISSED),
        ({"against": ["empty"]}, [trial(broken="settings")], Verdict.MISSED),
        (
            {"against": ["empty"], "blocked_by": "settings"},
            [trial(broken="settings")],
            Verdict.BLOCKED,
        ),
        ({"safe": True}, [trial(), trial(against="base")], Verdict.PASSED),
        ({"safe": True}, [trial(), trial("any", against="base")], Verdict.FALSE_ALARM),
        ({"safe": True}, [trial(broken="program")], Verdict.FALSE_ALARM),
    ],
)
def test_verdicts(changed: dict[str, object], trials: list[Trial], verdict: Verdict) -> None:
    result = Result(edit=edit(**changed), trials=tuple(trials))
    assert result.verdict is verdict
    assert result.is_broken == (result.is_wrong and bool(trials[0].broken))


def test_the_last_line_counts() -> None:
    results = [
        Result(edit=edit(against=["empty"]), trials=(trial("any"),)),
        Result(edit=edit(safe=True), trials=(trial(),)),
    ]
    assert last_line(results) == "1 blocked, 0 missed, 1 safe passed, 0 false alarms"
