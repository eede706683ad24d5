"""The pack as the engine sees it: levels, parameters, schemas, what is unknown, what throws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from google.protobuf import json_format
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from policies.catalogue import RULES
from policies.parameters import PARAMETERS
from policies.rule import ANY_TYPE, Context, Finding, Group, Rule, Severity, for_resource, for_stack
from policies.rules.rds_backups import backups_kept
from policies.rules.safety_protection import ignored_changes_harmless, stateful_protected
from policies.subjects import Resource, Stack
from tests.policies.cases import Fixture
from tests.policies.served import Served, Told, as_the_engine_starts_it

__all__ = ["as_the_engine_starts_it"]

BUCKET = "aws:s3/bucket:Bucket"
INSTANCE = "aws:rds/instance:Instance"
KEPT_7 = Fixture(type=INSTANCE, props={"backupRetentionPeriod": 7})
TEXTS: dict[str, Any] = {
    "severity": Severity.HIGH,
    "what": "It holds.",
    "why": "It hurts.",
    "remedy": "Mend it.",
}


@for_resource(BUCKET, id="reads-name", group=Group.ACCESS, **TEXTS)
def reads_name(bucket: Resource, context: Context) -> Iterator[Finding]:
    if bucket.props["bucket"] == "wrong":
        yield Finding(found="wrong", allowed="right")


@for_resource(BUCKET, id="finds-then-reads", group=Group.ACCESS, **TEXTS)
def finds_then_reads(bucket: Resource, context: Context) -> Iterator[Finding]:
    yield Finding(found="something", allowed="nothing")
    yield Finding(found=bucket.props["bucket"], allowed="nothing")


@for_resource(BUCKET, id="throws", group=Group.ACCESS, **TEXTS)
def throws(bucket: Resource, context: Context) -> Iterator[Finding]:
    yield Finding(found=str(1 / 0), allowed="nothing")


@for_stack(id="throws-on-stack", group=Group.ACCESS, **TEXTS)
def throws_on_stack(stack: Stack, context: Context) -> Iterator[Finding]:
    yield Finding(found=str(1 / 0), allowed="nothing")


@for_stack(id="blames-nobody", group=Group.ACCESS, **TEXTS)
def blames_nobody(stack: Stack, context: Context) -> Iterator[Finding]:
    yield Finding(found="nothing of the kind", allowed="one at least")


def bucket(name: Any = "right") -> Fixture:
    return Fixture(type=BUCKET, name="it", props={"bucket": name})


def levels(told: list[Told]) -> list[str]:
    return [item.level for item in told]


def schemas(served: Served) -> dict[str, dict[str, Any]]:
    return {
        policy.name: {
            "type": "object",
            "properties": json_format.MessageToDict(policy.configSchema.properties),
        }
        for policy in served.info().policies
    }


def test_each_group_is_two_mandatory_policies_and_exemptions_are_one() -> None:
    policies = Served(RULES).info().policies
    groups = [name for group in Group for name in (group.value, f"{group.value}-of-stack")]
    assert [policy.name for policy in policies] == [*groups, "exemptions"]
    assert {policy.enforcementLevel for policy in policies} == {1}
    assert all(policy.description for policy in policies)


def test_every_policy_s_schema_is_a_json_schema_that_takes_its_own_defaults() -> None:
    for name, schema in schemas(Served(RULES)).items():
        jsonschema.Draft7Validator.check_schema(schema)
        defaults = {
            key: part["default"] for key, part in schema["properties"].items() if "default" in part
        }
        jsonschema.validate(defaults, schema)
        assert "disabled_rules" in schema["properties"] or name == "exemptions"


def test_schemas_of_a_pack_without_rules_are_json_schemas_too() -> None:
    for schema in schemas(Served([])).values():
        jsonschema.Draft7Validator.check_schema(schema)


@pytest.mark.parametrize(
    "config",
    [
        {"minimum_backup_days": 0},
        {"minimum_backup_days": "many"},
        {"disabled_rules": ["no-such-rule"]},
        {"disabled_rules": ["secret-rotated"]},
    ],
    ids=str,
)
def test_a_schema_refuses_what_the_pack_would_not_understand(config: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(config, schemas(Served(RULES))["data-safety"])


def test_every_parameter_is_offered_by_its_group_s_policies_and_described() -> None:
    found = schemas(Served(RULES))
    for name, parameter in PARAMETERS.items():
        for policy in (parameter.group.value, f"{parameter.group.value}-of-stack"):
            assert found[policy]["properties"][name]["description"]


def test_a_parameter_is_what_the_configuration_says() -> None:
    assert Served([backups_kept]).resource(KEPT_7) == []
    config = {"data-safety": {"minimum_backup_days": 14}}
    (violation,) = Served([backups_kept], config=config).resource(KEPT_7)
    assert "allowed: 14 days at least" in violation.message


def test_a_level_is_what_the_configuration_says() -> None:
    for level in ("advisory", "mandatory"):
        served = Served([reads_name], config={"access": {"enforcementLevel": level}})
        assert levels(served.resource(bucket("wrong"))) == [level]
    disabled = Served([reads_name], config={"access": {"enforcementLevel": "disabled"}})
    assert disabled.resource(bucket("wrong")) == []


def test_one_rule_can_be_switched_off() -> None:
    config = {"access": {"disabled_rules": ["finds-then-reads"]}}
    served = Served([reads_name, finds_then_reads], config=config)
    (violation,) = served.resource(bucket("wrong"))
    assert "[reads-name]" in violation.message


def test_a_violation_names_rule_resource_what_was_found_and_what_to_do() -> None:
    (violation,) = Served([reads_name]).resource(bucket("wrong"))
    assert violation.policy == "access"
    assert violation.urn.endswith(f"{BUCKET}::it")
    for part in ("[reads-name]", "It holds.", "found:   wrong", "allowed: right", "Mend it."):
        assert part in violation.message


def test_what_is_unknown_is_an_advisory_note_that_names_the_rules() -> None:
    another = Rule(**{**vars(reads_name), "id": "reads-it-too"})
    (note,) = Served([reads_name, another]).resource(bucket(UNKNOWN_STRING_VALUE))
    assert note.level == "advisory"
    assert "reads-name: " in note.message
    assert "reads-it-too: " in note.message
    assert ".bucket" in note.message


def test_what_was_found_before_something_unknown_stays_a_violation() -> None:
    told = Served([finds_then_reads]).resource(bucket(UNKNOWN_STRING_VALUE))
    assert levels(told) == ["mandatory", "advisory"]


def test_something_unknown_to_one_rule_silences_no_other() -> None:
    served = Served([reads_name, finds_then_reads])
    assert "mandatory" in levels(served.resource(bucket(UNKNOWN_STRING_VALUE)))


def test_a_rule_that_throws_fails_the_analysis_and_is_named_with_the_resource() -> None:
    with pytest.raises(RuntimeError, match=f"rule throws failed on .*{BUCKET}::it: ZeroDivision"):
        Served([throws]).resource(bucket())


def test_a_rule_that_throws_on_a_stack_fails_the_analysis_too() -> None:
    stack = Fixture(type="pulumi:pulumi:Stack", name="development-stages-preprod")
    with pytest.raises(RuntimeError, match=r"rule throws-on-stack failed on .*stages-preprod: "):
        Served([throws_on_stack]).whole(stack, bucket())


def test_what_no_resource_is_to_blame_for_is_said_of_the_stack() -> None:
    stack = Fixture(type="pulumi:pulumi:Stack", name="development-stages-preprod")
    (violation,) = Served([blames_nobody]).whole(stack, bucket())
    assert violation.urn.endswith("pulumi:pulumi:Stack::development-stages-preprod")


def test_a_rule_sees_protection_and_ignored_changes_of_every_type() -> None:
    assert ignored_changes_harmless.types == (ANY_TYPE,)
    served = Served([stateful_protected, ignored_changes_harmless])
    assert served.resource(Fixture(type=INSTANCE, protect=True)) == []
    told = served.resource(Fixture(type=INSTANCE, ignore_changes=("storageEncrypted",)))
    assert levels(told) == ["mandatory", "mandatory"]


def test_secrets_in_a_resource_are_looked_at_and_not_told() -> None:
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    props = {"password": {**secret, "value": "hunter2"}}
    told = Served(RULES).resource(Fixture(type=INSTANCE, props=props))
    about = [item for item in told if "[server-password-random]" in item.message]
    assert levels(about) == ["mandatory"]
    assert not any("hunter2" in item.message for item in told)


def test_a_resource_that_is_nobody_s_business_costs_no_rule() -> None:
    assert Served(RULES).resource(Fixture(type="other:index/thing:Thing")) == []
