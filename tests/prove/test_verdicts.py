"""What was found is compared with what was expected, counted, and shown."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import psycopg
import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from operations.prove.api_trials import attempt
from operations.prove.cells import (
    LETTERS,
    Cell,
    Expectation,
    Operation,
    Outcome,
    Owned,
    Rule,
    Verdict,
)
from operations.prove.commands import exit_code
from operations.prove.matrix import last_line
from operations.prove.page import page
from operations.prove.servers import refusal
from operations.prove.showing import as_json, show
from operations.prove.ways import Clients, Credentials, NoWayError, nobody

APP = Owned(kind="app", stage="test", name="test_app", place="preprod")
OTHER = Owned(kind="database", stage="preprod", name="preprod.db", place="preprod")


def cell(rule: Rule, outcome: Outcome, reason: str = "") -> Cell:
    return Cell(
        principal=APP,
        target=OTHER,
        operation=Operation.CONNECT,
        expectation=Expectation(rule=rule, reason=reason),
        outcome=outcome,
    )


@pytest.mark.parametrize(
    ("rule", "outcome", "verdict"),
    [
        (Rule.MUST, Outcome.OPEN, Verdict.FINE),
        (Rule.MUST, Outcome.PARTLY, Verdict.DOOR_SHUT),
        (Rule.MUST, Outcome.SHUT, Verdict.DOOR_SHUT),
        (Rule.MUST, Outcome.UNTRIED, Verdict.UNTRIED),
        (Rule.MAY, Outcome.OPEN, Verdict.FINE),
        (Rule.MAY, Outcome.SHUT, Verdict.FINE),
        (Rule.MAY, Outcome.UNTRIED, Verdict.UNTRIED),
        (Rule.MUST_NOT, Outcome.OPEN, Verdict.LEAK),
        (Rule.MUST_NOT, Outcome.PARTLY, Verdict.LEAK),
        (Rule.MUST_NOT, Outcome.SHUT, Verdict.FINE),
        (Rule.MUST_NOT, Outcome.UNTRIED, Verdict.UNTRIED),
    ],
)
def test_a_leak_and_a_shut_door_and_what_was_not_tried_are_told_apart(
    rule: Rule, outcome: Outcome, verdict: Verdict
) -> None:
    assert cell(rule, outcome).verdict is verdict


FINE = cell(Rule.MUST_NOT, Outcome.SHUT)
LEAK = cell(Rule.MUST_NOT, Outcome.OPEN)
SHUT = cell(Rule.MUST, Outcome.SHUT)
UNTRIED = cell(Rule.MUST, Outcome.UNTRIED)


@pytest.mark.parametrize(
    ("cells", "line", "code"),
    [
        ([FINE], "1 cells, 0 leaks, 0 doors shut", 0),
        ([FINE, LEAK], "2 cells, 1 leak, 0 doors shut", 1),
        ([SHUT, LEAK, LEAK], "3 cells, 2 leaks, 1 door shut", 1),
        ([FINE, UNTRIED], "2 cells, 0 leaks, 0 doors shut", 2),
        ([UNTRIED, LEAK], "2 cells, 1 leak, 0 doors shut", 1),
    ],
)
def test_the_last_line_counts_and_the_exit_code_says_which(
    cells: list[Cell], line: str, code: int
) -> None:
    shown = io.StringIO()
    show(Console(file=shown, width=100), cells, ["preprod", "test"])

    assert last_line(cells) == line
    assert shown.getvalue().splitlines()[-1] == line
    assert exit_code(cells) == code


def test_every_cell_that_crosses_is_shown_with_its_reason_and_every_wrong_one_by_name() -> None:
    shown = io.StringIO()
    open_cell = cell(Rule.MAY, Outcome.OPEN, reason="Because of a reason.")
    show(Console(file=shown, width=100), [open_cell, replace(LEAK, detail="said so")], ["preprod"])

    text = shown.getvalue()
    assert "test → preprod: Because of a reason." in text
    assert "leak  test_app (preprod): connect: preprod.db (preprod): said so" in text


def test_the_page_and_the_json_hold_what_was_tried() -> None:
    (tried,) = json.loads(as_json([LEAK]))["tried"]

    assert (tried["verdict"], tried["expected"], tried["found"]) == (
        "leak",
        "must stay shut",
        "open",
    )
    assert "| test_app | `c` |" in page([LEAK], ["preprod", "test"])
    assert page([LEAK], ["preprod", "test"]) == page([LEAK], ["preprod", "test"])


def test_every_operation_has_a_letter_of_its_own() -> None:
    assert set(LETTERS) == set(Operation)
    assert len(set(LETTERS.values())) == len(LETTERS)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ('FATAL:  PAM authentication failed for user "a"', Outcome.SHUT),
        ('FATAL:  permission denied for database "d"\nDETAIL:  No CONNECT.', Outcome.SHUT),
        ('FATAL:  too many connections for role "a"', Outcome.UNTRIED),
        ("connection timeout expired", Outcome.UNTRIED),
        ("server closed the connection unexpectedly", Outcome.UNTRIED),
        ("", Outcome.UNTRIED),
    ],
)
def test_only_a_refusal_counts_as_shut(said: str, outcome: Outcome) -> None:
    assert refusal(psycopg.OperationalError(said)).outcome is outcome


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("AccessDenied", Outcome.SHUT),
        ("AccessDeniedException", Outcome.SHUT),
        ("TargetNotConnected", Outcome.OPEN),
        ("NoSuchBucket", Outcome.UNTRIED),
        ("ThrottlingException", Outcome.UNTRIED),
    ],
)
def test_only_a_denial_of_aws_counts_as_shut(code: str, outcome: Outcome) -> None:
    def call(_clients: Clients) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Call")

    assert attempt(nobody("eu-west-1"), Operation.LIST, call).outcome is outcome


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("cat", "{arn} is missing"),
        ("false {arn}", "exit code 1"),
        ("echo {arn}", "no credentials"),
        ("/no/such/program {arn}", "cannot be run"),
    ],
)
def test_a_command_that_gives_no_credentials_is_named_with_the_next_step(
    command: str, said: str
) -> None:
    with pytest.raises(NoWayError, match=said):
        Credentials(command).clients("arn:aws:iam::111111111111:role/a", "eu-west-1")
