"""The guard on what the CLI 3.260 and the emulator wrote of the same edits, and on made-up steps.

The recorded previews are of a provider in memory; here its resources stand for KMS keys. Where they
were made, source positions, times and tracebacks were taken out.
"""

from __future__ import annotations

import datetime
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from operations import plan_guard
from operations.plan import UnreadablePlanError, read_plan
from operations.plan_checks import KINDS, Finding, findings, title
from operations.stateful import STATEFUL, document_properties
from operations.waivers import Waiver, WaiverFileError, apply_waivers, read_waivers
from policies.stateful import STATEFUL_TYPES

PREVIEWS = Path(__file__).with_name("previews")
ENGINES = ("cli", "emulator")
TODAY = datetime.date(2026, 6, 15)
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ROOT = "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev"
KEY = "aws:kms/key:Key"
DATABASE = "postgresql:index/database:Database"
DISPOSABLE = {"demo:stage": '{"protected": false}', "demo:tenant": "{}"}


def recorded(engine: str, edit: str) -> str:
    """A recorded preview, its resources taken for keys with a policy."""
    text = (PREVIEWS / f"{engine}-{edit}.json").read_text(encoding="utf-8")
    return text.replace("memory:index:Thing", KEY).replace('"value"', '"policy"')


def step(
    op: str,
    kind: str,
    *,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    name: str = "it",
) -> dict[str, Any]:
    states = {"oldState": old, "newState": new}
    urn = f"urn:pulumi:dev::demo::{kind}::{name}"
    shown = {key: {"urn": urn, "type": kind} | value for key, value in states.items() if value}
    return {"op": op, "urn": urn, **shown}


def document(
    *steps: dict[str, Any], config: dict[str, str] | None = None, kept: int = 1
) -> dict[str, Any]:
    """A whole preview of these steps and of a few resources that stay as they are."""
    counts = {"same": 1 + kept}
    for item in steps:
        counts[item["op"]] = counts.get(item["op"], 0) + 1
    root = {"op": "same", "urn": ROOT, "oldState": {"urn": ROOT}, "newState": {"urn": ROOT}}
    return {"config": config or {}, "steps": [root, *steps], "changeSummary": counts}


def found(*steps: dict[str, Any], **how: Any) -> list[tuple[str, str]]:
    """Kind of finding and resource."""
    plan = read_plan(json.dumps(document(*steps, **how)))
    assert not plan.failures
    return [(finding.kind, title(finding)) for finding in findings(plan)]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_edit_is_refused_for_all_that_policies_do_not_see(engine: str) -> None:
    plan = read_plan(recorded(engine, "change"))
    assert not plan.failures
    assert {(finding.kind, title(finding)) for finding in findings(plan)} == {
        ("stateful-replaced", f"{KEY}::replaced"),
        ("stateful-deleted", f"{KEY}::dropped"),
        ("stateful-deleted", f"{KEY}::dropped-and-retained"),
        ("stateful-deleted", f"{KEY}::old-name"),
        ("protection-removed", f"{KEY}::unprotected"),
        ("document-unknown", f"{KEY}::secretive"),
        ("document-unknown", f"{KEY}::following"),
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_a_deletion_beside_a_creation_hints_at_an_alias(engine: str) -> None:
    told = {title(f): f for f in findings(read_plan(recorded(engine, "change")))}
    renamed, kept = told[f"{KEY}::old-name"], told[f"{KEY}::dropped-and-retained"]
    assert "new-name would be created" in renamed.found
    assert "alias" in renamed.remedy
    assert "nobody would manage" in kept.found


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


@pytest.mark.parametrize("engine", ENGINES)
def test_a_program_that_makes_nothing_any_more_is_refused(engine: str) -> None:
    judgement = plan_guard.judge(read_plan(recorded(engine, "emptied")), (), TODAY)
    kinds = [finding.kind for finding in judgement.refused]
    assert kinds.count("stateful-deleted") == 9
    assert kinds.count("stack-emptied") == 1
    assert any("cannot be deleted" in failure for failure in judgement.failures)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_document_that_was_cut_anywhere_never_passes(engine: str) -> None:
    text = recorded(engine, "nothing").rstrip()
    for end in range(0, len(text), max(1, len(text) // 60)):
        with pytest.raises(UnreadablePlanError):
            read_plan(text[:end])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("Previewing update (dev):", "no JSON"),
        ('{"type": "prelude"}\n{"type": "summary"}\n', "no JSON"),
        ("[]", "another shape"),
        ("{}", "no step for the stack itself"),
        ('{"steps": {}}', "another shape"),
        ('{"steps": ["same"]}', "steps[0] is no object"),
        ('{"steps": [{"op": "vanish", "urn": "urn:pulumi:a::b::c::d"}]}', "'vanish'"),
        ('{"steps": [{"op": "same", "urn": "x"}]}', "no URN"),
        (f'{{"steps": [{{"op": "delete", "urn": "{ROOT}"}}]}}', "has no oldState"),
        (f'{{"steps": [{{"op": "create", "urn": "{ROOT}"}}]}}', "has no newState"),
        ('{"version": 3, "deployment": {}}', "no step for the stack itself"),
    ],
)
def test_what_is_no_preview_is_named(text: str, told: str) -> None:
    with pytest.raises(UnreadablePlanError) as caught:
        read_plan(text)
    assert told in str(caught.value)


def test_an_error_among_the_diagnostics_is_a_failed_preview() -> None:
    wrong = document() | {"diagnostics": [{"severity": "error", "message": "error: no\nmore"}]}
    assert read_plan(json.dumps(wrong)).failures == ("no",)
    fine = document() | {"diagnostics": [{"severity": "warning", "message": "careful"}]}
    assert read_plan(json.dumps(fine)).failures == ()


def test_a_mandatory_violation_is_a_failed_preview_and_an_advisory_one_is_not() -> None:
    for level, failures in (("mandatory", 1), ("advisory", 0)):
        violation = {"policyName": "access", "enforcementLevel": level, "message": "[rule] it"}
        text = json.dumps(document() | {"policyViolations": [violation]})
        assert len(read_plan(text).failures) == failures


def test_steps_that_the_summary_counts_and_nobody_sees_are_a_failed_preview() -> None:
    short = document(step("delete", KEY, old={"id": "1"}))
    short["steps"].pop()
    assert read_plan(json.dumps(short)).failures == ("it counts 1 x delete and shows 0",)
    del short["changeSummary"]
    assert "ended before" in read_plan(json.dumps(short)).failures[0]


@pytest.mark.parametrize("kind", [*STATEFUL])
def test_every_stateful_kind_is_kept(kind: str) -> None:
    for operation in ("replace", "delete"):
        assert found(step(operation, kind, old={"id": "1"}, new={"inputs": {}})) == [
            ("stateful-replaced" if operation == "replace" else "stateful-deleted", f"{kind}::it")
        ]


def test_what_the_policies_hold_for_stateful_the_guard_does_too() -> None:
    assert set(STATEFUL_TYPES) <= set(STATEFUL)


@pytest.mark.parametrize("operation", ["delete", "replace"])
def test_what_can_be_made_again_may_go(operation: str) -> None:
    for kind in ("aws:s3/bucketObjectv2:BucketObjectv2", "postgresql:index/grant:Grant"):
        assert found(step(operation, kind, old={"id": "1"}, new={"inputs": {}})) == []


def test_what_the_stack_only_reads_is_not_lost() -> None:
    assert found(step("discard", KEY, old={"external": True})) == []
    assert found(step("delete", KEY, old={"external": True})) == []


def test_a_replacement_in_its_parts_is_found_once() -> None:
    old: dict[str, Any] = {"id": "1"}
    new: dict[str, Any] = {"inputs": {}}
    parts = [
        step("delete-replaced", KEY, old=old),
        step("replace", KEY, old=old, new=new),
        step("create-replacement", KEY, old=old, new=new),
    ]
    assert found(*parts) == [("stateful-replaced", f"{KEY}::it")]


@pytest.mark.parametrize("operation", ["delete", "replace"])
@pytest.mark.parametrize("kind", [DATABASE, "aws:s3/bucket:Bucket"])
def test_a_stage_that_may_break_freely_loses_what_it_owns(operation: str, kind: str) -> None:
    change = step(operation, kind, old={"id": "1"}, new={"inputs": {}})
    assert found(change, config=DISPOSABLE) == []


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"demo:stage": "{}"},
        {"demo:stage": '{"protected": true}'},
        {"demo:stage": '{"protected": "false"}'},
        {"demo:stage": "[secret]"},
        {"other:stage": '{"protected": false}'},
        DISPOSABLE | {"demo:host": '{"tenants": {}}'},
    ],
)
def test_only_a_hosted_stage_that_says_so_may_break_freely(config: dict[str, str]) -> None:
    change = step("replace", DATABASE, old={"id": "1"}, new={"inputs": {}})
    assert len(found(change, config=config)) == 1


def test_a_stage_cannot_become_disposable_in_the_edit_that_loses_its_data() -> None:
    steps = [
        step("same", KEY, old={"protect": True}, new={"inputs": {}}, name="key"),
        step("replace", DATABASE, old={"id": "1"}, new={"inputs": {}}),
    ]
    assert found(*steps, config=DISPOSABLE) == [
        ("stateful-replaced", f"{DATABASE}::it"),
        ("protection-removed", f"{KEY}::key"),
    ]


@pytest.mark.parametrize("operation", ["same", "update", "replace"])
@pytest.mark.parametrize("new", [{"protect": False}, {"inputs": {}}])
def test_protection_is_kept_whatever_else_happens(operation: str, new: dict[str, Any]) -> None:
    change = step(operation, "aws:ec2/vpc:Vpc", old={"protect": True}, new=new)
    assert found(change) == [("protection-removed", "aws:ec2/vpc:Vpc::it")]


def test_protection_that_comes_or_stays_is_fine() -> None:
    for old in ({"protect": True}, {"id": "1"}):
        assert found(step("same", KEY, old=old, new={"protect": True})) == []


@pytest.mark.parametrize("new", [False, None, UNKNOWN])
def test_awss_own_protection_is_kept(new: Any) -> None:
    server = "aws:rds/instance:Instance"
    old = {"inputs": {"deletionProtection": True}}
    change = step("update", server, old=old, new={"inputs": {"deletionProtection": new}})
    assert found(change) == [("protection-removed", f"{server}::it")]


@pytest.mark.parametrize("value", [UNKNOWN, "[secret]"])
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("aws:iam/role:Role", "assumeRolePolicy"),
        ("aws:iam/rolePolicy:RolePolicy", "policy"),
        ("aws:kms/key:Key", "policy"),
        ("aws:s3/bucketPolicy:BucketPolicy", "policy"),
        ("aws:sqs/queuePolicy:QueuePolicy", "policy"),
        ("aws:ssm/document:Document", "content"),
    ],
)
def test_a_document_that_nobody_can_read_is_refused(kind: str, name: str, value: str) -> None:
    assert found(step("create", kind, new={"inputs": {name: value}})) == [
        ("document-unknown", f"{kind}::it")
    ]
    assert found(step("create", kind, new={"inputs": {name: "{}", "arn": value}})) == []


def test_a_document_inside_of_a_role_is_found() -> None:
    inputs = {"assumeRolePolicy": "{}", "inlinePolicies": [{"name": "a", "policy": UNKNOWN}]}
    assert found(step("create", "aws:iam/role:Role", new={"inputs": inputs})) == [
        ("document-unknown", "aws:iam/role:Role::it")
    ]


def test_a_policy_that_is_no_document_is_left_alone() -> None:
    assert document_properties("kubernetes:networking/policy:Policy") == ()


def test_a_provider_that_is_replaced_or_works_elsewhere_is_refused() -> None:
    provider = "pulumi:providers:aws"
    told = [("provider-replaced", f"{provider}::it")]
    old = {"inputs": {"region": "eu-west-1", "host": "a"}}
    assert found(step("replace", provider, old=old, new=old)) == told
    for changed in ({"region": "eu-central-1", "host": "a"}, {"host": "a"}):
        assert found(step("update", provider, old=old, new={"inputs": changed})) == told
    same_place = {"inputs": {"region": "eu-west-1", "host": UNKNOWN, "defaultTags": "{}"}}
    assert found(step("update", provider, old=old, new=same_place)) == []


def test_a_stack_that_is_emptied_is_refused_also_where_it_may_break_freely() -> None:
    gone = step("delete", DATABASE, old={"id": "1"})
    root = "pulumi:pulumi:Stack::demo-dev"
    assert found(gone, config=DISPOSABLE, kept=0) == [("stack-emptied", root)]
    assert found(gone, config=DISPOSABLE, kept=1) == []
    provider = step("update", "pulumi:providers:aws", old={"id": "1"}, new={"inputs": {}})
    assert found(gone, provider, config=DISPOSABLE, kept=0) == [("stack-emptied", root)]


# -- waivers ------------------------------------------------------------------------------------


def waiver(**changed: Any) -> Waiver:
    entry = {
        "kind": "stateful-replaced",
        "resource": f"{KEY}::it",
        "stack": "dev",
        "owner": "data-platform",
        "reason": "It is moved.",
        "expires": "2026-06-15",
    }
    return Waiver.model_validate(entry | changed)


REPLACED = Finding(
    kind="stateful-replaced", urn=f"urn:pulumi:dev::demo::a$b${KEY}::it", found="", remedy=""
)


@pytest.mark.parametrize("resource", [f"{KEY}::it", REPLACED.urn])
def test_a_waiver_covers_one_thing_up_to_its_last_day(resource: str) -> None:
    entry = waiver(resource=resource)
    assert apply_waivers([REPLACED], [entry], "dev", TODAY) == ([], [(REPLACED, entry)])


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({"expires": "2026-06-14"}, ["stateful-replaced", "waiver-expired"]),
        ({"expires": "2026-09-14"}, ["stateful-replaced", "waiver-too-long"]),
        ({"kind": "stateful-deleted"}, ["stateful-replaced", "waiver-unused"]),
        ({"resource": f"{KEY}::t"}, ["stateful-replaced", "waiver-unused"]),
        ({"resource": "aws:kms/replicaKey:ReplicaKey::it"}, ["stateful-replaced", "waiver-unused"]),
        ({"stack": "prod"}, ["stateful-replaced"]),
    ],
)
def test_any_other_waiver_covers_nothing_and_is_told(
    changed: dict[str, Any], kinds: list[str]
) -> None:
    refused, waived = apply_waivers([REPLACED], [waiver(**changed)], "dev", TODAY)
    assert ([finding.kind for finding in refused], waived) == (kinds, [])


def test_the_committed_waivers_can_be_read() -> None:
    read_waivers(Path("policies/waivers.yaml"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("waivers: [", "is no YAML"),
        ("waivers: [{kind: anything}]", "waivers.0.kind"),
        ("- one", "valid dictionary"),
        ("", "valid dictionary"),
        ("other: []", "waivers"),
    ],
)
def test_waivers_that_are_wrong_are_named(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WaiverFileError) as caught:
        read_waivers(file)
    assert told in str(caught.value)


def test_every_field_of_a_waiver_is_needed() -> None:
    for key in Waiver.model_fields:
        entry = waiver().model_dump(mode="json")
        del entry[key]
        with pytest.raises(ValueError, match=key):
            Waiver.model_validate(entry)
    for pattern in (f"{KEY}::*", "*", "it"):
        with pytest.raises(ValueError, match="resource"):
            waiver(resource=pattern)


# -- the command ----------------------------------------------------------------------------------


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
    entry = waiver(expires=str(last_day)).model_dump(mode="json")
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


def test_checks_are_named_as_waivers_name_them() -> None:
    assert KINDS == (
        "stateful-replaced",
        "stateful-deleted",
        "protection-removed",
        "document-unknown",
        "provider-replaced",
        "stack-emptied",
    )
