"""The PostgreSQL server, its network and its keys, as AWS is asked for them."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Recording

SERVER = {
    "engine": "postgres",
    "engineVersion": "18",
    "publiclyAccessible": False,
    "storageEncrypted": True,
    "iamDatabaseAuthenticationEnabled": True,
    "multiAz": True,
    "backupRetentionPeriod": 35,
    "copyTagsToSnapshot": True,
    "applyImmediately": False,
    "autoMinorVersionUpgrade": True,
    "caCertIdentifier": "rds-ca-rsa2048-g1",
    "performanceInsightsEnabled": True,
    "monitoringInterval": 60,
    "enabledCloudwatchLogsExports": ["iam-db-auth-error", "postgresql", "upgrade"],
    "username": "preprod_master",
}


def test_the_server_is_what_production_needs(preprod: Recording) -> None:
    inputs = preprod.named("host-server-instance").inputs
    assert {key: inputs.get(key) for key in SERVER} == SERVER
    assert inputs["maxAllocatedStorage"] > inputs["allocatedStorage"]


def test_minor_upgrades_and_the_bootstrap_s_password_are_no_drift(preprod: Recording) -> None:
    options = preprod.named("host-server-instance").request
    assert list(options.ignoreChanges) == ["engineVersion", "password"]


def test_a_server_that_must_be_replaced_goes_before_its_successor_takes_its_name(
    prod: Recording,
) -> None:
    for name in ("host-server-instance", "host-server-replica"):
        assert prod.named(name).request.deleteBeforeReplace, "the identifier is fixed"


def test_the_replica_takes_from_its_source_what_rds_refuses_to_be_told(prod: Recording) -> None:
    inputs = prod.named("host-server-replica").inputs
    assert inputs["replicateSourceDb"] == "devstages-prod-server"
    refused = {"username", "password", "allocatedStorage", "dbSubnetGroupName", "kmsKeyId"}
    assert not refused & set(inputs)
    assert inputs["storageEncrypted"] is True
    assert inputs["deletionProtection"] is True


def test_a_replica_stands_only_where_the_settings_say_so(preprod: Recording) -> None:
    assert len(preprod.of("rds/instance:Instance")) == 1


def test_tls_is_forced_and_connections_and_slow_statements_are_logged(preprod: Recording) -> None:
    group = preprod.named("host-server-parameters").inputs
    values = {parameter["name"]: parameter["value"] for parameter in group["parameters"]}
    assert group["family"] == "postgres18"
    assert values["rds.force_ssl"] == "1"
    assert values["log_connections"] == "1"
    assert values["log_min_duration_statement"] == "1000"


def test_log_groups_stand_before_rds_makes_them_itself(prod: Recording) -> None:
    for instance, identifier in (
        ("host-server-instance", "devstages-prod-server"),
        ("host-server-replica", "devstages-prod-server-replica"),
    ):
        names = {
            prod.named(name).inputs["name"]
            for name in prod.named(instance).depends_on
            if name.endswith("-log")
        }
        logs = ("iam-db-auth-error", "postgresql", "upgrade")
        assert names == {f"/aws/rds/instance/{identifier}/{log}" for log in logs}


def test_logs_are_encrypted_and_kept_for_a_known_time(preprod: Recording) -> None:
    groups = preprod.of(":LogGroup")
    assert len(groups) == 4
    for group in groups:
        assert group.inputs["retentionInDays"] == 365
        assert group.inputs["kmsKeyId"] == "host-logs-key-key.arn"


def test_the_bootstrap_is_told_no_secret_and_runs_again_on_another_server(
    preprod: Recording,
) -> None:
    inputs = dict(preprod.named("host-bootstrap").inputs)
    assert isinstance(inputs.pop("__provider"), str), "a secret provider would hide a change of it"
    assert inputs == {
        "address": "host-server-instance.address",
        "admin": "preprod_host_admin",
        "identifier": "devstages-preprod-server",
        "master": "preprod_master",
        "port": 5432,
        "region": "eu-west-1",
        "resource_id": "host-server-instance.resourceId",
        "roles_admin": "preprod_host_roles",
    }


def test_only_airflow_and_the_gateway_may_open_the_server_s_port(preprod: Recording) -> None:
    rules = [
        rule
        for rule in preprod.of(":SecurityGroupIngressRule")
        if rule.inputs["securityGroupId"] == "host-firewall-server-group-id"
    ]
    assert sorted(rule.inputs["referencedSecurityGroupId"] for rule in rules) == [
        "host-firewall-airflow-group-id",
        "host-readers-firewall-gateway-group-id",
    ]
    for rule in rules:
        assert rule.inputs["fromPort"] == rule.inputs["toPort"] == 5432


def test_the_default_security_group_has_no_rule(preprod: Recording) -> None:
    (group,) = preprod.of(":DefaultSecurityGroup")
    assert group.inputs["ingress"] == group.inputs["egress"] == []


@pytest.mark.parametrize(("stack", "gateways", "zones"), [("preprod", 1, 2), ("prod", 3, 3)])
def test_one_nat_gateway_or_one_in_each_zone(
    stack: str, gateways: int, zones: int, request: pytest.FixtureRequest
) -> None:
    recording: Recording = request.getfixturevalue(stack)
    assert len(recording.of(":NatGateway")) == gateways
    assert len(recording.of(":Subnet")) == 2 * zones
    assert not any(subnet.inputs["mapPublicIpOnLaunch"] for subnet in recording.of(":Subnet"))


def test_each_private_route_goes_through_a_nat_gateway(prod: Recording) -> None:
    ways = {route.inputs["natGatewayId"] for route in prod.of(":Route") if "private" in route.name}
    assert ways == {f"host-network-nat-{zone}-id" for zone in "abc"}


def test_keys_rotate_and_can_be_called_back_for_a_month(preprod: Recording) -> None:
    keys = preprod.of(":Key")
    assert len(keys) == 6
    for key in keys:
        assert key.inputs["enableKeyRotation"] is True
        assert key.inputs["deletionWindowInDays"] == 30


def test_each_tenant_s_data_has_a_key_of_its_own(preprod: Recording) -> None:
    aliases = {alias.inputs["name"] for alias in preprod.of(":Alias")}
    assert {"alias/devstages-preprod-data", "alias/devstages-test-data"} <= aliases


def test_flow_logs_cover_all_traffic(preprod: Recording) -> None:
    (log,) = preprod.of(":FlowLog")
    assert log.inputs["trafficType"] == "ALL"
    role = json.loads(preprod.named("host-network-flow-logs-role").inputs["assumeRolePolicy"])
    assert "Condition" in role["Statement"][0]
