"""The provider may what its principal may, also where no call reaches the emulated API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from emulator.cloud.provider_context import Credentials, ProviderContext
from emulator.providers.aws import AwsProvider
from emulator.providers.provider import ProviderError
from tests.emulator.providers.aws import preparations as prepare
from tests.emulator.providers.aws.resource_driver import Driver

ENVIRONMENT = "aws:mwaa/environment:Environment"
ARN = "arn:aws:airflow:eu-west-1:123456789012:environment"


@pytest.fixture
def deployer(context: ProviderContext) -> Iterator[Any]:
    """Makes a provider that acts as a user with these statements."""
    iam = context.client("iam")
    names: list[str] = []

    def make(*statements: dict[str, Any]) -> AwsProvider:
        name = f"deployer-{len(names)}"
        iam.create_user(UserName=name)
        names.append(name)
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", **statement} for statement in statements],
        }
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        credentials = Credentials(
            access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"]
        )
        provider = AwsProvider(replace(context, credentials=credentials, _clients={}))
        provider.configure({"region": "eu-west-1"})
        return provider

    yield make
    for name in names:
        iam.delete_user_policy(UserName=name, PolicyName="own")
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        iam.delete_user(UserName=name)


def test_an_environment_needs_its_own_permission_and_the_role_that_it_is_given(
    driver: Driver, deployer: Any
) -> None:
    inputs = prepare.environment(driver)
    needed = {
        "Action": ["s3:*", "ec2:Describe*", "iam:GetRole", "kms:*"],
        "Resource": "*",
    }
    airflow = {"Action": "airflow:*", "Resource": f"{ARN}/*"}

    def create(provider: AwsProvider) -> Any:
        urn = "urn:pulumi:s::p::t::n"
        checked = provider.check(urn, ENVIRONMENT, {}, {"name": "mine", **inputs})
        assert checked.failures == []
        return provider.create(urn, ENVIRONMENT, checked.inputs, preview=False)

    with pytest.raises(ProviderError, match=r"AccessDenied.*airflow:CreateEnvironment"):
        create(deployer(needed))
    with pytest.raises(ProviderError, match=r"AccessDenied.*iam:PassRole"):
        create(deployer(needed, airflow))
    passes = {
        "Action": "iam:PassRole",
        "Resource": "*",
        "Condition": {"StringEquals": {"iam:PassedToService": "airflow.amazonaws.com"}},
    }
    provider = deployer(needed, airflow, passes)
    made = create(provider)
    other = deployer(needed, {"Action": "airflow:*", "Resource": f"{ARN}/other"})
    with pytest.raises(ProviderError, match=r"AccessDenied.*airflow:DeleteEnvironment"):
        other.delete("urn", ENVIRONMENT, made.id, {}, made.outputs)
    provider.delete("urn", ENVIRONMENT, made.id, {}, made.outputs)


def test_a_call_that_reaches_the_emulated_api_is_judged_there(deployer: Any) -> None:
    provider = deployer({"Action": "s3:ListAllMyBuckets", "Resource": "*"})
    inputs = {"cidrBlock": "10.0.0.0/16"}
    with pytest.raises(ProviderError, match=r"UnauthorizedOperation.*ec2:CreateVpc"):
        provider.create("urn", "aws:ec2/vpc:Vpc", inputs, preview=False)
