"""Roles that people have in an emulated account, as an identity provider gives them on AWS."""

from __future__ import annotations

import json
from typing import Any, Final

from emulator.cloud.client import Session

SESSION_NAME: Final = "somebody"
LOOKS: Final = ("sts:AssumeRole", "ec2:Describe*", "rds:Describe*")
"""What one of them may that was not there: look around, and take on roles that let it in."""


def sign_in(session: Session, role_name: str) -> dict[str, str]:
    """Variables of somebody with that role of the account, made where there is none."""
    import boto3  # takes long, and few ask for it

    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=session.environment["AWS_ENDPOINT_URL"],
            region_name=session.region,
            aws_access_key_id=session.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=session.environment["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=session.environment.get("AWS_SESSION_TOKEN"),
        )

    iam, arn = client("iam"), f"arn:aws:iam::{session.account_id}:role/{role_name}"
    everybody = {"AWS": f"arn:aws:iam::{session.account_id}:root"}
    try:
        iam.create_role(
            RoleName=role_name,
            AssumeRolePolicyDocument=_policy(Principal=everybody, Action="sts:AssumeRole"),
        )
    except iam.exceptions.EntityAlreadyExistsException:
        pass
    else:
        iam.put_role_policy(
            RoleName=role_name,
            PolicyName="look-around",
            PolicyDocument=_policy(Action=list(LOOKS), Resource="*"),
        )
    answer = client("sts").assume_role(RoleArn=arn, RoleSessionName=SESSION_NAME)
    keys = answer["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }


def _policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
