"""What is a whole plan, and what is none."""

from __future__ import annotations

import json

import pytest

from operations.plan import UnreadablePlanError, read_plan
from tests.operations.plan_samples import ENGINES, KEY, ROOT, document, recorded, step


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
