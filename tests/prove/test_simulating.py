"""Without anybody's credentials: IAM's simulator is asked, and policies of resources are read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.prove.cells import Operation, Outcome
from operations.prove.simulating import Naming, Policies, Simulator, names

ROLE = "arn:aws:iam::111111111111:role/one"
OTHER = "arn:aws:iam::111111111111:role/other"
ROOT = "arn:aws:iam::111111111111:root"
BUCKET = "arn:aws:s3:::bucket"


def policy(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return json.dumps({"Statement": [statement]})


@pytest.mark.parametrize(
    ("text", "naming"),
    [
        (None, Naming.NOT),
        (policy({"AWS": ROLE}), Naming.ITSELF),
        (policy({"AWS": [OTHER, ROLE]}), Naming.ITSELF),
        (policy("*"), Naming.ITSELF),
        (policy({"AWS": "*"}), Naming.ITSELF),
        (policy({"AWS": ROOT}), Naming.ITS_ACCOUNT),
        (policy({"AWS": "111111111111"}), Naming.ITS_ACCOUNT),
        (policy({"AWS": OTHER}), Naming.NOT),
        (policy({"Service": "ec2.amazonaws.com"}), Naming.NOT),
        (policy({"AWS": ROLE}, Effect="Deny"), Naming.NOT),
        (policy({"AWS": ROLE}, action="sts:TagSession"), Naming.NOT),
        (policy({"AWS": ROLE}, action="sts:*"), Naming.ITSELF),
        (
            policy({"AWS": ROOT}, Condition={"ArnLike": {"aws:PrincipalArn": [OTHER, ROLE]}}),
            Naming.ITS_ACCOUNT,
        ),
        (policy({"AWS": ROOT}, Condition={"ArnLike": {"aws:PrincipalArn": OTHER}}), Naming.NOT),
        (policy({"AWS": ROOT}, Condition={"ArnNotLike": {"aws:PrincipalArn": ROLE}}), Naming.NOT),
    ],
)
def test_a_policy_names_a_principal_or_its_account_or_neither(
    text: str | None, naming: Naming
) -> None:
    assert names(text, ROLE, "sts:AssumeRole") is naming


class Iam:
    """Answers as the simulator does."""

    def __init__(self, *, allows: bool, fails: bool = False) -> None:
        self.allows, self.fails, self.asked = allows, fails, [""]

    def simulate_principal_policy(self, **request: Any) -> Any:
        if self.fails:
            raise ClientError({"Error": {"Code": "Throttling", "Message": "slow down"}}, "Simulate")
        self.asked.append(request["ActionNames"][0])
        decision = "allowed" if self.allows else "implicitDeny"
        return {"EvaluationResults": [{"EvalDecision": decision}]}


def ask(iam: Iam, action: str, arn: str, text: str | None, principal: str = ROLE) -> Outcome:
    policies = Policies(operators={})
    policies._known[arn.split("/")[0] if arn.startswith(BUCKET) else arn] = text
    simulator = Simulator(principal=principal, iam=iam, policies=policies)
    return simulator.ask(Operation.ASSUME, ((action, arn),), {}).outcome


ELSEWHERE = "arn:aws:iam::222222222222:role/one"


@pytest.mark.parametrize(
    ("action", "arn", "text", "allows", "principal", "outcome"),
    [
        ("s3:GetObject", f"{BUCKET}/a", None, True, ROLE, Outcome.OPEN),
        ("s3:GetObject", f"{BUCKET}/a", None, False, ROLE, Outcome.SHUT),
        ("s3:GetObject", f"{BUCKET}/a", policy("*", "s3:*"), False, ROLE, Outcome.OPEN),
        ("sts:AssumeRole", OTHER, policy({"AWS": ROLE}), False, ROLE, Outcome.OPEN),
        ("sts:AssumeRole", OTHER, policy({"AWS": ROOT}), False, ROLE, Outcome.SHUT),
        ("sts:AssumeRole", OTHER, policy({"AWS": ROOT}), True, ROLE, Outcome.OPEN),
        ("sts:AssumeRole", OTHER, policy({"AWS": OTHER}), True, ROLE, Outcome.SHUT),
        ("sts:AssumeRole", OTHER, policy({"AWS": ELSEWHERE}), False, ELSEWHERE, Outcome.SHUT),
        ("sts:AssumeRole", OTHER, policy({"AWS": ELSEWHERE}), True, ELSEWHERE, Outcome.OPEN),
        ("sts:AssumeRole", OTHER, policy({"AWS": ROOT}), True, ELSEWHERE, Outcome.SHUT),
    ],
)
def test_both_sides_are_asked_where_iam_asks_both(
    action: str, arn: str, text: str | None, allows: bool, principal: str, outcome: Outcome
) -> None:
    assert ask(Iam(allows=allows), action, arn, text, principal) is outcome


def test_what_the_simulator_does_not_answer_is_not_tried() -> None:
    assert ask(Iam(allows=True, fails=True), "s3:GetObject", f"{BUCKET}/a", None) is (
        Outcome.UNTRIED
    )
