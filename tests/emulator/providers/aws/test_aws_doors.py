"""Zones, records, trails and an instance's options: what AWS refuses, and what drifts."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.providers.provider import ProviderError
from tests.emulator.providers.aws import preparations as prepare
from tests.emulator.providers.aws.resource_driver import Driver

ZONE = "aws:route53/zone:Zone"
RECORD = "aws:route53/record:Record"
TRAIL = "aws:cloudtrail/trail:Trail"
INSTANCE = "aws:ec2/instance:Instance"


def refused(driver: Driver, type_: str, **inputs: Any) -> str:
    with pytest.raises(ProviderError) as caught:
        driver.create(type_, **inputs)
    return str(caught.value)


def test_a_network_sees_one_zone_of_a_name_and_only_networks_that_are_there(driver: Driver) -> None:
    inputs = prepare.zone(driver)
    zone = driver.create(ZONE, **inputs)
    assert zone["vpcs"] == inputs["vpcs"]
    assert "ConflictingDomainExists" in refused(driver, ZONE, **inputs)
    absent = inputs | {"vpcs": [{"vpcId": "vpc-0123456789abcdef0"}]}
    assert "InvalidVPCId" in refused(driver, ZONE, **absent)


def test_a_zone_s_networks_change_in_place(driver: Driver) -> None:
    inputs = prepare.zone(driver)
    zone = driver.create(ZONE, **inputs)
    wanted = inputs | {"vpcs": [*inputs["vpcs"], {"vpcId": prepare.vpc(driver)}]}
    assert driver.diff(zone, **wanted).replaces == []
    driver.update(zone, **wanted)
    assert {vpc["vpcId"] for vpc in zone["vpcs"]} == {vpc["vpcId"] for vpc in wanted["vpcs"]}
    assert driver.drift(zone).changed == []


def test_a_zone_with_records_stays_unless_it_is_told_to_empty_itself(driver: Driver) -> None:
    inputs = prepare.record(driver)
    driver.create(RECORD, **inputs)
    zone = next(made for made in driver.made if made.type == ZONE)
    with pytest.raises(ProviderError, match="HostedZoneNotEmpty"):
        driver.provider.delete(zone.urn, ZONE, zone.id, zone.inputs, zone.outputs)
    driver.provider.delete(zone.urn, ZONE, zone.id, zone.inputs | {"forceDestroy": True}, {})


def test_a_name_has_one_record_of_a_type_and_nothing_beside_an_alias(driver: Driver) -> None:
    inputs = prepare.record(driver)
    driver.create(RECORD, **inputs)
    assert "already exists" in refused(driver, RECORD, **inputs)
    beside = inputs | {"type": "A", "records": ["10.0.0.1"]}
    assert "conflicts with other records" in refused(driver, RECORD, **beside)
    driver.create(RECORD, **inputs, allowOverwrite=True)


def test_a_record_changes_its_type_in_place_and_drift_shows(driver: Driver) -> None:
    inputs = prepare.record(driver)
    record = driver.create(RECORD, **inputs)
    assert record["fqdn"] == "server.stage.internal"
    wanted = inputs | {"type": "A", "records": ["10.0.0.1"]}
    assert driver.diff(record, **wanted).replaces == []
    driver.update(record, **wanted)
    assert driver.drift(record).changed == []
    client = driver.context.client("route53")
    change = {"Name": "server.stage.internal", "Type": "A", "TTL": 60}
    values = [{"Value": "10.0.0.2"}]
    client.change_resource_record_sets(
        HostedZoneId=inputs["zoneId"],
        ChangeBatch={
            "Changes": [
                {"Action": "UPSERT", "ResourceRecordSet": change | {"ResourceRecords": values}}
            ]
        },
    )
    assert driver.drift(record).changed == ["records"]


def test_wrong_records_are_named_before_anything_is_made(driver: Driver) -> None:
    found = driver.failures(RECORD, zoneId="Z1", name="a", type="CNAME", records=["a", "b"], ttl=1)
    assert found == {"records": "a CNAME has exactly one"}
    found = driver.failures(RECORD, zoneId="Z1", name="a", type="X")
    assert set(found) == {"type", "records", "ttl"}


def test_a_trail_needs_a_bucket_and_a_key_that_let_it_write(driver: Driver) -> None:
    inputs = prepare.trail(driver)
    shut = inputs | {"s3BucketName": prepare.bucket(driver)}
    assert "InsufficientS3BucketPolicyException" in refused(driver, TRAIL, **shut)
    with_key = inputs | {"kmsKeyId": prepare.key(driver)["arn"]}
    assert "InsufficientEncryptionPolicyException" in refused(driver, TRAIL, **with_key)
    halved = inputs | {"includeGlobalServiceEvents": False}
    assert "must include global service events" in refused(driver, TRAIL, **halved)


def test_a_trail_that_somebody_stops_has_drifted(driver: Driver) -> None:
    trail = driver.create(TRAIL, **prepare.trail(driver))
    assert "TrailAlreadyExistsException" in refused(driver, TRAIL, **trail.inputs)
    driver.context.client("cloudtrail").stop_logging(Name=trail.id)
    assert driver.drift(trail).changed == ["enableLogging"]


def test_an_instance_s_metadata_service_that_somebody_opens_has_drifted(driver: Driver) -> None:
    machine = driver.create(INSTANCE, **prepare.machine(driver))
    assert machine["rootBlockDevice"]["encrypted"] is True
    driver.context.client("ec2").modify_instance_metadata_options(
        InstanceId=machine.id, HttpTokens="optional"
    )
    assert driver.drift(machine).changed == ["metadataOptions"]


def test_a_network_goes_once_its_endpoints_and_machines_are_gone(driver: Driver) -> None:
    vpc_id = prepare.vpc(driver)
    subnet_id = prepare.subnets(driver, vpc_id)[0]
    group_id = prepare.group(driver, vpc_id)
    endpoint = driver.create(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        vpcId=vpc_id,
        serviceName="com.amazonaws.eu-west-1.ssm",
        vpcEndpointType="Interface",
        subnetIds=[subnet_id],
        securityGroupIds=[group_id],
    )
    machine = driver.create(
        INSTANCE,
        **prepare.machine(driver),
        subnetId=subnet_id,
        vpcSecurityGroupIds=[group_id],
    )
    driver.delete(endpoint)
    driver.delete(machine)
    for made in reversed([made for made in driver.made if made.type.startswith("aws:ec2/")]):
        driver.delete(made)


def test_wrong_options_of_an_instance_are_named(driver: Driver) -> None:
    found = driver.failures(
        INSTANCE,
        ami="ami-1",
        instanceType="t4g.nano",
        metadataOptions={"httpTokens": "yes", "httpPutResponseHopLimit": 65},
        rootBlockDevice={"volumeType": "ssd"},
    )
    assert set(found) == {
        "metadataOptions.httpTokens",
        "metadataOptions.httpPutResponseHopLimit",
        "rootBlockDevice.volumeType",
    }
