"""Who comes through a door and where it leads, as text made from settings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stages.door_documents import door_trust, session_document
from stages.door_settings import ReaderConditions
from stages.loading import parse
from stages.names import Names
from stages.problems import SettingsError
from tests.conftest import PROJECT, as_engine_config, stack_config

NAMES = Names(prefix="devstages", account_id="1" * 12, region="eu-west-1", stage="preprod")
ROOT = f"arn:aws:iam::{NAMES.account_id}:root"
USER = f"arn:aws:iam::{NAMES.account_id}:user/ada"
ROLE = f"arn:aws:iam::{NAMES.account_id}:role/developers"
TASKS = NAMES.of("test").role_arn("task")
SET = (
    f"arn:aws:iam::{NAMES.account_id}:role/aws-reserved/sso.amazonaws.com/eu-west-1/"
    "AWSReservedSSO_DataReader_*"
)
FACTOR = ReaderConditions(mfa_max_age_minutes=60)
TAGS = ReaderConditions(principal_tags={"team": "data"})
NOTHING = ReaderConditions()


def statements(*arns: str, asked: ReaderConditions = NOTHING) -> dict[str, dict[str, Any]]:
    """Conditions by statement."""
    document = json.loads(door_trust(NAMES, arns, asked))
    return {statement["Sid"]: statement["Condition"] for statement in document["Statement"]}


def test_people_are_asked_and_tasks_are_not() -> None:
    assert statements(USER, TASKS, asked=FACTOR) == {
        "Readers": {
            "ArnLike": {"aws:PrincipalArn": [USER]},
            "Bool": {"aws:MultiFactorAuthPresent": "true"},
            "NumericLessThanEquals": {"aws:MultiFactorAuthAge": "3600"},
        },
        "TasksOfOtherStages": {"ArnLike": {"aws:PrincipalArn": [TASKS]}},
    }


def test_a_permission_set_is_known_by_its_name_whatever_its_number() -> None:
    assert statements(SET, ROLE, asked=TAGS) == {
        "Readers": {
            "ArnLike": {"aws:PrincipalArn": sorted([SET, ROLE])},
            "StringEquals": {"aws:PrincipalTag/team": "data"},
        }
    }


def test_an_account_s_roles_and_users_come_in_but_the_program_s_own_do_not() -> None:
    whole = f"arn:aws:iam::{NAMES.account_id}"
    assert statements(ROOT, asked=TAGS) == {
        "ReadersOfAccount": {
            "ArnLike": {"aws:PrincipalArn": [f"{whole}:role/*", f"{whole}:user/*"]},
            "ArnNotLike": {"aws:PrincipalArn": f"{whole}:role/devstages-*-*"},
            "StringEquals": {"aws:PrincipalTag/team": "data"},
        }
    }


@pytest.mark.parametrize(
    "arn",
    [
        TASKS.replace("1" * 12, "2" * 12),
        TASKS.replace("devstages", "other"),
        f"{TASKS}s",
        TASKS.replace(":role/", ":role/x/"),
        TASKS.replace(":role/", ":user/"),
    ],
)
def test_who_is_only_called_like_tasks_is_asked(arn: str) -> None:
    assert list(statements(arn, asked=TAGS)) == ["Readers"]


def test_a_guest_s_session_leads_to_its_host_s_server() -> None:
    document = json.loads(session_document(NAMES.of("test"), NAMES))
    assert document["properties"]["host"] == "reader.preprod.devstages.internal"


def problems(reader_arns: list[str], conditions: dict[str, Any]) -> dict[str, str]:
    """What is said of preprod with these readers, by key."""
    config = stack_config("preprod")
    tenant = {**config[f"{PROJECT}:tenant"], "reader_arns": reader_arns}
    config[f"{PROJECT}:tenant"] = tenant | {"reader_conditions": conditions}
    with pytest.raises(SettingsError) as caught:
        parse(as_engine_config(config), PROJECT, "preprod")
    return {problem.key: f"{problem.got}: {problem.allowed}" for problem in caught.value.problems}


def test_a_whole_account_comes_in_on_conditions_alone() -> None:
    found = problems([ROOT, TASKS], {})
    assert found[f"{PROJECT}:tenant.reader_arns"].startswith(f"{ROOT}: a whole account only with")


def test_a_second_factor_cannot_be_asked_of_a_role() -> None:
    found = problems([USER, ROLE, TASKS], {"mfa_max_age_minutes": 60})
    assert list(found) == [f"{PROJECT}:tenant.reader_arns"]
    assert found[f"{PROJECT}:tenant.reader_arns"].startswith(f"{ROLE}: IAM users or an account")


def test_conditions_without_a_person_are_a_mistake() -> None:
    assert list(problems([TASKS], {"principal_tags": {"team": "data"}})) == [
        f"{PROJECT}:tenant.reader_conditions"
    ]


@pytest.mark.parametrize(
    ("conditions", "key"),
    [
        ({"mfa_max_age_minutes": 0}, "mfa_max_age_minutes"),
        ({"mfa_max_age": 60}, "mfa_max_age"),
        ({"principal_tags": {"a team": "data"}}, "principal_tags.a team"),
        ({"principal_tags": {"team": "*"}}, "principal_tags.team"),
    ],
)
def test_wrong_conditions_are_answered_with_their_key(conditions: dict[str, Any], key: str) -> None:
    assert list(problems([USER], conditions)) == [f"{PROJECT}:tenant.reader_conditions.{key}"]


@pytest.mark.parametrize(
    ("gateway", "key"),
    [
        ({}, "image_id"),
        ({"image_id": "al2023"}, "image_id"),
        ({"image_id": "ami-0ef3038e9b73a0746", "instance_class": "t3.nano"}, "instance_class"),
        (
            {"image_id": "ami-0ef3038e9b73a0746", "stop_when_idle_minutes": 31},
            "stop_when_idle_minutes",
        ),
        ({"image_id": "ami-0ef3038e9b73a0746", "key_pair": "mine"}, "key_pair"),
    ],
)
def test_a_wrong_gateway_is_answered_with_its_key(gateway: dict[str, Any], key: str) -> None:
    config = stack_config("preprod")
    config[f"{PROJECT}:host"] = config[f"{PROJECT}:host"] | {"gateway": gateway}
    with pytest.raises(SettingsError) as caught:
        parse(as_engine_config(config), PROJECT, "preprod")
    assert [problem.key for problem in caught.value.problems] == [f"{PROJECT}:host.gateway.{key}"]
