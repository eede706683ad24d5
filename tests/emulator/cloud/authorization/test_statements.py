"""What policies allow, without any cloud."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.cloud.authorization.evaluation import Grants, decide
from emulator.cloud.authorization.statements import Identity, Request

RESOURCE = "arn:aws:rds-db:eu-west-1:111111111111:dbuser:db-ABC/preprod_app"
CONTEXT = {
    "aws:username": "preprod_app",
    "aws:sourceip": "127.0.0.1",
    "aws:currenttime": "2026-01-02T00:00:00+00:00",
    "aws:principaltag/stage": "preprod",
}


def statement(**elements: Any) -> dict[str, Any]:
    """An allowing statement about everything, changed by `elements` (None removes one)."""
    made = {"Effect": "Allow", "Action": "*", "Resource": "*", **elements}
    return {key: value for key, value in made.items() if value is not None}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def grants(*statements: dict[str, Any], **limits: Any) -> Grants:
    identity = Identity(account_id="1" * 12, arn=f"arn:aws:iam::{'1' * 12}:user/u")
    return Grants(identity=identity, policies=[policy(*statements)], **limits)


def allows(*statements: dict[str, Any], **limits: Any) -> bool:
    request = Request("rds-db:connect", RESOURCE, CONTEXT)
    return decide(request, grants(*statements, **limits)).allowed


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({}, True),
        ({"Action": "RDS-DB:Connect"}, True),
        ({"Action": ["rds:*", "rds-db:conn?ct"]}, True),
        ({"Action": "rds:*"}, False),
        ({"Action": None, "NotAction": "iam:*"}, True),
        ({"Action": None, "NotAction": "rds-db:*"}, False),
        ({"Resource": "arn:aws:rds-db:*:*:dbuser:*/preprod_app"}, True),
        ({"Resource": "arn:aws:rds-db:*:*:dbuser:*/PREPROD_APP"}, False),
        ({"Resource": "arn:aws:rds-db:*:*:dbuser:*/preprod"}, False),
        ({"Resource": "arn:aws:rds-db:*/preprod_app"}, False),
        ({"Resource": "arn:aws:rds-db:*:*:dbuser:*/${aws:username}"}, True),
        ({"Resource": "arn:aws:rds-db:*:*:dbuser:*/${aws:unheard}"}, False),
        ({"Resource": None, "NotResource": "arn:aws:rds-db:*:*:dbuser:*/other"}, True),
        ({"Resource": None, "NotResource": RESOURCE}, False),
        ({"Resource": None}, False),
    ],
    ids=str,
)
def test_a_statement_speaks_of_what_it_names(elements: dict[str, Any], expected: bool) -> None:
    assert allows(statement(**elements)) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:PrincipalTag/stage": ["test", "preprod"]}}, True),
        ({"StringEquals": {"aws:PrincipalTag/stage": "prod"}}, False),
        ({"StringNotEquals": {"aws:PrincipalTag/stage": "prod"}}, True),
        ({"StringNotEquals": {"aws:PrincipalTag/stage": ["prod", "preprod"]}}, False),
        ({"StringLike": {"aws:username": "preprod_*"}}, True),
        ({"StringEquals": {"aws:unheard": "x"}}, False),
        ({"StringNotEquals": {"aws:unheard": "x"}}, True),
        ({"StringEqualsIfExists": {"aws:unheard": "x"}}, True),
        ({"Null": {"aws:unheard": "true"}}, True),
        ({"Null": {"aws:username": True}}, False),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, True),
        ({"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, False),
        ({"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, True),
        (
            {
                "StringLike": {"aws:username": "preprod_*"},
                "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
            },
            False,
        ),
        ({"ForAllValues:StringLike": {"aws:username": "*"}}, True),
        ({"Unheard": {"aws:username": "*"}}, False),
    ],
    ids=str,
)
def test_conditions_narrow_a_statement(condition: dict[str, Any], expected: bool) -> None:
    assert allows(statement(Condition=condition)) is expected


def test_a_deny_wins_over_any_allow() -> None:
    assert not allows(statement(), statement(Effect="Deny", Action="rds-db:connect"))


def test_a_deny_under_a_condition_that_cannot_be_judged_applies() -> None:
    unknown = {"Unheard": {"aws:username": "*"}}
    assert not allows(statement(), statement(Effect="Deny", Condition=unknown))


def test_a_boundary_and_a_session_policy_limit_and_never_add() -> None:
    everything, nothing = policy(statement()), policy()
    assert allows(statement(), boundary=everything, session_policies=[everything])
    assert not allows(statement(), boundary=nothing)
    assert not allows(statement(), session_policies=[nothing])
    assert not allows(boundary=everything, session_policies=[everything])


def test_the_reason_names_the_kind_of_policy() -> None:
    request = Request("rds-db:connect", RESOURCE, CONTEXT)
    decision = decide(request, grants(statement(), boundary=policy()))
    assert decision.reason == ("because no permissions boundary allows the rds-db:connect action")
