"""The policy simulator answers for a role or a user what the gate would answer to it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.cloud.authorization.actors import Account, document, refusal, trust

LIST: dict[str, Any] = {"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::mine"}
SIMULATE = {"Action": "iam:SimulatePrincipalPolicy", "Resource": "*"}


def simulate(account: Account, arn: str, resource: str, **context: str) -> str:
    entries = [
        {"ContextKeyName": key.replace("_", ":"), "ContextKeyValues": [value]}
        for key, value in context.items()
    ]
    for entry in entries:
        entry["ContextKeyType"] = "string"
    answer = (
        account.user(SIMULATE)
        .client("iam")
        .simulate_principal_policy(
            PolicySourceArn=arn,
            ActionNames=["s3:ListBucket"],
            ResourceArns=[resource],
            ContextEntries=entries,
        )
    )
    (result,) = answer["EvaluationResults"]
    assert (result["EvalActionName"], result["EvalResourceName"]) == ("s3:ListBucket", resource)
    decision: str = result["EvalDecision"]
    return decision


def test_a_role_is_allowed_what_its_policies_allow_and_nothing_else(account: Account) -> None:
    role = account.role(trust(), LIST)

    assert simulate(account, role, "arn:aws:s3:::mine") == "allowed"
    assert simulate(account, role, "arn:aws:s3:::other") == "implicitDeny"


def test_an_explicit_deny_is_told_from_silence(account: Account) -> None:
    role = account.role(trust(), LIST, {**LIST, "Effect": "Deny"})

    assert simulate(account, role, "arn:aws:s3:::mine") == "explicitDeny"


def test_a_condition_is_judged_by_the_context_that_is_given(account: Account) -> None:
    condition = {"StringEquals": {"aws:ResourceAccount": "111111111111"}}
    role = account.role(trust(), {**LIST, "Condition": condition})

    assert simulate(account, role, "arn:aws:s3:::mine") == "implicitDeny"
    assert (
        simulate(account, role, "arn:aws:s3:::mine", aws_ResourceAccount="111111111111")
        == "allowed"
    )


def test_a_user_is_judged_as_well(account: Account) -> None:
    assert simulate(account, account.user(LIST).arn, "arn:aws:s3:::mine") == "allowed"


def test_whom_no_account_has_and_who_may_not_ask_are_refused(account: Account) -> None:
    with pytest.raises(ClientError, match="does not exist"):
        simulate(account, "arn:aws:iam::111111111111:role/nobody", "*")

    request = {"PolicySourceArn": account.role(trust()), "ActionNames": ["s3:ListBucket"]}
    error = refusal(account.user().client("iam").simulate_principal_policy, **request)
    assert error.response["Error"]["Code"] == "AccessDenied"


def test_a_policy_of_a_resource_is_not_simulated_and_says_so(account: Account) -> None:
    with pytest.raises(ClientError, match="ResourcePolicy of iam:SimulatePrincipalPolicy"):
        account.user(SIMULATE).client("iam").simulate_principal_policy(
            PolicySourceArn=account.role(trust(), LIST),
            ActionNames=["s3:ListBucket"],
            ResourcePolicy=document({**LIST, "Principal": "*"}),
        )
