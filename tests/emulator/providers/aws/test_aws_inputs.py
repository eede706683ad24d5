"""What check says: names, types and requirements from the SDK, rules of AWS, names made up."""

from __future__ import annotations

import re
from typing import Any

import pytest

from emulator.providers.aws import sdk
from emulator.values import UNKNOWN
from tests.emulator.providers.aws.preparations import database, statement, trust
from tests.emulator.providers.aws.resource_cases import CASES
from tests.emulator.providers.aws.resource_driver import Driver

VPC = "aws:ec2/vpc:Vpc"
INSTANCE = "aws:rds/instance:Instance"
ROLE = "aws:iam/role:Role"


def test_an_unknown_type_is_named_with_its_neighbours(driver: Driver) -> None:
    reason = driver.failures("aws:ec2/vpc:Vpcc")[""]
    assert reason.startswith("pulumi-aws 7.51.1 has no resource type aws:ec2/vpc:Vpcc")
    assert "near it: aws:ec2/vpc:Vpc" in reason


def test_an_unknown_property_is_named_with_the_one_that_was_meant(driver: Driver) -> None:
    reason = driver.failures(VPC, cidrBlok="10.0.0.0/16", cidrBlock="10.0.0.0/16")["cidrBlok"]
    assert reason.startswith('unknown property "cidrBlok"; did you mean "cidrBlock"? Allowed: ')


def test_an_unknown_nested_property_is_named_by_its_path(driver: Driver) -> None:
    failures = driver.failures(
        "aws:ec2/securityGroup:SecurityGroup",
        ingress=[{"protocol": "tcp", "fromPort": 1, "toPort": 2, "cidr": "10.0.0.0/8"}],
    )
    assert failures["ingress[0].cidr"].startswith('unknown property "cidr"')


def test_a_missing_required_property_is_named(driver: Driver) -> None:
    assert driver.failures("aws:ec2/subnet:Subnet", cidrBlock="10.0.0.0/24") == {
        "vpcId": 'missing required property "vpcId"'
    }


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("enableDnsSupport", "yes", "got a string, want true or false"),
        ("ipv4NetmaskLength", "many", "got a string, want a whole number"),
        ("cidrBlock", ["10.0.0.0/16"], "got a list, want a string"),
        ("tags", "owner", "got a string, want a map"),
        ("ipv4NetmaskLength", 16.5, "got the number 16.5, want a whole number"),
    ],
)
def test_a_wrong_type_is_refused_without_showing_the_value(
    driver: Driver, name: str, value: Any, reason: str
) -> None:
    assert driver.failures(VPC, **({"cidrBlock": "10.0.0.0/16"} | {name: value}))[name] == reason


def test_values_that_terraform_converts_are_converted(driver: Driver) -> None:
    checked = driver.provider.check(
        driver.urn(VPC), VPC, {}, {"cidrBlock": "10.0.0.0/16", "enableDnsSupport": "true"}
    )
    assert (checked.failures, checked.inputs["enableDnsSupport"]) == ([], True)


@pytest.mark.parametrize("type_", CASES)
def test_unknown_values_pass(driver: Driver, type_: str) -> None:
    schema = sdk.resource(type_)
    assert schema is not None
    inputs = dict.fromkeys(schema.inputs.required, UNKNOWN) | {"tags": UNKNOWN}
    if "tags" not in schema.inputs.properties:
        del inputs["tags"]
    for failure in driver.provider.check(driver.urn(type_), type_, {}, inputs).failures:
        assert "need" in failure.reason, "only what is absent may be asked for"


def test_a_name_is_made_from_the_logical_one_and_kept(driver: Driver) -> None:
    urn, inputs = driver.urn(ROLE), {"assumeRolePolicy": trust("ec2")}
    first = driver.provider.check(urn, ROLE, {}, inputs).inputs
    assert re.fullmatch(r"thing-\d+-[0-9a-f]{7}", first["name"])
    assert first["__defaults"] == ["name"]
    again = driver.provider.check(urn, ROLE, first, inputs).inputs
    assert again["name"] == first["name"], "an update keeps the name"
    replacement = driver.provider.check(urn, ROLE, {}, inputs).inputs
    assert replacement["name"] != first["name"], "its replacement stands beside it"


def test_a_name_that_the_program_took_back_is_made_anew(driver: Driver) -> None:
    inputs = {"assumeRolePolicy": trust("ec2")}
    named = driver.provider.check(driver.urn(ROLE), ROLE, {}, inputs | {"name": "mine"}).inputs
    assert "__defaults" not in named
    unnamed = driver.provider.check(driver.urn(ROLE), ROLE, named, inputs).inputs
    assert unnamed["name"] != "mine"


def test_a_prefix_leaves_the_name_to_the_provider(driver: Driver) -> None:
    role = driver.create(ROLE, assumeRolePolicy=trust("ec2"), namePrefix="pre-")
    assert re.fullmatch(r"pre-\d{26}", role["name"])
    assert driver.diff(role, assumeRolePolicy=trust("ec2"), namePrefix="pre-").changed == []


def test_a_resource_with_a_name_of_the_programs_own_is_deleted_before_its_replacement(
    driver: Driver,
) -> None:
    own = driver.create(ROLE, assumeRolePolicy=trust("ec2"), name="mine")
    moved = {"assumeRolePolicy": trust("ec2"), "path": "/other/"}
    assert driver.diff(own, **moved, name="mine").delete_before_replace
    assert not driver.diff(own, **moved, name="another").delete_before_replace
    made_up = driver.create(ROLE, assumeRolePolicy=trust("ec2"))
    assert not driver.diff(made_up, **moved).delete_before_replace


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "contains an invalid JSON policy"),
        ("{}", "Statement is missing or empty"),
        (statement(Effect="allow"), 'Effect "allow"; allowed: Allow, Deny'),
        (statement(Principal="*"), "an identity-based policy must not have Principal"),
        ('{"Version": "2020-01-01", "Statement": []}', 'Version "2020-01-01"; allowed'),
    ],
)
def test_a_malformed_policy_is_refused_before_anything_is_made(
    driver: Driver, document: str, reason: str
) -> None:
    failures = driver.provider.check(
        driver.urn("x"), "aws:iam/rolePolicy:RolePolicy", {}, {"role": "r", "policy": document}
    ).failures
    assert any(reason in failure.reason for failure in failures)


SERVER = {
    "engine": "postgres",
    "instanceClass": "db.t4g.micro",
    "allocatedStorage": 20,
    "username": "master",
    "password": "not-a-secret-1",
}


@pytest.mark.parametrize(
    ("changes", "name", "reason"),
    [
        ({"engine": "mysql"}, "engine", 'got "mysql", want "postgres"'),
        ({"password": None}, "password", "needed, unless"),
        ({"password": "short"}, "password", "must have 8 to 128 printable"),
        ({"manageMasterUserPassword": True}, "password", "excludes manageMasterUserPassword"),
        ({"identifier": "Not_Good"}, "identifier", "lower-case letters"),
        ({"username": "rdsadmin"}, "username", "is reserved"),
        ({"backupRetentionPeriod": 36}, "backupRetentionPeriod", "got 36, allowed: 0 to 35"),
        ({"maxAllocatedStorage": 10}, "maxAllocatedStorage", "less than allocatedStorage"),
        ({"monitoringInterval": 7}, "monitoringInterval", "allowed: 0, 1, 5, 10"),
        ({"caCertIdentifier": "rds-ca-2019"}, "caCertIdentifier", "allowed: rds-ca-rsa2048-g1"),
        ({"enabledCloudwatchLogsExports": ["error"]}, "enabledCloudwatchLogsExports", "error; "),
        ({"maintenanceWindow": "monday"}, "maintenanceWindow", "want ddd:hh:mm"),
    ],
)
def test_what_rds_refuses_of_an_instance_is_refused(
    driver: Driver, changes: dict[str, Any], name: str, reason: str
) -> None:
    assert driver.failures(INSTANCE, **SERVER) == {}
    assert reason in driver.failures(INSTANCE, **(SERVER | changes))[name]


def test_a_replica_cannot_have_a_managed_password(driver: Driver) -> None:
    replica = {"replicateSourceDb": "source", "instanceClass": "db.t4g.micro"}
    assert driver.failures(INSTANCE, **replica) == {}
    managed = driver.failures(INSTANCE, **replica, manageMasterUserPassword=True)
    assert set(managed) == {"manageMasterUserPassword"}


def test_a_target_in_another_region_than_its_rule_is_refused(driver: Driver) -> None:
    type_ = "aws:cloudwatch/eventTarget:EventTarget"
    failures = driver.failures(type_, rule="r", arn="arn:aws:sns:us-east-1:123456789012:t")
    assert "only an event bus may be elsewhere" in failures["arn"]
    assert driver.failures(type_, rule="r", arn="arn:aws:sns:eu-west-1:123456789012:t") == {}


@pytest.mark.parametrize(
    "type_",
    [
        "aws:ec2/securityGroupRule:SecurityGroupRule",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    ],
)
def test_what_pulumi_aws_deletes_first_is_deleted_first(driver: Driver, type_: str) -> None:
    prepare, _, replacement = CASES[type_]
    inputs = prepare(driver)
    made = driver.create(type_, **inputs)
    assert not driver.diff(made, **inputs).delete_before_replace
    assert driver.diff(made, **(inputs | replacement)).delete_before_replace


def test_a_server_of_the_programs_own_identifier_is_not_deleted_first(driver: Driver) -> None:
    """Its rule in pulumi-aws is no `AutoName`, so the replacement meets the old server's name.

    https://github.com/pulumi/pulumi-aws/blob/master/provider/resources.go (aws_db_instance)
    """
    inputs = database(driver) | {"identifier": "mine"}
    server = driver.create("aws:rds/instance:Instance", **inputs)
    found = driver.diff(server, **(inputs | {"storageEncrypted": True, "kmsKeyId": "other"}))
    assert found.replaces
    assert not found.delete_before_replace
