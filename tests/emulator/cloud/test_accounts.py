"""Accounts, principals and sessions, through boto3."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from emulator.cloud.client import Cloud, Session
from emulator.errors import UserError
from tests.emulator.cloud.doors import (
    ACCOUNT_ID,
    OTHER_ACCOUNT_ID,
    REGION,
    Instance,
    client_of,
)

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


def assume(sts: Any, role_arn: str, **settings: Any) -> dict[str, str]:
    """Environment variables of a session of the role."""
    keys = sts.assume_role(RoleArn=role_arn, RoleSessionName="me", **settings)["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }


@pytest.fixture(scope="module")
def sts(administrator: Session) -> Any:
    return client_of(administrator, "sts")


@pytest.fixture(scope="module")
def role_arn(iam: Any) -> str:
    """A role that may log in to databases as `token_user`."""
    role = iam.create_role(RoleName="connects", AssumeRolePolicyDocument=TRUST)["Role"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "rds-db:connect",
                "Resource": "arn:aws:rds-db:*:*:dbuser:*/token_user",
            }
        ],
    }
    iam.put_role_policy(
        RoleName="connects", PolicyName="connect", PolicyDocument=json.dumps(policy)
    )
    return str(role["Arn"])


def test_a_session_acts_as_the_accounts_administrator(administrator: Session, sts: Any) -> None:
    identity = sts.get_caller_identity()
    assert identity["Account"] == administrator.account_id == ACCOUNT_ID
    assert identity["Arn"] == administrator.principal_arn


def test_asking_again_gives_the_same_session(cloud: Cloud, administrator: Session) -> None:
    assert cloud.session(ACCOUNT_ID, REGION) == administrator


def test_accounts_do_not_see_each_other(cloud: Cloud, administrator: Session) -> None:
    other = cloud.session(OTHER_ACCOUNT_ID, REGION)
    client_of(administrator, "sqs").create_queue(QueueName="mine")
    assert "QueueUrls" not in client_of(other, "sqs").list_queues()
    assert other.principal_arn.split(":")[4] == OTHER_ACCOUNT_ID


def test_no_variable_of_a_session_speaks_of_an_emulator(administrator: Session) -> None:
    names = set(administrator.environment)
    assert names == {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_EC2_METADATA_DISABLED",
        "PGSSLROOTCERT",
    }


def test_a_callers_own_session_token_does_not_go_with_other_keys(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of the caller")
    assert cloud.session(ACCOUNT_ID, REGION).environment["AWS_SESSION_TOKEN"] == ""


def test_a_proxy_is_kept_away_from_loopback(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "example.org")
    environment = cloud.session(ACCOUNT_ID, REGION).environment
    assert environment["NO_PROXY"] == "example.org,127.0.0.1,localhost"


def test_a_role_of_another_account_is_assumed_and_recognised(
    cloud: Cloud, sts: Any, administrator: Session
) -> None:
    other = client_of(cloud.session(OTHER_ACCOUNT_ID, REGION), "iam")
    arn = other.create_role(RoleName="deploys", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    session = cloud.session(ACCOUNT_ID, REGION, assume(sts, arn))
    assert session.account_id == OTHER_ACCOUNT_ID
    assert session.principal_arn == f"arn:aws:sts::{OTHER_ACCOUNT_ID}:assumed-role/deploys/me"
    assert client_of(session, "sts").get_caller_identity()["Account"] == OTHER_ACCOUNT_ID


@pytest.mark.parametrize("change", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_credentials_of_nobody_open_no_session(
    cloud: Cloud, administrator: Session, change: str
) -> None:
    credentials = dict(administrator.environment) | {change: "A" * 20}
    with pytest.raises(UserError, match=r"are of no emulated account.*Unset AWS_ACCESS_KEY_ID"):
        cloud.session(ACCOUNT_ID, REGION, credentials)


def test_a_session_token_has_to_go_with_its_key(cloud: Cloud, sts: Any, role_arn: str) -> None:
    credentials = assume(sts, role_arn) | {"AWS_SESSION_TOKEN": "another"}
    with pytest.raises(UserError, match=r"session token of .* is another one"):
        cloud.session(ACCOUNT_ID, REGION, credentials)


@pytest.mark.parametrize(("account_id", "region"), [("12", REGION), (ACCOUNT_ID, "")])
def test_what_is_no_account_or_region_is_refused(
    cloud: Cloud, account_id: str, region: str
) -> None:
    with pytest.raises(UserError, match="is not an AWS"):
        cloud.session(account_id, region)


@pytest.mark.parametrize("service", ["sts", "s3", "sqs"])
def test_calls_signed_with_a_key_of_nobody_are_refused(cloud: Cloud, service: str) -> None:
    stranger: Any = boto3.client(
        service,
        endpoint_url=cloud.endpoint_url,
        region_name=REGION,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="x",
    )
    calls = {"sts": "get_caller_identity", "s3": "list_buckets", "sqs": "list_queues"}
    refusals = {"s3": "Access Key Id you provided does not exist in our records"}
    refusal = refusals.get(service, "security token included in the request is invalid")
    with pytest.raises(ClientError, match=refusal):
        getattr(stranger, calls[service])()


def test_an_assumed_role_logs_in_by_token_within_its_policies(
    cloud: Cloud, sts: Any, role_arn: str, instance: Instance
) -> None:
    rds = client_of(cloud.session(ACCOUNT_ID, REGION, assume(sts, role_arn)), "rds")
    token = rds.generate_db_auth_token(instance.host, instance.port, "token_user")
    instance.connect("token_user", token).close()
    token = rds.generate_db_auth_token(instance.host, instance.port, "master")
    assert "PAM authentication failed" in instance.refusal("master", token)


def test_a_session_policy_narrows_what_a_role_may(
    cloud: Cloud, sts: Any, role_arn: str, instance: Instance
) -> None:
    deny = {"Effect": "Deny", "Action": "rds-db:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    credentials = assume(sts, role_arn, Policy=policy)
    rds = client_of(cloud.session(ACCOUNT_ID, REGION, credentials), "rds")
    token = rds.generate_db_auth_token(instance.host, instance.port, "token_user")
    assert "PAM authentication failed" in instance.refusal("token_user", token)


def test_awss_own_policies_can_be_attached(iam: Any) -> None:
    iam.create_role(RoleName="monitors", AssumeRolePolicyDocument=TRUST)
    arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    iam.attach_role_policy(RoleName="monitors", PolicyArn=arn)
