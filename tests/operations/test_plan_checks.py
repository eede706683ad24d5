"""What a plan must not do, on what both engines wrote of the same edits and on made-up steps."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from operations.plan import read_plan
from operations.plan_checks import KINDS, findings, title
from operations.plan_guard import judge
from operations.stateful import STATEFUL, document_properties
from policies.facts.stateful import STATEFUL_TYPES
from tests.operations.plan_samples import ENGINES, KEY, ROOT, UNKNOWN, document, recorded, step

TODAY = datetime.date(2026, 6, 15)
DATABASE = "postgresql:index/database:Database"
DISPOSABLE = {"demo:stage": '{"protected": false}', "demo:tenant": "{}"}


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
def test_a_program_that_makes_nothing_any_more_is_refused(engine: str) -> None:
    judgement = judge(read_plan(recorded(engine, "emptied")), (), TODAY)
    kinds = [finding.kind for finding in judgement.refused]
    assert kinds.count("stateful-deleted") == 9
    assert kinds.count("stack-emptied") == 1
    assert any("cannot be deleted" in failure for failure in judgement.failures)


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
    (finding,) = findings(read_plan(json.dumps(document(change))))
    word = {False: "false", None: "absent", UNKNOWN: "unknown"}[new]
    assert finding.found == f"deletionProtection is true and would be {word}"


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
    first = document()
    first["steps"][0] = {"op": "create", "urn": ROOT, "newState": {"urn": ROOT}}
    first["changeSummary"] = {"create": 1}
    assert findings(read_plan(json.dumps(first))) == []
    several = [step("delete", DATABASE, old={"id": "1"}, name=str(i)) for i in range(4)]
    assert found(*several[:3], config=DISPOSABLE, kept=1) == []
    assert found(*several, config=DISPOSABLE, kept=1) == [("stack-emptied", root)]


def test_checks_are_named_as_waivers_name_them() -> None:
    assert KINDS == (
        "stateful-replaced",
        "stateful-deleted",
        "protection-removed",
        "document-unknown",
        "provider-replaced",
        "stack-emptied",
    )
