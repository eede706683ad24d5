"""The Airflow environment, its bucket, and the stages' buckets and roles."""

from __future__ import annotations

import json
from typing import Any

from tests.conftest import Recording

ENVIRONMENT = {
    "name": "devstages-preprod-airflow",
    "airflowVersion": "3.0.6",
    "webserverAccessMode": "PRIVATE_ONLY",
    "endpointManagement": "SERVICE",
    "workerReplacementStrategy": "GRACEFUL",
    "dagS3Path": "dags/",
    "requirementsS3ObjectVersion": "host-airflow-requirements-txt.versionId",
    "pluginsS3ObjectVersion": "host-airflow-plugins-zip.versionId",
    "startupScriptS3ObjectVersion": "host-airflow-startup-sh.versionId",
    "kmsKey": "host-airflow-key-key.arn",
}


def statements(recording: Recording, name: str, key: str = "policy") -> list[dict[str, Any]]:
    document: dict[str, list[dict[str, Any]]] = json.loads(recording.named(name).inputs[key])
    return document["Statement"]


def test_the_environment_is_private_pinned_and_patient(preprod: Recording) -> None:
    environment = preprod.named("host-airflow-environment")
    inputs = environment.inputs
    assert {key: inputs.get(key) for key in ENVIRONMENT} == ENVIRONMENT
    assert len(inputs["networkConfiguration"]["subnetIds"]) == 2
    assert environment.request.customTimeouts.update == "120m"


def test_all_five_logs_are_on(preprod: Recording) -> None:
    logs = preprod.named("host-airflow-environment").inputs["loggingConfiguration"]
    assert sorted(logs) == [
        "dagProcessingLogs",
        "schedulerLogs",
        "taskLogs",
        "webserverLogs",
        "workerLogs",
    ]
    assert all(log == {"enabled": True, "logLevel": "INFO"} for log in logs.values())


def test_the_environment_waits_for_what_it_cannot_start_without(preprod: Recording) -> None:
    first = set(preprod.named("host-airflow-environment").depends_on)
    assert {
        "host-airflow-execution-policy",
        "host-airflow-bucket-versioning",
        "host-network-private-a-route",
        "host-firewall-airflow-to-https",
    } <= first


def test_the_execution_role_may_take_on_the_task_roles_of_its_stages_only(
    preprod: Recording,
) -> None:
    assume = [
        statement
        for statement in statements(preprod, "host-airflow-execution-policy")
        if statement["Action"] == "sts:AssumeRole"
    ]
    assert [statement["Resource"] for statement in assume] == [
        [f"arn:aws:iam::111111111111:role/devstages-{stage}-task" for stage in ("preprod", "test")]
    ]


def test_the_execution_role_reaches_no_stage_s_data(preprod: Recording) -> None:
    text = preprod.named("host-airflow-execution-policy").inputs["policy"]
    assert "rds-db:connect" not in text
    for bucket in preprod.of(":Bucket"):
        assert ("airflow" in bucket.inputs["bucket"]) == (bucket.inputs["bucket"] in text)


def test_wildcard_resources_are_those_that_aws_leaves_no_choice_about(preprod: Recording) -> None:
    wild = {
        statement["Sid"]
        for statement in statements(preprod, "host-airflow-execution-policy")
        if statement["Resource"] == "*"
    }
    assert wild == {"FindLogs", "OwnMetrics", "SeeThatBucketsArePrivate"}


def test_a_task_role_uses_its_own_stage_only(test_stage: Recording) -> None:
    found = statements(test_stage, "tenant-roles-task-policy")
    resources = {statement["Sid"]: statement["Resource"] for statement in found}
    bucket = "arn:aws:s3:::devstages-111111111111-eu-west-1-data-test"
    assert resources == {
        "SignInToDatabase": "arn:aws:rds-db:eu-west-1:111111111111:dbuser:*/test_app",
        "ListOwnBucket": bucket,
        "UseOwnBucket": f"{bucket}/*",
        "KeyThroughServices": "arn:aws:kms:eu-west-1:111111111111:key/*",
        "ReadOnlyDoors": ["arn:aws:iam::111111111111:role/devstages-preprod-readonly"],
    }
    (key,) = [statement for statement in found if statement["Sid"] == "KeyThroughServices"]
    assert key["Condition"] == {
        "ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/devstages-test-data"},
        "StringEquals": {"kms:ViaService": ["s3.eu-west-1.amazonaws.com"]},
    }


def test_only_the_host_s_airflow_takes_on_a_task_role(test_stage: Recording) -> None:
    (trust,) = statements(test_stage, "tenant-roles-task-role", "assumeRolePolicy")
    execution = "arn:aws:iam::111111111111:role/devstages-preprod-airflow-execution"
    assert trust["Principal"] == {"AWS": execution}


def test_every_bucket_is_private_versioned_encrypted_and_for_tls_only(preprod: Recording) -> None:
    for name in ("host-airflow-bucket", "tenant-data"):
        block = preprod.named(f"{name}-public-access-block").inputs
        assert len([value for value in block.values() if value is True]) == 4
        versioning = preprod.named(f"{name}-versioning").inputs
        assert versioning["versioningConfiguration"] == {"status": "Enabled"}
        (rule,) = preprod.named(f"{name}-encryption").inputs["rules"]
        assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
        denied = statements(preprod, f"{name}-policy")
        assert [statement["Effect"] for statement in denied] == ["Deny", "Deny"]
        assert denied[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert preprod.named(f"{name}-bucket").inputs["forceDestroy"] is False


def test_dags_lie_under_their_stage_s_prefix(test_stage: Recording) -> None:
    keys = sorted(item.inputs["key"] for item in test_stage.of(":BucketObjectv2"))
    assert keys == ["dags/test/heartbeat.py", "dags/test/stage.json"]
    facts = json.loads(test_stage.named("tenant-dags-stage.json").inputs["content"])
    assert facts["task_role_arn"] == "arn:aws:iam::111111111111:role/devstages-test-task"
    assert facts["databases"] == {"im_data_db": "test.im_data_db"}


def test_state_holds_no_path_of_the_machine_that_deploys(any_stack: Recording) -> None:
    for item in any_stack.of(":BucketObjectv2"):
        assert '"/' not in json.dumps(item.inputs), item.name
