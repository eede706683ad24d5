"""Who opens and ends sessions of Systems Manager: instance by tag, document by name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.cloud.authorization.actors import Account, Actor, code, new_name, trust
from tests.emulator.cloud.doors import ACCOUNT_ID, REGION

DENIED = "AccessDeniedException"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT_ID}:{resource}"


@pytest.fixture(scope="module")
def document(account: Account) -> str:
    """A port-forward to one place."""
    name = new_name("door")
    content = {
        "schemaVersion": "1.0",
        "sessionType": "Port",
        "properties": {"host": "localhost", "portNumber": "5432", "type": "LocalPortForwarding"},
    }
    account.administrator.client("ssm").create_document(
        Name=name, Content=json.dumps(content), DocumentType="Session", DocumentFormat="JSON"
    )
    return name


def instance(account: Account, name: str) -> str:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}]
    made = account.administrator.client("ec2").run_instances(
        ImageId="ami-12345678", MinCount=1, MaxCount=1, TagSpecifications=tags
    )
    return str(made["Instances"][0]["InstanceId"])


def door(document: str, gateway: str, **conditions: Any) -> tuple[dict[str, Any], ...]:
    """What readers have: the gateway by its tag, one document, their own sessions."""
    return (
        {
            "Action": "ssm:StartSession",
            "Resource": arn("ec2", "instance/*"),
            "Condition": {"StringEquals": {"ssm:resourceTag/Name": gateway}, **conditions},
        },
        {"Action": "ssm:StartSession", "Resource": arn("ssm", f"document/{document}")},
        {
            "Action": ["ssm:TerminateSession", "ssm:ResumeSession"],
            "Resource": arn("ssm", "session/${aws:userid}-*"),
        },
    )


CHECK = {"BoolIfExists": {"ssm:SessionDocumentAccessCheck": "true"}}


def test_a_session_needs_the_instance_and_the_document(account: Account, document: str) -> None:
    name = new_name("gateway")
    gateway, other = instance(account, name), instance(account, f"{name}-other")
    ssm = account.user(*door(document, name, **CHECK)).client("ssm")
    # that the instance runs no agent is found out after the permission
    assert code(ssm.start_session, Target=gateway, DocumentName=document) != DENIED
    assert code(ssm.start_session, Target=other, DocumentName=document) == DENIED
    assert code(ssm.start_session, Target=gateway, DocumentName=f"{document}-other") == DENIED
    for shell in ({}, {"DocumentName": "SSM-SessionManagerRunShell"}):
        assert code(ssm.start_session, Target=gateway, **shell) == DENIED
    aws = "AWS-StartPortForwardingSessionToRemoteHost"
    assert code(ssm.start_session, Target=gateway, DocumentName=aws) == DENIED


def test_without_the_check_an_instance_is_enough_for_its_default_session(
    account: Account, document: str
) -> None:
    name = new_name("gateway")
    gateway = instance(account, name)
    ssm = account.user(*door(document, name)).client("ssm")
    assert code(ssm.start_session, Target=gateway) != DENIED


def test_a_check_that_must_be_there_shuts_the_door_to_documents_of_ones_own(
    account: Account, document: str
) -> None:
    name = new_name("gateway")
    gateway = instance(account, name)
    strict = {"Bool": {"ssm:SessionDocumentAccessCheck": "true"}}
    ssm = account.user(*door(document, name, **strict)).client("ssm")
    assert code(ssm.start_session, Target=gateway, DocumentName=document) == DENIED


def test_a_session_that_somebody_else_opened_is_ended_by_nobody(
    account: Account, document: str
) -> None:
    name = new_name("gateway")
    role = account.role(trust(), *door(document, name, **CHECK))
    reader: Actor = account.administrator.assume(role, RoleSessionName="ann")
    for operation in ("terminate_session", "resume_session"):
        call = getattr(reader.client("ssm"), operation)
        assert code(call, SessionId="bob-0123456789abcdef0") == DENIED
