"""Taking on roles: trust policies, chains, accounts, tags, MFA, session policies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.cloud.authorization.role_sessions import STEP_SECONDS, one_time_code
from tests.emulator.cloud.authorization.actors import Account, code, document, refusal, trust
from tests.emulator.cloud.doors import ACCOUNT_ID

ASSUME = {"Action": "sts:AssumeRole", "Resource": "*"}
LIST = {"Action": "iam:ListUsers", "Resource": "*"}


def may_list(actor: Any) -> bool:
    try:
        actor.client("iam").list_users()
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False
    return True


def test_a_role_that_trusts_the_account_needs_the_callers_own_policies(account: Account) -> None:
    role = account.role(trust(), LIST)
    assert may_list(account.user(ASSUME).assume(role))
    error = refusal(account.user().assume, role)
    name = role.rpartition("/")[2]
    assert error.response["Error"]["Message"].endswith(
        f"is not authorized to perform: sts:AssumeRole on resource: {role}"
    )
    assert name in str(error)


def test_a_role_that_trusts_a_user_by_name_needs_no_policy_of_the_user(account: Account) -> None:
    user = account.user()
    role = account.role(trust(user.arn), LIST)
    assert may_list(user.assume(role))
    assert code(account.user(ASSUME).assume, role) == "AccessDenied"


def test_not_even_an_administrator_takes_on_a_role_that_trusts_others(account: Account) -> None:
    role = account.role(trust({"Service": "airflow.amazonaws.com"}), LIST)
    assert code(account.administrator.assume, role) == "AccessDenied"
    missing = f"arn:aws:iam::{ACCOUNT_ID}:role/never-made"
    assert code(account.administrator.assume, missing) == "AccessDenied"


def test_a_role_of_another_account_needs_both_sides(
    account: Account, other_account: Account
) -> None:
    role = other_account.role(trust(), LIST)
    assert may_list(account.user(ASSUME).assume(role))
    user = account.user()
    assert code(user.assume, role) == "AccessDenied"
    by_name = other_account.role(trust(user.arn), LIST)
    assert code(user.assume, by_name) == "AccessDenied"  # named, and still its own side is missing
    assert code(
        account.user(ASSUME).assume, other_account.role(trust(other_account.session.principal_arn))
    ) == ("AccessDenied")


def test_a_chain_of_roles_ends_where_a_link_is_missing(account: Account) -> None:
    last = account.role(trust(), LIST)
    middle = account.role(trust(), {"Action": "sts:AssumeRole", "Resource": last})
    session = account.administrator.assume(middle)
    assert session.arn == f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{middle.rpartition('/')[2]}/me"
    assert may_list(session.assume(last))
    assert not may_list(session)
    assert code(session.assume, middle) == "AccessDenied"


def test_a_role_may_trust_by_the_principals_arn(account: Account) -> None:
    allowed, forbidden = account.role(trust(), ASSUME), account.role(trust(), ASSUME)
    door = account.role(trust(Condition={"ArnEquals": {"aws:PrincipalArn": [allowed]}}), LIST)
    assert may_list(account.administrator.assume(allowed).assume(door))
    assert code(account.administrator.assume(forbidden).assume, door) == "AccessDenied"
    assert code(account.administrator.assume, door) == "AccessDenied"


def test_an_external_id_has_to_be_given(account: Account) -> None:
    role = account.role(trust(Condition={"StringEquals": {"sts:ExternalId": "right"}}), LIST)
    assert code(account.administrator.assume, role) == "AccessDenied"
    assert code(account.administrator.assume, role, ExternalId="wrong") == "AccessDenied"
    assert may_list(account.administrator.assume(role, ExternalId="right"))


def test_a_role_may_demand_a_second_factor(account: Account) -> None:
    user, iam = account.user(ASSUME), account.iam
    demand = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    role = account.role(trust(Condition=demand), {**LIST, "Condition": demand})
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=user.name)["VirtualMFADevice"]
    serial, seed = device["SerialNumber"], device["Base32StringSeed"].decode()
    iam.enable_mfa_device(
        UserName=user.name,
        SerialNumber=serial,
        AuthenticationCode1="123456",
        AuthenticationCode2="234567",
    )
    step = int(datetime.now(UTC).timestamp()) // STEP_SECONDS
    right, wrong = one_time_code(seed, step), one_time_code(seed, step - 100)
    assert code(user.assume, role) == "AccessDenied"
    assert "invalid MFA one time pass code" in str(
        refusal(user.assume, role, SerialNumber=serial, TokenCode=wrong)
    )
    other = account.user(ASSUME)
    assert "MFA serial number" in str(
        refusal(other.assume, role, SerialNumber=serial, TokenCode=right)
    )
    assert may_list(user.assume(role, SerialNumber=serial, TokenCode=right))


def test_a_code_is_made_as_the_standard_says() -> None:
    """RFC 6238, appendix B, at 59 seconds: 94287082."""
    assert one_time_code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59 // STEP_SECONDS) == "287082"


def test_session_tags_need_a_permission_and_are_what_policies_see(account: Account) -> None:
    team = {"Key": "team", "Value": "data"}
    by_tag = {**LIST, "Condition": {"StringEquals": {"aws:PrincipalTag/team": "data"}}}
    untagged = account.role(trust(), by_tag)
    assert not may_list(account.administrator.assume(untagged))
    assert code(account.administrator.assume, untagged, Tags=[team]) == "AccessDenied"
    tagged = account.role(trust(Action=["sts:AssumeRole", "sts:TagSession"]), by_tag)
    assert may_list(account.administrator.assume(tagged, Tags=[team]))
    assert not may_list(account.administrator.assume(tagged))
    other = {"Key": "team", "Value": "other"}
    assert not may_list(account.administrator.assume(tagged, Tags=[other]))


def test_a_role_may_demand_a_tag(account: Account) -> None:
    role = account.role(
        trust(
            Action=["sts:AssumeRole", "sts:TagSession"],
            Condition={
                "StringEquals": {"aws:RequestTag/team": "data"},
                "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
            },
        )
    )
    data, more = {"Key": "team", "Value": "data"}, {"Key": "more", "Value": "x"}
    account.administrator.assume(role, Tags=[data])
    assert code(account.administrator.assume, role) == "AccessDenied"
    assert code(account.administrator.assume, role, Tags=[data, more]) == "AccessDenied"


def test_transitive_tags_go_along_a_chain_and_others_do_not(account: Account) -> None:
    open_trust = trust(Action=["sts:AssumeRole", "sts:TagSession"])
    first = account.role(open_trust, ASSUME)
    by_tag = {**LIST, "Condition": {"StringEquals": {"aws:PrincipalTag/team": "data"}}}
    second = account.role(open_trust, by_tag)
    team: dict[str, Any] = {"Tags": [{"Key": "team", "Value": "data"}]}
    kept = account.administrator.assume(first, **team, TransitiveTagKeys=["team"])
    assert may_list(kept.assume(second))
    dropped = account.administrator.assume(first, **team)
    assert not may_list(dropped.assume(second))
    assert code(kept.assume, second, **team) == "ValidationError"


def test_a_source_identity_needs_a_permission_and_stays_along_a_chain(account: Account) -> None:
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    first = account.role(trust(Action=actions), {"Action": actions, "Resource": "*"})
    by_identity = {**LIST, "Condition": {"StringEquals": {"aws:SourceIdentity": "ann"}}}
    second = account.role(trust(Action=actions), by_identity)
    assert may_list(account.administrator.assume(first, SourceIdentity="ann").assume(second))
    assert not may_list(account.administrator.assume(first).assume(second))
    closed = account.role(trust(), by_identity)
    assert code(account.administrator.assume, closed, SourceIdentity="ann") == "AccessDenied"


def test_session_policies_narrow_inline_and_managed_ones(account: Account) -> None:
    role = account.role(trust(), {"Action": "iam:*", "Resource": "*"})
    lists = account.policy(LIST)
    nothing = account.policy({"Action": "s3:*", "Resource": "*"})
    assume = account.administrator.assume
    assert may_list(assume(role, Policy=document(LIST)))
    assert not may_list(assume(role, Policy=document({"Action": "s3:*", "Resource": "*"})))
    assert may_list(assume(role, PolicyArns=[{"arn": lists}]))
    assert not may_list(assume(role, PolicyArns=[{"arn": nothing}]))
    session = assume(role, PolicyArns=[{"arn": nothing}], Policy=document(LIST))
    assert may_list(session)  # together they allow what any of them allows
    account.iam.delete_policy(PolicyArn=lists)
    assert not may_list(assume(role, PolicyArns=[{"arn": lists}]))


def test_a_boundary_limits_a_role_and_a_user(account: Account) -> None:
    boundary = account.policy({"Action": "s3:*", "Resource": "*"})
    role = account.role(trust(), LIST, PermissionsBoundary=boundary)
    error = refusal(account.administrator.assume(role).client("iam").list_users)
    assert error.response["Error"]["Message"].endswith(
        f"is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::{ACCOUNT_ID}:user/"
        " because no permissions boundary allows the iam:ListUsers action"
    )
    user = account.user(LIST, PermissionsBoundary=boundary)
    assert not may_list(user)
    shown = account.iam.get_user(UserName=user.name)["User"]["PermissionsBoundary"]
    assert shown["PermissionsBoundaryArn"] == boundary
    account.iam.delete_user_permissions_boundary(UserName=user.name)
    assert may_list(user)
    account.iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=boundary)
    assert not may_list(user)


@pytest.mark.parametrize(("seconds", "chained"), [(3601, False), (7200, True)])
def test_a_session_lasts_no_longer_than_its_role_allows(
    account: Account, seconds: int, chained: bool
) -> None:
    role = account.role(trust(), ASSUME, MaxSessionDuration=7200 if chained else 3600)
    caller = account.administrator.assume(role) if chained else account.administrator
    assert code(caller.assume, role, DurationSeconds=seconds) == "ValidationError"
    caller.assume(role, DurationSeconds=900)


def test_a_change_of_a_roles_policies_counts_at_once(account: Account) -> None:
    role = account.role(trust(), LIST)
    session = account.administrator.assume(role)
    assert may_list(session)
    account.iam.delete_role_policy(RoleName=role.rpartition("/")[2], PolicyName="own")
    assert not may_list(session)


def test_nobody_comes_in_by_an_identity_provider(account: Account) -> None:
    sts = account.administrator.client("sts")
    role = account.role(trust({"Federated": "arn:aws:iam::1:oidc-provider/x"}))
    error = refusal(
        sts.assume_role_with_web_identity,
        RoleArn=role,
        RoleSessionName="me",
        WebIdentityToken="x" * 20,
    )
    assert error.response["Error"]["Code"] == "AccessDenied"


def test_who_one_is_needs_no_permission(account: Account) -> None:
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    user = account.user(deny)
    assert user.client("sts").get_caller_identity()["Arn"] == user.arn
