"""Who an access key belongs to and what it may do, read out of moto's own backends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from emulator.cloud.authorization.principals import Principal, find_principal, is_known

ACCOUNT_ID = "333333333333"
RESOURCE = f"arn:aws:rds-db:eu-west-1:{ACCOUNT_ID}:dbuser:db-ABC/app"
TRUST = '{"Version": "2012-10-17", "Statement": []}'


def policy(effect: str = "Allow") -> str:
    connect = {"Effect": effect, "Action": "rds-db:connect", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [connect]})


def may_connect(access_key_id: str) -> bool:
    principal = find_principal(access_key_id)
    assert isinstance(principal, Principal), principal
    return principal.may("rds-db:connect", RESOURCE, {}).allowed


@pytest.fixture
def iam() -> Iterator[Any]:
    """IAM of an account that no other test sees."""
    yield iam_backends[ACCOUNT_ID]["aws"]
    iam_backends.pop(ACCOUNT_ID, None)
    sts_backends.pop(ACCOUNT_ID, None)


@pytest.fixture
def key(iam: Any) -> Any:
    iam.create_user("us-east-1", "app")
    return iam.create_access_key("app")


@pytest.fixture
def role(iam: Any) -> Any:
    return iam.create_role("task", TRUST, "/", None, "", [], "3600")


def assume(role: Any) -> Any:
    sts = sts_backends[ACCOUNT_ID]["aws"]
    return sts.assume_role("us-east-1", "me", role.arn, "", 900, "")


def test_a_user_may_what_its_own_its_attached_and_its_groups_policies_say(
    iam: Any, key: Any
) -> None:
    assert is_known(key.access_key_id)
    assert not may_connect(key.access_key_id)
    attached = iam.create_policy("", "/", policy(), "connects", {})
    iam.attach_user_policy(attached.arn, "app")
    assert may_connect(key.access_key_id)
    iam.create_group("guests", "/")
    iam.add_user_to_group("guests", "app")
    iam.put_group_policy("guests", "never", policy("Deny"))
    assert not may_connect(key.access_key_id)


def test_the_default_version_of_an_attached_policy_counts(iam: Any, key: Any) -> None:
    attached = iam.create_policy("", "/", policy(), "connects", {})
    iam.attach_user_policy(attached.arn, "app")
    iam.create_policy_version(attached.arn, policy("Deny"), "true")
    assert not may_connect(key.access_key_id)


def test_a_key_counts_while_it_is_active(iam: Any, key: Any) -> None:
    iam.update_access_key("app", key.access_key_id, "Inactive")
    assert find_principal(key.access_key_id) == f"the access key {key.access_key_id} is inactive"


def test_a_key_ends_with_being_deleted(iam: Any, key: Any) -> None:
    iam.delete_access_key(key.access_key_id, "app")
    assert isinstance(find_principal(key.access_key_id), str)


def test_a_role_session_carries_the_roles_policies_and_needs_its_token(iam: Any, role: Any) -> None:
    iam.put_role_policy("task", "connect", policy())
    session = assume(role)
    assert may_connect(session.access_key_id)
    principal = find_principal(session.access_key_id)
    assert isinstance(principal, Principal)
    assert principal.has_token(session.session_token)
    assert not principal.has_token(None)
    assert principal.arn.endswith("assumed-role/task/me")


def test_a_permissions_boundary_limits_a_role(iam: Any, role: Any) -> None:
    iam.put_role_policy("task", "connect", policy())
    boundary = iam.create_policy("", "/", policy("Deny"), "boundary", {})
    iam.put_role_permissions_boundary("task", boundary.arn)
    assert not may_connect(assume(role).access_key_id)


def test_a_session_ends_with_its_time_and_with_its_role(iam: Any, role: Any) -> None:
    session = assume(role)
    iam.delete_role("task")
    assert find_principal(session.access_key_id) == f"the role {role.arn} is gone"
    session.expiration -= timedelta(seconds=901)
    expired = f"the session of the access key {session.access_key_id} expired"
    assert find_principal(session.access_key_id) == expired
