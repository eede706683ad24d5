"""The provider itself: configuration, tags, kept types, secrets, files, functions."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emulator.cloud.provider_context import Kept, ProviderContext
from emulator.providers.aws import AwsProvider
from emulator.providers.provider import ProviderError
from emulator.values import UNKNOWN, Archive, Asset, Secret
from tests.emulator.providers.aws import preparations as prepare
from tests.emulator.providers.aws.resource_driver import Driver

BUDGET = "aws:budgets/budget:Budget"
BUDGET_INPUTS = {"budgetType": "COST", "limitAmount": "1", "timeUnit": "MONTHLY"}


def reasons(context: ProviderContext, **config: Any) -> dict[str, str]:
    checked = AwsProvider(context).check_config("urn", config)
    return {failure.property: failure.reason for failure in checked.failures}


def test_configuration_is_checked_by_name_and_kind(context: ProviderContext) -> None:
    assert reasons(context, region="eu-west-1", skipMetadataApiCheck="true", version="7.0.0") == {}
    assert "did you mean" in reasons(context, regio="eu-west-1")["regio"]
    assert reasons(context, region="eu-wurst-1")["region"].startswith("invalid AWS Region: eu-wur")
    assert "no JSON text" in reasons(context, defaultTags="{")[""]
    tags = reasons(context, defaultTags='{"tag": {}}')
    assert tags["defaultTags.tag"].startswith('unknown property "tag"; did you mean "tags"?')


def test_an_account_that_is_not_allowed_is_refused_with_both_ids(
    context: ProviderContext,
) -> None:
    AwsProvider(context).configure({"allowedAccountIds": '["123456789012"]'})
    with pytest.raises(ProviderError, match=r"123456789012 .* allows 999999999999"):
        AwsProvider(context).configure({"allowedAccountIds": '["999999999999"]'})
    with pytest.raises(ProviderError, match="forbiddenAccountIds lists it"):
        AwsProvider(context).configure({"forbiddenAccountIds": '["123456789012"]'})


def test_an_unknown_configuration_value_is_taken_in_a_preview(context: ProviderContext) -> None:
    provider = AwsProvider(context)
    provider.configure({"region": UNKNOWN, "defaultTags": UNKNOWN})
    checked = provider.check("urn", "aws:ec2/vpc:Vpc", {}, {"cidrBlock": "10.0.0.0/16"})
    assert checked.failures == []


def test_a_role_of_another_account_is_assumed_and_one_that_is_missing_is_not(
    context: ProviderContext,
) -> None:
    foreign = "arn:aws:iam::210987654321:role/nobody"
    with pytest.raises(ProviderError, match="Cannot assume IAM Role"):
        AwsProvider(context).configure({"assumeRoles": json.dumps([{"roleArn": foreign}])})
    account = {"AWS": "arn:aws:iam::123456789012:root"}
    trusted = {"Effect": "Allow", "Principal": account, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
    context.client("iam").create_role(RoleName="deployer", AssumeRolePolicyDocument=document)
    provider = AwsProvider(context)
    arn = "arn:aws:iam::123456789012:role/deployer"
    provider.configure({"assumeRoles": json.dumps([{"roleArn": arn}])})
    identity = provider.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})
    assert ":assumed-role/deployer/" in identity["arn"]
    context.client("iam").delete_role(RoleName="deployer")


def test_default_tags_go_into_the_cloud_and_into_tags_all(driver: Driver) -> None:
    vpc = driver.create("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16", tags={"owner": "data"})
    assert (vpc["tags"], vpc["tagsAll"]) == ({"owner": "data"}, {"owner": "data", "stage": "test"})
    described = driver.context.client("ec2").describe_vpcs(VpcIds=[vpc.id])["Vpcs"][0]
    assert {tag["Key"]: tag["Value"] for tag in described["Tags"]} == vpc["tagsAll"]
    driver.provider.configure({"defaultTags": '{"tags": {"stage": "prod"}}'})
    found = driver.diff(vpc, cidrBlock="10.0.0.0/16", tags={"owner": "data"})
    assert found.changed == ["tagsAll"]


def test_a_resource_may_name_a_region_of_its_own(driver: Driver) -> None:
    topic = driver.create("aws:sns/topic:Topic", region="us-east-1")
    assert topic.id.startswith("arn:aws:sns:us-east-1:")
    assert driver.drift(topic).changed == []
    assert driver.diff(topic, name=topic["name"]).replaces == ["region"]


def test_a_preview_knows_inputs_and_nothing_that_aws_makes_up(driver: Driver) -> None:
    inputs = {"cidrBlock": "10.0.0.0/16", "tagsAll": {}}
    resource = driver.provider.create("urn", "aws:ec2/vpc:Vpc", inputs, preview=True)
    assert resource.outputs["cidrBlock"] == "10.0.0.0/16"
    assert resource.outputs["arn"] is UNKNOWN
    with pytest.raises(ProviderError, match="cidrBlock are still unknown"):
        driver.provider.create("urn", "aws:ec2/vpc:Vpc", {"cidrBlock": UNKNOWN}, preview=False)


def test_secret_outputs_are_marked(driver: Driver) -> None:
    inputs = {"secretId": prepare.secret(driver), "secretString": "hush"}
    type_ = "aws:secretsmanager/secretVersion:SecretVersion"
    resource = driver.provider.create("urn", type_, inputs, preview=False)
    assert resource.outputs["secretString"] == Secret("hush")


def test_another_version_of_an_object_is_unknown_until_it_is_written(driver: Driver) -> None:
    type_, bucket = "aws:s3/bucketObjectv2:BucketObjectv2", prepare.bucket(driver)
    made = driver.create(type_, bucket=bucket, key="a", content="one")
    news = made.inputs | {"content": "two"}
    arguments = (made.urn, type_, made.id, made.inputs, made.outputs, news)
    planned = driver.provider.update(*arguments, preview=True)
    assert planned["versionId"] is UNKNOWN


def test_an_object_has_the_tags_that_it_is_written_with_or_none(driver: Driver) -> None:
    type_, bucket = "aws:s3/bucketObjectv2:BucketObjectv2", prepare.bucket(driver)
    made = driver.create(type_, bucket=bucket, key="a", content="one", tags={"a b": "c+d=e"})
    assert made["tagsAll"] == {"a b": "c+d=e", "stage": "test"}
    untagged = AwsProvider(driver.context)
    untagged.configure({"region": "eu-west-1"})
    inputs = {"bucket": bucket, "key": "b", "content": "two"}
    resource = untagged.create("urn", type_, inputs, preview=False)
    assert resource.outputs["tagsAll"] == {}
    tagged = untagged.update(
        "urn",
        type_,
        resource.id,
        inputs,
        resource.outputs,
        inputs | {"tags": {"a": "b"}},
        preview=False,
    )
    assert tagged["tagsAll"] == {"a": "b"}
    assert (
        untagged.update("urn", type_, resource.id, inputs, tagged, inputs, preview=False)["tagsAll"]
        == {}
    )
    untagged.delete("urn", type_, resource.id, inputs, resource.outputs)


def test_files_begin_at_the_programs_folder_and_archives_are_the_same_every_time(
    driver: Driver, tmp_path: Path
) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("def handle(e, c): return 1")
    type_, bucket = "aws:s3/bucketObjectv2:BucketObjectv2", prepare.bucket(driver)
    folder = Archive(sha256="a", assets=(("lib", Archive(path="code")), ("x", Asset(text="y"))))
    made = driver.create(type_, bucket=bucket, key="a.zip", source=folder)
    again = driver.create(type_, bucket=bucket, key="b.zip", source=folder)
    assert made["etag"] == again["etag"]
    body = driver.context.client("s3").get_object(Bucket=bucket, Key="a.zip")["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert sorted(archive.namelist()) == ["lib/app.py", "x"]
    with pytest.raises(ProviderError, match="no such file"):
        driver.create(type_, bucket=bucket, key="c", source=Asset(sha256="c", path="missing"))


def test_a_type_without_a_handler_is_checked_and_kept(driver: Driver) -> None:
    assert "unknown property" in driver.failures(BUDGET, **BUDGET_INPUTS, limit=1)["limit"]
    budget = driver.create(BUDGET, **BUDGET_INPUTS, name="monthly")
    assert budget.id == "monthly"
    assert budget["arn"] == "arn:aws:budgets:eu-west-1:123456789012:budget/monthly"
    assert driver.drift(budget).changed == []
    with pytest.raises(ProviderError, match="monthly already exists"):
        driver.create(BUDGET, **BUDGET_INPUTS, name="monthly")
    driver.update(budget, **(BUDGET_INPUTS | {"limitAmount": "2"}), name="monthly")
    assert budget["limitAmount"] == "2"
    lost = AwsProvider(replace(driver.context, kept=Kept()))
    lost.configure({})
    assert lost.read(budget.urn, BUDGET, budget.id, budget.inputs, budget.outputs) is None


def test_functions_answer_and_an_unknown_one_is_named(driver: Driver) -> None:
    invoke = driver.provider.invoke
    assert (
        invoke("aws:index/getCallerIdentity:getCallerIdentity", {})["accountId"] == "123456789012"
    )
    assert invoke("aws:index/getRegion:getRegion", {})["region"] == "eu-west-1"
    zones = invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {"state": "available"})
    assert zones["names"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    vpc_id = prepare.vpc(driver)
    assert invoke("aws:ec2/getVpc:getVpc", {"id": vpc_id})["cidrBlock"] == "10.0.0.0/16"
    with pytest.raises(ProviderError, match="does not run this function"):
        invoke("aws:iam/getGroup:getGroup", {"groupName": "g"})
    with pytest.raises(ProviderError, match="has no such function"):
        invoke("aws:iam/getNothing:getNothing", {})


def test_a_policy_document_is_what_the_real_function_writes(driver: Driver) -> None:
    statement = {
        "sid": "Read",
        "actions": ["s3:GetObject"],
        "resources": ["*"],
        "principals": [{"type": "AWS", "identifiers": ["*"]}],
        "conditions": [
            {"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]},
        ],
    }
    token = "aws:iam/getPolicyDocument:getPolicyDocument"
    document = driver.provider.invoke(token, {"statements": [statement]})["minifiedJson"]
    assert json.loads(document)["Statement"] == [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "*",
            "Principal": {"AWS": "*"},
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


def test_importing_the_provider_imports_neither_the_sdk_nor_a_service() -> None:
    code = (
        "import sys, emulator.providers.aws\n"
        "assert not [name for name in sys.modules if name.startswith('pulumi_aws')]\n"
        "assert not [name for name in sys.modules if '.aws.resources.' in name]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
