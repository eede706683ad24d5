"""The whole program, as each stack registers it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.conftest import ROOT, STAGES, Recording, Registered, recorded_stack

SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""How Pulumi marks a secret or an unknown value on the wire."""

DOCUMENT_KEYS = ("policy", "assumeRolePolicy")

PROTECTED_TYPES = ("rds/instance:Instance", ":Bucket", ":Key", ":Database", ":Environment")


def documents(recording: Recording) -> list[tuple[Registered, Any]]:
    return [
        (resource, resource.inputs[key])
        for resource in recording.resources
        for key in DOCUMENT_KEYS
        if key in resource.inputs
    ]


def test_a_tenant_alone_owns_only_its_own_part(test_stage: Recording) -> None:
    assert dict(test_stage.counts()) == {
        "pulumi:providers:aws": 1,
        "pulumi:providers:postgresql": 1,
        "postgresql:index/database:Database": 1,
        "postgresql:index/grant:Grant": 5,
        "postgresql:index/defaultPrivileges:DefaultPrivileges": 6,
        "aws:iam/role:Role": 1,
        "aws:iam/rolePolicy:RolePolicy": 1,
        "aws:s3/bucket:Bucket": 1,
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 1,
        "aws:s3/bucketObjectv2:BucketObjectv2": 2,
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 1,
        "aws:s3/bucketPolicy:BucketPolicy": 1,
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 1,
        "aws:s3/bucketVersioning:BucketVersioning": 1,
    }


def test_both_hosts_are_made_of_the_same_types_of_resources(
    preprod: Recording, prod: Recording
) -> None:
    stops_when_idle = {"aws:cloudwatch/metricAlarm:MetricAlarm"}
    assert set(preprod.counts()) == set(prod.counts()) | stops_when_idle


def test_every_document_is_plain_text_that_is_known_in_a_preview(any_stack: Recording) -> None:
    found = documents(any_stack)
    assert found
    for resource, document in found:
        assert isinstance(document, str), resource.name
        assert json.loads(document)["Version"] == "2012-10-17", resource.name


def test_no_output_is_secret(any_stack: Recording) -> None:
    assert any_stack.exports
    assert any_stack.secret_exports == set()


def test_only_the_server_s_first_password_is_secret(any_stack: Recording) -> None:
    secret = [
        (resource.type, key)
        for resource in any_stack.resources
        for key, value in resource.inputs.items()
        if SECRET_SIGNATURE in json.dumps(value) and not is_asset(value)
    ]
    expected = [("aws:rds/instance:Instance", "password")] if any_stack.of(":Environment") else []
    assert secret == expected


def is_asset(value: Any) -> bool:
    return isinstance(value, dict) and bool({"path", "assets", "text"} & set(value))


@pytest.mark.parametrize("stage", STAGES)
def test_what_holds_data_is_protected_exactly_where_the_stage_says_so(stage: str) -> None:
    resources = [r for suffix in PROTECTED_TYPES for r in recorded_stack(stage).of(suffix)]
    assert resources
    assert {resource.request.protect for resource in resources} == {stage != "test"}


def test_a_protected_server_is_protected_by_rds_as_well(preprod: Recording) -> None:
    server = preprod.named("host-server-instance").inputs
    assert server["deletionProtection"] is True
    assert server["skipFinalSnapshot"] is False
    assert server["deleteAutomatedBackups"] is False


def test_no_stage_is_named_outside_the_stage_model() -> None:
    names = re.compile(rf"\b({'|'.join(STAGES)})_?\b(?!\.)")
    sources = [ROOT / "__main__.py", *sorted((ROOT / "components").rglob("*.py"))]
    found = [
        f"{source.relative_to(ROOT)}:{number}"
        for source in sources
        for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1)
        if names.search(line)
    ]
    assert found == []


def test_nothing_in_the_database_waits_for_airflow(preprod: Recording) -> None:
    """A provider's token lives 15 minutes, an environment takes longer to be made."""
    waits_for: dict[str, set[str]] = {}
    for resource in preprod.resources:
        first = set(resource.depends_on)
        waits_for[resource.name] = first | {n for name in first for n in waits_for.get(name, ())}
    for resource in preprod.resources:
        if resource.type.startswith(("postgresql:", "pulumi:providers:postgresql")):
            assert "host-airflow-environment" not in waits_for[resource.name], resource.name


def test_dags_never_touch_the_environment(preprod: Recording) -> None:
    environment = preprod.named("host-airflow-environment")
    dags = [r.name for r in preprod.of(":BucketObjectv2") if r.name.startswith("tenant-dags")]
    assert len(dags) == 2
    assert not set(dags) & set(environment.depends_on)
    assert not {e for d in dags for e in preprod.named(d).depends_on} & {environment.name}
