"""Which plans make a database anew and lose nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operations.database.errors import FailedError, RefusedError
from operations.database.recreation_plan import (
    DATABASE,
    changes,
    makes_anew,
    refuse_a_stack_that_is_not_up,
    refuse_other_losses,
)
from operations.plan import Plan, read_plan
from tests.operations.plan_samples import ROOT, document, step

DISPOSABLE = {"demo:stage": '{"protected": false}', "demo:tenant": "{}"}
STATE = {"inputs": {"name": "dev.db"}}
OTHER = {"inputs": {"name": "dev.other"}}
BUCKET = "aws:s3/bucket:Bucket"


def plan(*steps: dict[str, Any], config: dict[str, str] | None = None) -> Plan:
    """A plan of a disposable stage."""
    config = DISPOSABLE if config is None else config
    return read_plan(json.dumps(document(*steps, config=config)))


@pytest.mark.parametrize(
    ("operation", "anew"),
    [
        ("replace", True),
        ("create-replacement", True),
        ("delete-replaced", True),
        ("create", True),
        ("same", False),
        ("update", False),
    ],
)
def test_a_database_is_made_anew_by_what_does_not_keep_it(operation: str, anew: bool) -> None:
    old = None if operation == "create" else STATE
    new = None if operation == "delete-replaced" else STATE
    assert makes_anew(plan(step(operation, DATABASE, old=old, new=new)), "dev.db") == anew


def test_another_database_is_not_meant() -> None:
    assert not makes_anew(plan(step("replace", DATABASE, old=OTHER, new=OTHER)), "dev.db")


def test_a_plan_that_makes_the_database_anew_alone_is_fine() -> None:
    grant = step("replace", "postgresql:index/grant:Grant", old=STATE, new=STATE, name="grant")
    refuse_other_losses(plan(step("replace", DATABASE, old=STATE, new=STATE), grant), "dev.db")


@pytest.mark.parametrize("operation", ["delete", "replace"])
@pytest.mark.parametrize("kind", [BUCKET, DATABASE])
def test_a_plan_that_loses_more_is_refused(operation: str, kind: str) -> None:
    new = None if operation == "delete" else OTHER
    more = step(operation, kind, old=OTHER, new=new, name="more")
    with pytest.raises(RefusedError, match=r"More than dev.db would go: more \(a"):
        refuse_other_losses(plan(step("replace", DATABASE, old=STATE, new=STATE), more), "dev.db")


def test_a_plan_that_the_guard_refuses_is_refused() -> None:
    replaced = step("replace", DATABASE, old=STATE, new=STATE)
    with pytest.raises(RefusedError, match="stateful-replaced: replaced because of"):
        refuse_other_losses(plan(replaced, config={"demo:stage": "{}"}), "dev.db")


def test_a_stack_that_is_not_up_has_nothing_to_make_anew() -> None:
    made = document(step("create", DATABASE, new=STATE), config=DISPOSABLE, kept=-1)
    made["steps"][0] = {"op": "create", "urn": ROOT, "newState": {"urn": ROOT}}
    made["changeSummary"] = {"create": 2}
    with pytest.raises(FailedError, match="Stack dev is not up"):
        refuse_a_stack_that_is_not_up(read_plan(json.dumps(made)))


def test_what_changes_is_told_a_line_each() -> None:
    replaced = step("replace", DATABASE, old=STATE, new=STATE)
    assert changes(plan(replaced)) == ["replace  Database           it"]
