"""Resources that hold policy documents, as fixtures."""

from __future__ import annotations

import json
from typing import Any

from tests.policies.cases import Fixture

OWN = "111111111111"
"""Account of preprod and test, as the stack files say; prod's is OTHER."""

OTHER = "222222222222"
STRANGER = "333333333333"
REGION = "eu-west-1"

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
KEY = "aws:kms/key:Key"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
PERMISSION = "aws:lambda/permission:Permission"

Statement = dict[str, Any]

BUCKET = f"arn:aws:s3:::devstages-{OWN}-{REGION}-data-preprod"
AIRFLOW_BUCKET = f"arn:aws:s3:::devstages-{OWN}-{REGION}-airflow-preprod"


def role_arn(name: str, account: str = OWN) -> str:
    return f"arn:aws:iam::{account}:role/devstages-{name}"


def text(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: str | list[str], resources: str | list[str] = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def trusting(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> Statement:
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def role(*trust: Statement, name: str = "it", role_name: str = "devstages-preprod-x") -> Fixture:
    props = {"name": role_name, "assumeRolePolicy": text(*trust)}
    return Fixture(type=ROLE, name=name, props=props)


def role_policy(
    *statements: Statement, role_name: str = "devstages-preprod-x", name: str = "it"
) -> Fixture:
    props = {"role": role_name, "policy": text(*statements)}
    return Fixture(type=ROLE_POLICY, name=name, props=props)


def holding(type_: str, *statements: Statement) -> Fixture:
    return Fixture(type=type_, props={"policy": text(*statements)})
