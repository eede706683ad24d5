"""`preview --json` and `--diff`: what a reviewer must see, as the CLI shows it."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from emulator.display.diff import DiffDisplay
from emulator.display.display import Display
from emulator.display.json_digest import JsonDigest
from emulator.display.paint import Paint
from emulator.display.record import Heading
from emulator.display.record import Outcome as Shown
from emulator.engine.request import DeploymentKind
from emulator.engine.urn import ROOT_STACK_TYPE, name_of
from emulator.values import UNKNOWN_STRING
from tests.emulator.engine.harness import Engine, Outcome
from tests.emulator.engine.real_cli import Cli

BEFORE: Final = """
Thing('kept', value=1)
Thing('changed', value=1, tags={'a': 1, 'b': 2})
replaced = Thing('replaced', replace=1)
Thing('following', value=replaced.computed)
Thing('unprotected', value=1, options=Options(protect=True))
Thing('unprotected-and-replaced', replace=1, options=Options(protect=True))
Thing('deleted-first', replace=1, deletesFirst=True)
Thing('dropped', value=1)
Thing('dropped-and-retained', value=1, options=Options(retain_on_delete=True))
Thing('secretive', tags={'x': pulumi.Output.secret('planted-1')})
Thing('now-protected', value=1)
Thing('changed-and-protected', value=1, options=Options(protect=True))
pulumi.export('told', pulumi.Output.secret('planted-1'))
"""
AFTER: Final = """
Thing('kept', value=1)
Thing('changed', value=2, tags={'a': 1, 'b': 3})
replaced = Thing('replaced', replace=2)
Thing('following', value=replaced.computed)
Thing('unprotected', value=1)
Thing('unprotected-and-replaced', replace=2)
Thing('deleted-first', replace=2, deletesFirst=True)
Thing('secretive', tags={'x': pulumi.Output.secret('planted-2')})
Thing('now-protected', value=1, options=Options(protect=True))
Thing('changed-and-protected', value=2, options=Options(protect=True))
Thing('new', tags={'x': pulumi.Output.secret('planted-2')}, options=Options(protect=True))
pulumi.export('told', pulumi.Output.secret('planted-2'))
"""
REFUSED: Final = """
Thing('unprotected-and-replaced', replace=2, options=Options(protect=True))
"""
SECRET_TAGS: Final = {"tags": {"x": "[secret]"}}
EXPECTED: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("update", "changed"): {
        "old": {"tags": {"a": 1, "b": 2}, "value": 1},
        "new": {"tags": {"a": 1, "b": 3}, "value": 2},
        "changed": ["tags", "value"],
    },
    ("replace", "replaced"): {
        "old": {"replace": 1},
        "new": {"replace": 2},
        "changed": ["replace"],
        "forced by": ["replace"],
    },
    ("update", "following"): {
        "old": {"value": "<computed>"},
        "new": {"value": UNKNOWN_STRING},
        "changed": ["value"],
    },
    ("same", "unprotected"): {
        "old": {"value": 1},
        "new": {"value": 1},
        "protected before": True,
    },
    ("replace", "unprotected-and-replaced"): {
        "old": {"replace": 1},
        "new": {"replace": 2},
        "protected before": True,
        "changed": ["replace"],
        "forced by": ["replace"],
    },
    ("replace", "deleted-first"): {
        "old": {"deletesFirst": True, "replace": 1},
        "new": {"deletesFirst": True, "replace": 2},
        "changed": ["replace"],
        "forced by": ["replace"],
    },
    ("delete", "dropped"): {"old": {"value": 1}},
    ("delete", "dropped-and-retained"): {"old": {"value": 1}, "kept in the cloud": True},
    ("update", "secretive"): {"old": SECRET_TAGS, "new": SECRET_TAGS, "changed": ["tags"]},
    ("same", "now-protected"): {
        "old": {"value": 1},
        "new": {"value": 1},
        "protected after": True,
    },
    ("update", "changed-and-protected"): {
        "old": {"value": 1},
        "new": {"value": 2},
        "protected before": True,
        "protected after": True,
        "changed": ["value"],
    },
    ("create", "new"): {"new": SECRET_TAGS, "protected after": True},
}


def test_a_json_preview_tells_a_reviewer_what_an_edit_would_do(engine: Engine) -> None:
    base = engine.stand(BEFORE)
    text = _shown(engine.preview(AFTER, base), JsonDigest)
    assert _reviewed(json.loads(text)) == EXPECTED
    assert "planted" not in text


def test_replacement_steps_are_told_where_asked_for(engine: Engine) -> None:
    outcome = engine.preview(AFTER, engine.stand(BEFORE))
    digest = json.loads(_shown(outcome, JsonDigest, show_replacement_steps=True))
    told = [(step["op"], name_of(step["urn"])) for step in digest["steps"]]
    for name in ("replaced", "unprotected-and-replaced", "deleted-first"):
        kinds = [kind for kind, about in told if about == name]
        assert sorted(kinds) == ["create-replacement", "delete-replaced", "replace"]


def test_a_json_preview_tells_of_a_protected_resource_that_an_edit_would_delete(
    engine: Engine,
) -> None:
    outcome = engine.preview("", engine.stand("Thing('held', options=Options(protect=True))"))
    assert not outcome.succeeded
    digest = json.loads(_shown(outcome, JsonDigest))
    assert _reviewed(digest) == {("delete", "held"): {"old": {}, "protected before": True}}
    (error,) = digest["diagnostics"]
    assert name_of(error["urn"]) == "held"
    assert error["severity"] == "error"
    assert "cannot be deleted\nbecause it is protected" in error["message"]


def test_a_diff_preview_tells_a_reviewer_what_an_edit_would_do(engine: Engine) -> None:
    base = engine.stand(BEFORE)
    text = _shown(engine.preview(AFTER, base), _colourless)
    told = {}
    for part in text.split("    --outputs:--")[0].split("[urn=")[1:]:
        urn, _, after = part.partition("]\n")
        told[name_of(urn)] = [line.strip() for line in after.splitlines()]
    assert "~ value: 1 => 2" in told["changed"]
    assert "~ b: 2 => 3" in told["changed"]
    assert "~ replace: 1 => 2  (forces replacement)" in told["replaced"]
    assert "~ [protect: true => false]" in told["unprotected"]
    assert "~ [protect: false => true]" in told["now-protected"]
    assert "~ x: [secret] => [secret]" in told["secretive"]
    assert any(line.endswith("=> [unknown]") for line in told["following"])
    assert "kept" not in told
    assert "- memory:index:Thing: (delete[retain])" in text
    assert "~ memory:index:Thing: (update) 🔒" in text
    assert "+-memory:index:Thing: (replace) 🔓" in text
    assert "planted" not in text


@pytest.mark.pulumi_cli
@pytest.mark.skipif(shutil.which("pulumi") is None, reason="no `pulumi` on PATH")
def test_the_cli_tells_a_reviewer_the_same(engine: Engine, tmp_path: Path) -> None:
    base = engine.deploy(BEFORE).snapshot
    previews = {text: engine.preview(text, base) for text in (AFTER, REFUSED)}
    engine.memory.resources.clear()
    cli = Cli(tmp_path, engine)
    cli.up(BEFORE)
    for flags in ((), ("--show-replacement-steps",)):
        ours = json.loads(_shown(previews[AFTER], JsonDigest, show_replacement_steps=bool(flags)))
        theirs = cli.preview(AFTER, *flags)
        assert _reviewed(theirs) == _reviewed(ours)
        assert theirs["changeSummary"] == ours["changeSummary"]
        assert "planted" not in json.dumps(theirs)
    ours = json.loads(_shown(previews[REFUSED], JsonDigest))
    theirs = cli.preview(REFUSED, fails=True)
    assert _reviewed(theirs) == _reviewed(ours)
    assert _refused(theirs) == _refused(ours)


def _refused(digest: dict[str, Any]) -> set[str]:
    """Names of what an error is about."""
    return {
        name_of(item["urn"])
        for item in digest["diagnostics"]
        if item["severity"] == "error" and "urn" in item
    }


def _colourless(heading: Heading, stream: io.StringIO) -> DiffDisplay:
    return DiffDisplay(heading, stream, Paint(on=False))


def _shown(
    outcome: Outcome,
    make: Callable[[Heading, io.StringIO], Display],
    *,
    show_replacement_steps: bool = False,
) -> str:
    """What a display writes of a preview."""
    stream = io.StringIO()
    heading = Heading(
        kind=DeploymentKind.UPDATE,
        stack="dev",
        preview=True,
        show_replacement_steps=show_replacement_steps,
    )
    display = make(heading, stream)
    display.start()
    for event in outcome.events:
        display.emit(event)
    display.finish(Shown(result=outcome.result, old_outputs=None, new_outputs=None, seconds=1.0))
    return stream.getvalue()


def _reviewed(digest: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """What a reviewer or a guard looks at, by kind and name of the step."""
    found = {}
    for step in digest["steps"]:
        old, new = step.get("oldState"), step.get("newState")
        if ROOT_STACK_TYPE in step["urn"]:
            continue
        seen = {
            "old": _inputs(old),
            "new": _inputs(new),
            "protected before": bool(old and old.get("protect")) or None,
            "protected after": bool(new and new.get("protect")) or None,
            "kept in the cloud": (old or {}).get("retainOnDelete"),
            "changed": step.get("diffReasons"),
            "forced by": step.get("replaceReasons"),
        }
        told = {key: value for key, value in seen.items() if value is not None}
        found[step["op"], name_of(step["urn"])] = told
    return found


def _inputs(state: dict[str, Any] | None) -> dict[str, Any] | None:
    if state is None:
        return None
    inputs: dict[str, Any] = state.get("inputs", {})
    numbered = inputs.get("value")
    if isinstance(numbered, str) and numbered.startswith("REPLACED-"):
        inputs = inputs | {"value": "<computed>"}
    return inputs
