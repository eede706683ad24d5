"""The table of replace-forcing properties: each entry is real, and each is tried."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.providers.aws import sdk
from emulator.providers.aws.diffing import difference
from emulator.providers.aws.registry import backed_types, handler_of
from emulator.providers.aws.replacing import table
from emulator.values import UNKNOWN

ENTRIES = [(type_, path) for type_, entry in table().items() for path in entry["properties"]]


def nested(path: str, value: Any) -> dict[str, Any]:
    name, _, rest = path.partition(".")
    inner = nested(rest, value) if rest else value
    return {name.removesuffix("[0]"): [inner] if name.endswith("[0]") else inner}


@pytest.mark.parametrize(("type_", "path"), ENTRIES)
def test_a_listed_property_is_known_to_the_sdk_and_a_change_of_it_replaces(
    type_: str, path: str
) -> None:
    schema = sdk.resource(type_)
    assert schema is not None
    arguments = schema.inputs
    *outer, last = path.split(".")
    for name in outer:
        property_ = arguments.properties[name]
        if property_.element is not None:
            path, property_ = path.replace(name, f"{name}[0]"), property_.element
        assert property_.object_class is not None
        arguments = sdk.args(property_.object_class)
    assert last in arguments.properties, "a property that does not exist replaces nothing"
    before, after = nested(path, "one"), nested(path, "two")
    found = difference(type_, handler_of(type_), before, before, after)
    assert found.replaces == [path]
    unknown = difference(type_, handler_of(type_), before, before, nested(path, UNKNOWN))
    assert unknown.replaces == [path], "what a preview cannot know yet is planned as a replacement"


def test_every_type_with_a_handler_is_in_the_table_with_a_source() -> None:
    assert set(backed_types()) - set(table()) == set()
    assert all(entry["source"].startswith("internal/service/") for entry in table().values())


@pytest.mark.parametrize(
    ("type_", "path", "before", "after", "replaced"),
    [
        ("aws:rds/instance:Instance", "engineVersion", "17.2", "18", False),
        ("aws:rds/instance:Instance", "replicateSourceDb", "source", None, False),
        ("aws:rds/instance:Instance", "replicateSourceDb", None, "source", False),
        ("aws:rds/instance:Instance", "identifier", "old", "new", False),
        ("aws:mwaa/environment:Environment", "airflowVersion", "2.10.3", "2.11.0", False),
        ("aws:mwaa/environment:Environment", "airflowVersion", "2.11.0", "3.0.6", True),
        ("aws:mwaa/environment:Environment", "airflowVersion", "3.0.6", "2.11.0", False),
        ("aws:ec2/vpc:Vpc", "instanceTenancy", "dedicated", "default", False),
        ("aws:ec2/vpc:Vpc", "instanceTenancy", "default", "dedicated", True),
        ("aws:ssm/parameter:Parameter", "tier", "Advanced", "Standard", True),
        ("aws:ssm/parameter:Parameter", "tier", "Standard", "Advanced", False),
    ],
)
def test_a_conditional_property_replaces_under_its_condition_only(
    type_: str, path: str, before: Any, after: Any, replaced: bool
) -> None:
    olds, news = {path: before}, {} if after is None else {path: after}
    found = difference(type_, handler_of(type_), olds, olds, news)
    assert found.changed == [path]
    assert bool(found.replaces) == replaced


def test_the_kind_of_a_rules_source_cannot_change_in_place() -> None:
    type_ = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    olds, news = {"cidrIpv4": "10.0.0.0/8"}, {"referencedSecurityGroupId": "sg-1"}
    found = difference(type_, handler_of(type_), olds, olds, news)
    assert found.replaces == ["cidrIpv4", "referencedSecurityGroupId"]
    same_kind = difference(type_, handler_of(type_), olds, olds, {"cidrIpv4": "10.0.0.0/16"})
    assert same_kind.replaces == []


def test_a_type_outside_the_table_is_replaced_by_its_name_only() -> None:
    type_ = "aws:budgets/budget:Budget"
    olds = {"name": "a", "limitAmount": "1"}
    found = difference(type_, handler_of(type_), olds, olds, {"name": "b", "limitAmount": "2"})
    assert (found.changed, found.replaces) == (["limitAmount", "name"], ["name"])


@pytest.mark.parametrize(
    ("type_", "changed", "condition", "replaced"),
    [
        ("aws:ec2/instance:Instance", "userData", {}, False),
        ("aws:ec2/instance:Instance", "userData", {"userDataReplaceOnChange": True}, True),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "privateDnsEnabled", {}, True),
        (
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            "privateDnsEnabled",
            {"vpcEndpointType": "Interface"},
            False,
        ),
    ],
)
def test_a_condition_may_rest_on_another_property(
    type_: str, changed: str, condition: dict[str, Any], replaced: bool
) -> None:
    olds, news = condition | {changed: "a"}, condition | {changed: "b"}
    assert bool(difference(type_, handler_of(type_), olds, olds, news).replaces) == replaced


def test_a_whole_object_replaces_where_it_holds_a_listed_property() -> None:
    bucket, server = "aws:s3/bucket:Bucket", "aws:rds/instance:Instance"
    locked = {"objectLockConfiguration": {"objectLockEnabled": "Enabled"}}
    found = difference(bucket, handler_of(bucket), {}, {}, locked)
    assert found.replaces == ["objectLockConfiguration"]
    ruled = {"objectLockConfiguration": {"rule": {"defaultRetention": {"mode": "GOVERNANCE"}}}}
    assert difference(bucket, handler_of(bucket), {}, {}, ruled).replaces == []
    imported = {"s3Import": {"bucketName": "dumps"}}
    assert difference(server, handler_of(server), imported, imported, {}).replaces == ["s3Import"]


def test_a_block_in_a_list_replaces_where_it_comes_or_changes() -> None:
    type_, one = "aws:ec2/instance:Instance", {"deviceName": "/dev/sdf", "volumeSize": 1}
    olds = {"ebsBlockDevices": [one]}
    grown = {"ebsBlockDevices": [one | {"volumeSize": 2}]}
    second = {"ebsBlockDevices": [one, one | {"deviceName": "/dev/sdg"}]}
    replaces = [
        difference(type_, handler_of(type_), olds, olds, news).replaces for news in (grown, second)
    ]
    assert replaces == [["ebsBlockDevices[0].volumeSize"], ["ebsBlockDevices[1]"]]


def test_the_point_to_restore_to_replaces_as_a_whole_only() -> None:
    type_ = "aws:rds/instance:Instance"
    olds = {"restoreToPointInTime": {"restoreTime": "2026-01-01T00:00:00Z"}}
    later = {"restoreToPointInTime": {"restoreTime": "2026-01-02T00:00:00Z"}}
    assert difference(type_, handler_of(type_), olds, olds, later).replaces == []
    taken = difference(type_, handler_of(type_), olds, olds, {})
    assert taken.replaces == ["restoreToPointInTime"]
