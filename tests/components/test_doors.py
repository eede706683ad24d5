"""The read-only doors: who comes in, what they may, and where their sessions lead."""

from __future__ import annotations

import json
from typing import Any

from tests.conftest import Recording

GATEWAY = "devstages-preprod-gateway"


def statements(recording: Recording, name: str, key: str = "policy") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(recording.named(name).inputs[key])["Statement"]
    return found


def test_readers_sign_in_as_the_reading_role_through_the_gateway_and_nothing_else(
    preprod: Recording,
) -> None:
    found = {
        statement["Sid"]: statement
        for statement in statements(preprod, "tenant-roles-readonly-policy")
    }
    assert {sid: statement["Action"] for sid, statement in found.items()} == {
        "SignInToDatabase": "rds-db:connect",
        "SessionOnGateway": "ssm:StartSession",
        "SessionToServer": "ssm:StartSession",
        "OwnSessions": ["ssm:ResumeSession", "ssm:TerminateSession"],
    }
    assert found["SignInToDatabase"]["Resource"].endswith(":dbuser:*/preprod_readonly")
    assert found["SessionOnGateway"]["Condition"] == {
        "StringEquals": {"ssm:resourceTag/Name": GATEWAY},
        "BoolIfExists": {"ssm:SessionDocumentAccessCheck": "true"},
    }
    assert found["SessionToServer"]["Resource"].endswith(
        ":document/devstages-preprod-readonly-session"
    )
    assert found["OwnSessions"]["Resource"].endswith(":session/${aws:userid}-*")


def test_people_and_tasks_come_in_by_statements_of_their_own(preprod: Recording) -> None:
    people, tasks = statements(preprod, "tenant-roles-readonly-role", "assumeRolePolicy")
    assert people["Condition"]["ArnLike"]["aws:PrincipalArn"] == [
        "arn:aws:iam::111111111111:role/developers"
    ]
    assert tasks["Condition"]["ArnLike"]["aws:PrincipalArn"] == [
        "arn:aws:iam::111111111111:role/devstages-test-task"
    ]


def test_a_session_leads_to_the_readers_server_by_a_name_of_the_host_s_own(
    preprod: Recording,
) -> None:
    document = json.loads(preprod.named("tenant-roles-readonly-session").inputs["content"])
    assert document["properties"] == {
        "type": "LocalPortForwarding",
        "host": "reader.preprod.devstages.internal",
        "portNumber": "5432",
        "localPortNumber": "{{ localPortNumber }}",
    }
    assert list(document["parameters"]) == ["localPortNumber"]


def test_prod_s_readers_are_led_to_the_replica(prod: Recording, preprod: Recording) -> None:
    for recording, address in (
        (prod, "host-server-replica.address"),
        (preprod, "host-server-instance.address"),
    ):
        assert recording.named("host-readers-names-reader").inputs["records"] == [address]
        assert recording.exports["door"]["address"] == address


def test_a_stage_without_readers_has_no_door(test_stage: Recording) -> None:
    assert [role.name for role in test_stage.of(":Role")] == ["tenant-roles-task-role"]
    assert test_stage.of(":Document") == []
    assert test_stage.exports["readonly_role_arn"] is None
    assert test_stage.exports["door"] is None


def test_the_door_s_output_says_all_that_a_client_has_to_know(preprod: Recording) -> None:
    door = preprod.exports["door"]
    assert {key: door[key] for key in ("session_document", "user", "port")} == {
        "session_document": "devstages-preprod-readonly-session",
        "user": "preprod_readonly",
        "port": 5432,
    }
    assert door["gateway_instance_id"] == preprod.exports["gateway_instance_id"]
    assert door["role_arn"] == preprod.exports["readonly_role_arn"]
