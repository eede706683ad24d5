"""The gateway and what stands around it: shut, small, and the host's own."""

from __future__ import annotations

import json
from typing import Any

from tests.conftest import Recording

FIREWALL = "host-readers-firewall"


def statements(recording: Recording, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(recording.named(name).inputs["policy"])["Statement"]
    return found


def test_the_gateway_has_no_address_no_key_and_a_metadata_service_for_itself(
    preprod: Recording,
) -> None:
    machine = preprod.named("host-readers-gateway-instance").inputs
    assert machine["associatePublicIpAddress"] is False
    assert not {"keyName", "userData", "userDataBase64"} & machine.keys()
    assert machine["metadataOptions"]["httpTokens"] == "required"
    assert machine["metadataOptions"]["httpPutResponseHopLimit"] == 1
    assert machine["rootBlockDevice"]["encrypted"] is True
    assert machine["subnetId"] == "host-network-private-a-id"
    assert machine["vpcSecurityGroupIds"] == [f"{FIREWALL}-gateway-group-id"]
    assert machine["tags"]["Name"] == "devstages-preprod-gateway"


def test_nobody_opens_a_connection_to_it_and_it_opens_two_kinds(preprod: Recording) -> None:
    gateway = f"{FIREWALL}-gateway-group-id"
    rules = [
        (
            rule.type.rsplit(":", 1)[1],
            rule.inputs["fromPort"],
            rule.inputs["toPort"],
            rule.inputs.get("referencedSecurityGroupId"),
        )
        for kind in (":SecurityGroupIngressRule", ":SecurityGroupEgressRule")
        for rule in preprod.of(kind)
        if rule.inputs["securityGroupId"] == gateway
    ]
    assert sorted(rules) == [
        ("SecurityGroupEgressRule", 443, 443, f"{FIREWALL}-endpoints-group-id"),
        ("SecurityGroupEgressRule", 5432, 5432, "host-firewall-server-group-id"),
    ]


def test_its_role_holds_channels_and_reports_and_so_do_the_endpoints_let_it(
    preprod: Recording,
) -> None:
    allowed = {item["Sid"]: item for item in statements(preprod, "host-readers-gateway-policy")}
    assert set(allowed) == {"ReportInstance", "HoldChannels"}
    for service, sid in (("ssm", "ReportInstance"), ("ssmmessages", "HoldChannels")):
        name = f"host-readers-endpoints-{service}"
        (statement,) = statements(preprod, name)
        assert statement["Action"] == allowed[sid]["Action"]
        assert statement["Condition"] == {
            "ArnEquals": {
                "aws:PrincipalArn": "arn:aws:iam::111111111111:role/devstages-preprod-gateway"
            }
        }
        endpoint = preprod.named(name).inputs
        assert endpoint["serviceName"] == f"com.amazonaws.eu-west-1.{service}"
        assert endpoint["privateDnsEnabled"] is True
        assert endpoint["securityGroupIds"] == [f"{FIREWALL}-endpoints-group-id"]


def test_it_waits_for_what_its_agent_needs(preprod: Recording) -> None:
    waits = set(preprod.named("host-readers-gateway-instance").depends_on)
    assert {
        "host-readers-gateway-policy",
        "host-readers-endpoints-ssm",
        "host-readers-endpoints-ssmmessages",
        f"{FIREWALL}-gateway-to-endpoints-in",
        f"{FIREWALL}-gateway-to-endpoints-out",
    } <= waits


def test_it_stops_after_two_idle_hours_where_the_settings_say_so(
    preprod: Recording, prod: Recording
) -> None:
    alarm = preprod.named("host-readers-gateway-idle").inputs
    assert alarm["dimensions"] == {"InstanceId": "host-readers-gateway-instance-id"}
    assert alarm["period"] * alarm["evaluationPeriods"] == 120 * 60
    assert alarm["datapointsToAlarm"] == alarm["evaluationPeriods"]
    assert alarm["alarmActions"] == ["arn:aws:automate:eu-west-1:ec2:stop"]
    assert alarm["treatMissingData"] == "notBreaching", "one that was just started is not idle"
    assert prod.of(":MetricAlarm") == []


def test_the_zone_is_private_to_the_host_s_network(preprod: Recording) -> None:
    zone = preprod.named("host-readers-names-zone").inputs
    assert zone["name"] == "preprod.devstages.internal"
    assert zone["vpcs"] == [{"vpcId": "host-network-vpc-id"}]
    for role in ("server", "reader"):
        record = preprod.named(f"host-readers-names-{role}").inputs
        assert (record["name"], record["type"]) == (f"{role}.{zone['name']}", "CNAME")


def test_everything_done_in_the_account_is_recorded_signed_and_encrypted(
    preprod: Recording,
) -> None:
    trail = preprod.named("host-audit-trail")
    for key in ("isMultiRegionTrail", "enableLogFileValidation", "includeGlobalServiceEvents"):
        assert trail.inputs[key] is True, key
    assert trail.request.protect is True
    assert "host-audit-bucket-policy" in trail.depends_on, "CloudTrail tries to write at once"
    writes = statements(preprod, "host-audit-bucket-policy")[-1]
    assert writes["Resource"].endswith("-audit-preprod/AWSLogs/111111111111/*")
    arn = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/devstages-preprod-audit"
    assert writes["Condition"]["StringEquals"]["aws:SourceArn"] == arn
    (rule,) = [
        rule
        for rule in preprod.named("host-audit-bucket-lifecycle").inputs["rules"]
        if "expiration" in rule
    ]
    assert (rule["filter"]["prefix"], rule["expiration"]["days"]) == ("AWSLogs/", 365)
