"""Every way of showing a deployment tells what happened, and nothing that is secret."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from emulator.display.diff import DiffDisplay
from emulator.display.display import Display, make_display
from emulator.display.json_digest import JsonDigest
from emulator.display.live import LiveDisplay
from emulator.display.paint import Paint, paint_for
from emulator.display.plain import PlainDisplay
from emulator.display.record import Heading
from emulator.engine.events import (
    PolicyPackLoaded,
    PolicyViolation,
    StepKind,
    StepOutputs,
    StepStarted,
)
from emulator.engine.request import DeploymentKind
from tests.emulator.display.events_sample import (
    BUCKET,
    PLANTED,
    QUEUE,
    SERVER,
    created_host,
    events,
    outcome,
    replaced_server,
    root,
    updated_bucket,
)

UPDATE = Heading(kind=DeploymentKind.UPDATE, stack="dev", preview=False)
PREVIEW = Heading(
    kind=DeploymentKind.UPDATE, stack="dev", preview=True, config={"demo:token": "[secret]"}
)
COLOURLESS = Paint(on=False)


def _live(heading: Heading, stream: io.StringIO) -> LiveDisplay:
    console = Console(file=stream, force_terminal=True, width=100, height=40, no_color=True)
    return LiveDisplay(heading, stream, COLOURLESS, console)


MAKERS: dict[str, Callable[[Heading, io.StringIO], Display]] = {
    "plain": lambda heading, stream: PlainDisplay(heading, stream, COLOURLESS),
    "diff": lambda heading, stream: DiffDisplay(heading, stream, COLOURLESS),
    "json": JsonDigest,
    "live": _live,
}


def _shown(maker: str, heading: Heading) -> str:
    stream = io.StringIO()
    display = MAKERS[maker](heading, stream)
    display.start()
    for event in events():
        display.emit(event)
    display.finish(outcome())
    return stream.getvalue()


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("heading", [UPDATE, PREVIEW], ids=["update", "preview"])
def test_no_display_shows_a_secret(maker: str, heading: Heading) -> None:
    shown = _shown(maker, heading)
    assert PLANTED not in shown
    assert "[secret]" in shown or (heading is PREVIEW and maker in ("plain", "live"))


@pytest.mark.parametrize("maker", MAKERS)
def test_every_display_tells_the_error_and_the_violations(maker: str) -> None:
    shown = _shown(maker, UPDATE)
    for text in ("AccessDenied: no", "second line", "bucket-public", "mandatory", "tag it"):
        assert text in shown
    assert "noise" not in shown
    assert "passing" not in shown.partition("Diagnostics:")[2]


@pytest.mark.parametrize("maker", ["plain", "diff", "live"])
def test_counts_name_only_what_counts(maker: str) -> None:
    resources = _shown(maker, UPDATE).split("Resources:\n")[1]
    assert resources == (
        "    + 1 created\n    ~ 1 updated\n    +-1 replaced\n    3 changes. 1 unchanged\n"
        "    1 errored\n\nDuration: 1m5s\n\n"
    )


def test_plain_lines_are_those_of_the_cli() -> None:
    lines = _shown("plain", UPDATE).splitlines()
    assert lines[:2] == ["Updating (dev):", ""]
    assert " +  demo:index:Host host creating" in lines
    assert " +  demo:index:Host host created (1.50s)" in lines
    assert (
        " +- aws:rds/instance:Instance server replaced (1.50s)"
        " [diff: ~engine,~password,~tags,+zone]" in lines
    )
    assert " -  aws:sqs/queue:Queue old **deleting failed**" in lines
    assert "    aws:sqs/queue:Queue old error: AccessDenied: no" in lines


def test_a_preview_says_what_it_would_do_once() -> None:
    shown = _shown("plain", PREVIEW)
    assert shown.count("aws:rds/instance:Instance server replace ") == 1
    assert "created" not in shown
    assert "    + 1 to create" in shown
    assert "Duration" not in shown


def test_a_preview_shows_only_outputs_that_change() -> None:
    section = _shown("plain", PREVIEW).split("Outputs:\n")[1].split("Resources")[0]
    assert section == (
        '  ~ endpoint: "old" => "new"\n'
        '  + zones   : [\n      + [0]: "a"\n      + [1]: "b"\n  + ]\n\n'
    )


def test_a_diff_shows_what_forces_a_replacement_and_masks_secrets() -> None:
    shown = _shown("diff", PREVIEW)
    assert (
        "        +-aws:rds/instance:Instance: (replace)\n"
        "            [id=server]\n"
        f"            [urn={SERVER}]\n"
        '          ~ engine  : "17" => "18"  (forces replacement)\n'
        "          ~ password: [secret] => [secret]\n"
        "          ~ tags    : {\n"
        '                a: "1"\n'
        '              - b: "2"\n'
        '              + c: "3"\n'
        "          ~ }\n"
        "          + zone    : [unknown]\n"
        '          ~ arn: [secret] => "gone"\n'
        "    ~ aws:s3/bucket:Bucket: (update) 🔓\n"
    ) in shown


def test_a_json_document_is_compared_by_its_members() -> None:
    shown = _shown("diff", PREVIEW)
    assert "policy: (json) {" in shown
    assert '~ Action: "s3:*" => "s3:Get"' in shown
    assert "[protect: true => false]" in shown


def test_the_json_digest_has_the_shape_of_the_cli() -> None:
    digest: dict[str, Any] = json.loads(_shown("json", PREVIEW))
    assert list(digest) == [
        "config",
        "steps",
        "diagnostics",
        "policyViolations",
        "duration",
        "changeSummary",
    ]
    assert digest["config"] == {"demo:token": "[secret]"}
    assert digest["changeSummary"] == {"create": 1, "replace": 1, "same": 1, "update": 1}
    assert digest["duration"] == 64_200_000_000
    steps = {step["urn"]: step for step in digest["steps"]}
    server = steps[SERVER]
    assert list(server) == [
        "op",
        "urn",
        "provider",
        "oldState",
        "newState",
        "diffReasons",
        "replaceReasons",
        "detailedDiff",
    ]
    assert server["replaceReasons"] == ["engine"]
    assert server["detailedDiff"]["engine"] == {"kind": "update-replace", "inputDiff": True}
    assert server["oldState"]["inputs"]["password"] == "[secret]"
    bucket = steps[BUCKET]
    assert bucket["oldState"]["protect"] is True
    assert "protect" not in bucket["newState"]
    assert steps[QUEUE]["op"] == "delete"
    assert "newState" not in steps[QUEUE]
    assert digest["diagnostics"][0] == {
        "urn": QUEUE,
        "message": "error: AccessDenied: no\nsecond line\n",
        "severity": "error",
    }
    assert digest["policyViolations"][0]["enforcementLevel"] == "mandatory"


def test_a_protection_that_is_dropped_alone_is_a_step_that_shows() -> None:
    step = updated_bucket()
    step.kind = StepKind.SAME
    shown = {}
    for maker in ("plain", "json", "diff"):
        stream = io.StringIO()
        display = MAKERS[maker](PREVIEW, stream)
        display.start()
        display.emit(StepStarted(step=step))
        display.emit(StepOutputs(step=step))
        display.finish(outcome())
        shown[maker] = stream.getvalue()
    assert "    aws:s3/bucket:Bucket data [diff: ~protect]" in shown["plain"]
    assert json.loads(shown["json"])["steps"][0]["op"] == "same"
    assert "[protect: true => false]" in shown["diff"]


def test_a_refresh_that_found_drift_shows_it_as_an_update() -> None:
    step = updated_bucket()
    step.kind = StepKind.REFRESH
    heading = Heading(kind=DeploymentKind.REFRESH, stack="dev", preview=True)
    for maker in ("json", "diff"):
        stream = io.StringIO()
        display = MAKERS[maker](heading, stream)
        display.start()
        display.emit(StepStarted(step=step))
        display.emit(StepOutputs(step=updated_bucket()))
        display.finish(outcome())
        assert "update" in stream.getvalue().split("Resources")[0].split("changeSummary")[0]
        assert "s3:Get" in stream.getvalue()


def test_default_providers_are_not_shown() -> None:
    step = updated_bucket()
    step.kind, step.type = StepKind.CREATE, "pulumi:providers:aws"
    step.urn = "urn:pulumi:dev::demo::pulumi:providers:aws::default_7_1_0"
    stream = io.StringIO()
    display = PlainDisplay(UPDATE, stream, COLOURLESS)
    display.emit(StepStarted(step=step))
    display.emit(StepOutputs(step=step))
    assert stream.getvalue() == ""


def test_a_deployment_that_an_error_ended_shows_no_summary() -> None:
    for maker in MAKERS:
        stream = io.StringIO()
        display = MAKERS[maker](UPDATE, stream)
        display.start()
        display.finish(None)
        assert "Resources" not in stream.getvalue()


def test_no_color_is_respected_unless_colour_is_demanded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert paint_for(Terminal()).on
    assert not paint_for(io.StringIO()).on
    assert not paint_for(Terminal(), "never").on
    monkeypatch.setenv("NO_COLOR", "1")
    assert not paint_for(Terminal()).on
    assert paint_for(Terminal(), "always").on


def test_ci_gets_plain_lines_and_a_terminal_a_live_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(make_display(UPDATE, io.StringIO()), PlainDisplay)
    assert isinstance(make_display(UPDATE, io.StringIO(), interactive=True), LiveDisplay)
    assert isinstance(make_display(UPDATE, io.StringIO(), interactive=True, json=True), JsonDigest)


def test_the_json_digest_tells_a_pack_that_found_nothing_from_no_pack() -> None:
    for loaded in (True, False):
        stream = io.StringIO()
        display = JsonDigest(PREVIEW, stream)
        for event in events():
            if not isinstance(event, PolicyViolation) and (
                loaded or not isinstance(event, PolicyPackLoaded)
            ):
                display.emit(event)
        display.finish(outcome())
        assert json.loads(stream.getvalue()).get("policyViolations") == ([] if loaded else None)


def test_a_live_tree_hangs_together_where_parents_stay_the_same() -> None:
    host, server = created_host(), replaced_server()
    host.kind, host.old = StepKind.SAME, host.new
    stream = io.StringIO()
    display = _live(UPDATE, stream)
    display.start()
    for step in (root(), host, server):
        display.emit(StepStarted(step=step))
        display.emit(StepOutputs(step=step))
    display.finish(outcome())
    lines = [Text.from_ansi(line).plain.rstrip() for line in stream.getvalue().splitlines()]
    assert "    └─ Host host" in lines
    assert any(line.startswith(" +-    └─ Instance server") for line in lines)


def test_a_live_tree_of_thousands_shows_what_is_under_way() -> None:
    stream = io.StringIO()
    display = _live(UPDATE, stream)
    for index in range(3000):
        step = updated_bucket()
        step.urn = f"{BUCKET}-{index}"
        display.emit(StepStarted(step=step))
        if index != 7:
            display.emit(StepOutputs(step=step))
    display.start()
    display._live.refresh()
    shown = stream.getvalue()
    display.finish(None)
    assert "data-7 " in shown
    assert "more" in shown
    assert len(shown.splitlines()) < 60
