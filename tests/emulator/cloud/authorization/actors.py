"""Principals of the emulated accounts with the policies that a test gives them."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.cloud.client import Cloud, Session
from tests.emulator.cloud.doors import ACCOUNT_ID, OTHER_ACCOUNT_ID, REGION, client_of

_NUMBERS = itertools.count(1)


def document(*statements: dict[str, Any]) -> str:
    """A policy of statements that allow, unless they say otherwise."""
    filled = [{"Effect": "Allow", **statement} for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": filled})


def trust(principal: Any = f"arn:aws:iam::{ACCOUNT_ID}:root", **elements: Any) -> str:
    """A trust policy for one principal (an ARN, or a whole `Principal`)."""
    named = principal if isinstance(principal, dict) else {"AWS": principal}
    return document({"Principal": named, "Action": "sts:AssumeRole", **elements})


def new_name(kind: str) -> str:
    """A name that no other test has."""
    return f"{kind}-{next(_NUMBERS)}"


@dataclass(frozen=True)
class Actor:
    """Somebody with keys."""

    endpoint_url: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    arn: str = ""
    name: str = ""

    def client(self, service: str, **config: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            aws_session_token=self.session_token,
            config=Config(
                retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **config
            ),
        )

    def assume(self, role_arn: str, **settings: Any) -> Actor:
        """A session of a role, taken on by this actor."""
        settings = {"RoleArn": role_arn, "RoleSessionName": "me", **settings}
        answer = self.client("sts").assume_role(**settings)
        keys = answer["Credentials"]
        return Actor(
            self.endpoint_url,
            keys["AccessKeyId"],
            keys["SecretAccessKey"],
            keys["SessionToken"],
            answer["AssumedRoleUser"]["Arn"],
        )


class Account:
    """An account with an administrator who makes principals in it."""

    def __init__(self, cloud: Cloud, account_id: str) -> None:
        self.id = account_id
        self.session: Session = cloud.session(account_id, REGION)
        self.iam = client_of(self.session, "iam")
        variables = self.session.environment
        self.administrator = Actor(
            cloud.endpoint_url,
            variables["AWS_ACCESS_KEY_ID"],
            variables["AWS_SECRET_ACCESS_KEY"],
            arn=self.session.principal_arn,
        )

    def user(self, *statements: dict[str, Any], **settings: Any) -> Actor:
        """A user that may what the statements say."""
        name = new_name("user")
        made = self.iam.create_user(UserName=name, **settings)["User"]
        if statements:
            self.iam.put_user_policy(
                UserName=name, PolicyName="own", PolicyDocument=document(*statements)
            )
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        return Actor(
            self.administrator.endpoint_url,
            key["AccessKeyId"],
            key["SecretAccessKey"],
            arn=made["Arn"],
            name=name,
        )

    def role(self, trust_policy: str, *statements: dict[str, Any], **settings: Any) -> str:
        """ARN of a role that may what the statements say."""
        name = new_name("role")
        made = self.iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=trust_policy, **settings
        )
        if statements:
            self.iam.put_role_policy(
                RoleName=name, PolicyName="own", PolicyDocument=document(*statements)
            )
        return str(made["Role"]["Arn"])

    def policy(self, *statements: dict[str, Any]) -> str:
        """ARN of a managed policy."""
        made = self.iam.create_policy(
            PolicyName=new_name("policy"), PolicyDocument=document(*statements)
        )
        return str(made["Policy"]["Arn"])

    def bucket(self, policy: str | None = None) -> str:
        """Name of a bucket with an object `a/1` that says `one`."""
        s3, name = self.administrator.client("s3"), new_name(f"bucket-{self.id}")
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket=name, Key="a/1", Body=b"one")
        if policy is not None:
            s3.put_bucket_policy(Bucket=name, Policy=policy.replace("BUCKET", name))
        return name


def refusal(call: Any, *arguments: Any, **named: Any) -> ClientError:
    """The error of a call that must be refused."""
    with pytest.raises(ClientError) as refused:
        call(*arguments, **named)
    return refused.value


def code(call: Any, *arguments: Any, **named: Any) -> str:
    """The code of the error of a call that must be refused."""
    return str(refusal(call, *arguments, **named).response["Error"]["Code"])


OTHER = OTHER_ACCOUNT_ID
