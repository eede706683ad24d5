"""Credentials of a role that only a service may take on, and of an account's administrator."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from emulator.cloud.client import Cloud
from emulator.errors import UserError
from tests.emulator.cloud.doors import ACCOUNT_ID, REGION, client_of

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
BUCKETS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
}


def as_somebody(cloud: Cloud, arn: str, service: str) -> Any:
    keys = cloud.credentials(arn)
    environment = cloud.session(ACCOUNT_ID, REGION).environment
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
    )


def test_somebody_is_whoever_was_asked_for_and_may_what_that_role_may(cloud: Cloud) -> None:
    iam = client_of(cloud.session(ACCOUNT_ID, REGION), "iam")
    role = iam.create_role(RoleName="for-a-service", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(
        RoleName="for-a-service", PolicyName="look", PolicyDocument=json.dumps(BUCKETS)
    )
    arn = role["Role"]["Arn"]

    caller = as_somebody(cloud, arn, "sts").get_caller_identity()["Arn"]
    as_somebody(cloud, arn, "s3").list_buckets()
    with pytest.raises(Exception, match="AccessDenied"):
        as_somebody(cloud, arn, "iam").list_roles()

    assert caller == f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/for-a-service/emulator"


def test_the_root_of_an_account_stands_for_its_administrator(cloud: Cloud) -> None:
    root = f"arn:aws:iam::{ACCOUNT_ID}:root"

    caller = as_somebody(cloud, root, "sts").get_caller_identity()["Arn"]

    assert caller == f"arn:aws:iam::{ACCOUNT_ID}:user/administrator"


@pytest.mark.parametrize(
    ("arn", "said"),
    [
        (f"arn:aws:iam::{ACCOUNT_ID}:role/nobody", "There is no role"),
        (f"arn:aws:iam::{ACCOUNT_ID}:user/nobody", "names nobody"),
        ("nobody", "names nobody"),
    ],
)
def test_who_is_not_there_has_no_credentials(cloud: Cloud, arn: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        cloud.credentials(arn)
