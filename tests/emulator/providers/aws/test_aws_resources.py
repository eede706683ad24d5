"""Every type that has a handler of its own: made, read, changed, replaced, imported, deleted."""

from __future__ import annotations

import pytest

from emulator.providers.aws.registry import backed_types
from tests.emulator.providers.aws.resource_cases import CASES
from tests.emulator.providers.aws.resource_driver import Driver

STAYS = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:s3/bucketAcl:BucketAcl",
    "aws:s3/bucketNotification:BucketNotification",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:secretsmanager/secretVersion:SecretVersion",
    "aws:sns/topicPolicy:TopicPolicy",
}
"""Types whose deletion only lets go of something that AWS keeps until its owner goes."""


def test_every_type_with_a_handler_has_a_case_here() -> None:
    assert set(CASES) | {"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"} == set(backed_types())


@pytest.mark.parametrize("type_", CASES)
def test_a_resource_lives_from_creation_to_deletion_without_drift(
    driver: Driver, type_: str
) -> None:
    prepare, update, replacement = CASES[type_]
    inputs = prepare(driver)
    made = driver.create(type_, **inputs)
    assert driver.diff(made, **inputs).changed == [], "the same program is no change"
    assert driver.drift(made).changed == [], "a fresh resource has not drifted"
    if update:
        wanted = inputs | update
        difference = driver.diff(made, **wanted)
        assert set(update) <= set(difference.changed), "the change is seen"
        assert difference.replaces == [], "the change needs no other resource"
        driver.update(made, **wanted)
        assert driver.diff(made, **wanted).changed == [], "the update did what it said"
        assert driver.drift(made).changed == []
        inputs = wanted
    if replacement:
        replaces = driver.diff(made, **(inputs | replacement)).replaces
        assert replaces == [next(iter(replacement))]
    driver.delete(made)
    assert driver.is_gone(made) or type_ in STAYS
    driver.provider.delete(made.urn, type_, made.id, made.inputs, made.outputs)


def test_deleting_twice_is_no_error_but_deleting_in_the_wrong_order_is(driver: Driver) -> None:
    vpc = driver.create("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16")
    driver.delete(vpc)
    driver.provider.delete(vpc.urn, vpc.type, vpc.id, vpc.inputs, vpc.outputs)


def test_the_default_security_group_is_adopted_and_left_without_rules(driver: Driver) -> None:
    vpc = driver.create("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16")
    group = driver.create("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", vpcId=vpc.id)
    assert group.id == vpc["defaultSecurityGroupId"]
    assert (group["ingress"], group["egress"]) == ([], [])
    assert driver.drift(group).changed == []


def test_a_subnet_group_survives_a_change_of_its_subnets(driver: Driver) -> None:
    vpc = driver.create("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16")
    subnets = [
        driver.create(
            "aws:ec2/subnet:Subnet",
            vpcId=vpc.id,
            cidrBlock=f"10.0.{number}.0/24",
            availabilityZone=f"eu-west-1{zone}",
        ).id
        for number, zone in enumerate("abc")
    ]
    group = driver.create("aws:rds/subnetGroup:SubnetGroup", subnetIds=subnets[:2])
    driver.update(group, subnetIds=subnets)
    assert set(group["subnetIds"]) == set(subnets)
    assert driver.drift(group).changed == []
