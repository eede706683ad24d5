"""What is expected of a cell follows from whose it is, and from the doors."""

from __future__ import annotations

from typing import Any

import pytest

from operations.prove.cells import Operation, Owned, Rule
from operations.prove.expected import expect
from policies.stage_map import Stages, load_stages
from tests.policies.edited_stages import edited
from tests.whole.conftest import ROOT

DEVELOPERS = "arn:aws:iam::111111111111:role/developers"


@pytest.fixture(scope="module")
def stages() -> Stages:
    return load_stages(ROOT, "preprod")


def owned(kind: str, stage: str | None, name: str = "") -> Owned:
    return Owned(kind=kind, stage=stage, name=name or f"{stage}-{kind}", place="somewhere")


MUST = [
    (("reader", "test"), ("database", "test"), Operation.READ_NEW),
    (("app", "test"), ("database", "test"), Operation.WRITE_ROWS),
    (("admin", "test"), ("database", "test"), Operation.DROP),
    (("admin", "test"), ("app", "test"), Operation.END),
    (("admin", "test"), ("server-database", "preprod"), Operation.CONNECT),
    (("task", "test"), ("data", "test"), Operation.DELETE),
    (("task", "test"), ("readonly", "preprod"), Operation.ASSUME),
    (("airflow-execution", "preprod"), ("task", "test"), Operation.ASSUME),
    (("readonly", "preprod"), ("door", "preprod"), Operation.START),
]
MUST_NOT = [
    (("reader", "test"), ("database", "test"), Operation.WRITE_ROWS),
    (("reader", "test"), ("database", "test"), Operation.TEMPORARY),
    (("app", "test"), ("database", "test"), Operation.ALTER),
    (("admin", "test"), ("app", "test"), Operation.JOIN),
    (("admin", "test"), ("database", "preprod"), Operation.CONNECT),
    (("app", "test"), ("server-database", "preprod"), Operation.CONNECT),
    (("admin", "test"), ("server-database", "preprod"), Operation.CREATE),
    (("admin", "test"), ("template", "preprod"), Operation.CONNECT),
    (("task", "test"), ("data", "preprod"), Operation.LIST),
    (("task", "preprod"), ("readonly", "test"), Operation.ASSUME),
    (("task", "test"), ("readonly", "prod"), Operation.ASSUME),
    (("airflow-execution", "preprod"), ("dags", "test"), Operation.WRITE),
    (("airflow-execution", "preprod"), ("data", "preprod"), Operation.READ),
    (("task", "preprod"), ("key", "preprod"), Operation.DECRYPT),
    (("host-admin", "preprod"), ("database", "preprod"), Operation.CONNECT),
    (("unknown", None), ("database", "test"), Operation.CONNECT),
    (("anonymous", None), ("app", "test"), Operation.SIGN_IN),
    (("operator", None), ("readonly", "prod"), Operation.ASSUME),
]


@pytest.mark.parametrize(
    ("principal", "target", "operation", "rule"),
    [*((*case, Rule.MUST) for case in MUST), *((*case, Rule.MUST_NOT) for case in MUST_NOT)],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else str(value),
)
def test_a_principal_reaches_what_is_of_its_own_stage_and_the_doors(
    stages: Stages,
    principal: tuple[str, str | None],
    target: tuple[str, str | None],
    operation: Operation,
    rule: Rule,
) -> None:
    assert expect(stages, owned(*principal), owned(*target), operation).rule is rule


def test_what_opens_from_stage_to_stage_has_the_reason_of_its_open_cell(stages: Stages) -> None:
    found = expect(stages, owned("host-roles", "preprod"), owned("app", "test"), Operation.LIMIT)

    assert found.rule is Rule.MAY
    assert found.reason.startswith("A tenant that makes login roles can lift its own limits")


def test_whoever_it_is_may_end_its_own_sessions(stages: Stages) -> None:
    reader = owned("reader", "test")

    assert expect(stages, reader, reader, Operation.END).rule is Rule.MUST


@pytest.mark.parametrize(
    ("target", "operation", "rule"),
    [
        (owned("readonly", "preprod"), Operation.ASSUME, Rule.MUST),
        (owned("readonly", "prod"), Operation.ASSUME, Rule.MUST_NOT),
        (owned("task", "preprod"), Operation.ASSUME, Rule.MUST_NOT),
        (owned("reader", "preprod"), Operation.SIGN_IN, Rule.MUST_NOT),
    ],
    ids=lambda value: str(value),
)
def test_people_take_on_the_readers_role_of_the_stage_that_names_them_and_nothing_else(
    stages: Stages, target: Owned, operation: Operation, rule: Rule
) -> None:
    developers = owned("people", None, DEVELOPERS)

    assert expect(stages, developers, target, operation).rule is rule


@pytest.mark.parametrize(
    "changes",
    [{"test.tenant.reads": ()}, {"preprod.stage.protected": True, "test.tenant.host": "prod"}],
    ids=["it no longer reads the other", "they share no host"],
)
def test_a_door_that_settings_do_not_open_has_to_stay_shut(changes: dict[str, Any]) -> None:
    found = expect(
        edited("test", changes),
        owned("task", "test"),
        owned("readonly", "preprod"),
        Operation.ASSUME,
    )

    assert found.rule is Rule.MUST_NOT
