"""Who reaches keys, secrets and parameters, by their own policies and by those of the data."""

from __future__ import annotations

import json

import pytest

from tests.emulator.cloud.authorization.actors import (
    Account,
    code,
    document,
    new_name,
    refusal,
)
from tests.emulator.cloud.doors import ACCOUNT_ID, REGION

ROOT = f"arn:aws:iam::{ACCOUNT_ID}:root"


def test_a_key_policy_that_names_a_user_alone_shuts_the_account_out(account: Account) -> None:
    owner = account.user()
    only = {"Principal": {"AWS": owner.arn}, "Action": "kms:*", "Resource": "*"}
    kms = account.administrator.client("kms")
    assert code(kms.create_key, Policy=document(only)) == "MalformedPolicyDocumentException"
    key = kms.create_key(Policy=document(only), BypassPolicyLockoutSafetyCheck=True)
    key = key["KeyMetadata"]["Arn"]
    everything = account.user({"Action": "kms:*", "Resource": "*"})
    for stranger in (everything, account.administrator):
        error = refusal(stranger.client("kms").encrypt, KeyId=key, Plaintext=b"x")
        assert "no resource-based policy allows the kms:Encrypt action" in str(error)
    sealed = owner.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert code(everything.client("kms").decrypt, CiphertextBlob=sealed) == "AccessDeniedException"
    assert owner.client("kms").decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"


def test_a_default_key_policy_leaves_it_to_iam(account: Account) -> None:
    key = account.administrator.client("kms").create_key()["KeyMetadata"]["Arn"]
    may = account.user({"Action": "kms:Encrypt", "Resource": key})
    may.client("kms").encrypt(KeyId=key, Plaintext=b"x")
    assert code(account.user().client("kms").encrypt, KeyId=key, Plaintext=b"x") == (
        "AccessDeniedException"
    )


def test_a_key_may_be_bound_to_an_encryption_context(account: Account) -> None:
    key = account.administrator.client("kms").create_key()["KeyMetadata"]["Arn"]
    condition = {"StringEquals": {"kms:EncryptionContext:stage": "test"}}
    kms = account.user({"Action": "kms:Encrypt", "Resource": key, "Condition": condition}).client(
        "kms"
    )
    kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"stage": "test"})
    for context in ({"stage": "prod"}, {}):
        assert code(kms.encrypt, KeyId=key, Plaintext=b"x", EncryptionContext=context) == (
            "AccessDeniedException"
        )


def test_a_secret_is_reached_by_name_and_by_both_kinds_of_arn(account: Account) -> None:
    administrator, name = account.administrator.client("secretsmanager"), new_name("stage/secret")
    arn = administrator.create_secret(Name=name, SecretString="s3cr3t")["ARN"]
    longer = administrator.create_secret(Name=f"{name}-more", SecretString="s3cr3t")["ARN"]
    place = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:{name}-??????"
    reader = account.user({"Action": "secretsmanager:GetSecretValue", "Resource": place})
    secrets = reader.client("secretsmanager")
    for secret_id in (name, arn, arn[:-7]):
        assert secrets.get_secret_value(SecretId=secret_id)["SecretString"] == "s3cr3t"
    denied = "AccessDeniedException"
    assert code(secrets.get_secret_value, SecretId=longer) == denied
    assert code(secrets.get_secret_value, SecretId="not-there") == denied
    assert code(secrets.put_secret_value, SecretId=name, SecretString="x") == denied
    error = refusal(secrets.batch_get_secret_value, SecretIdList=[name])
    assert "s3cr3t" not in str(error)


def test_a_secrets_own_policy_opens_and_shuts(account: Account) -> None:
    administrator, name = account.administrator.client("secretsmanager"), new_name("secret")
    administrator.create_secret(Name=name, SecretString="s3cr3t")
    reader, everything = account.user(), account.user({"Action": "*", "Resource": "*"})
    get = {"Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    policy = document(
        {**get, "Principal": {"AWS": reader.arn}},
        {**get, "Effect": "Deny", "Principal": {"AWS": everything.arn}},
    )
    administrator.put_resource_policy(SecretId=name, ResourcePolicy=policy)
    reader.client("secretsmanager").get_secret_value(SecretId=name)
    error = refusal(everything.client("secretsmanager").get_secret_value, SecretId=name)
    assert "with an explicit deny in a resource-based policy" in str(error)


def test_a_secret_with_a_key_of_its_own_needs_the_key(account: Account) -> None:
    kms, name = account.administrator.client("kms"), new_name("secret")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    account.administrator.client("secretsmanager").create_secret(
        Name=name, SecretString="x", KmsKeyId=key
    )
    get = {"Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    error = refusal(account.user(get).client("secretsmanager").get_secret_value, SecretId=name)
    assert "kms:Decrypt" in str(error)
    via = {"StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}}
    decrypt = {"Action": "kms:Decrypt", "Resource": key, "Condition": via}
    account.user(get, decrypt).client("secretsmanager").get_secret_value(SecretId=name)


def test_a_secret_is_told_from_others_by_condition(account: Account) -> None:
    administrator = account.administrator.client("secretsmanager")
    tags = [{"Key": "stage", "Value": "test"}]
    name, other = new_name("secret"), new_name("secret")
    arn = administrator.create_secret(Name=name, SecretString="x", Tags=tags)["ARN"]
    administrator.create_secret(Name=other, SecretString="x")
    for condition in (
        {"secretsmanager:SecretId": arn},
        {"aws:ResourceTag/stage": "test"},
        {"secretsmanager:ResourceTag/stage": "test"},
    ):
        get = {"Action": "secretsmanager:GetSecretValue", "Resource": "*"}
        reader = account.user({**get, "Condition": {"StringEquals": condition}})
        reader.client("secretsmanager").get_secret_value(SecretId=name)
        refused = code(reader.client("secretsmanager").get_secret_value, SecretId=other)
        assert refused == "AccessDeniedException"


@pytest.mark.parametrize("slash", ["/", ""])
def test_parameters_are_reached_by_path(account: Account, slash: str) -> None:
    prefix = new_name("stage")
    administrator = account.administrator.client("ssm")
    for name in (f"/{prefix}/a", f"/{prefix}-other/a", f"{prefix}.plain"):
        administrator.put_parameter(Name=name, Value="v", Type="String")
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter/{prefix}"
    reader = account.user({"Action": "ssm:GetParameter*", "Resource": [f"{arn}/*", arn]})
    ssm = reader.client("ssm")
    ssm.get_parameter(Name=f"/{prefix}/a")
    ssm.get_parameters(Names=[f"/{prefix}/a"])
    ssm.get_parameters_by_path(Path=f"{slash or '/'}{prefix}")
    denied = "AccessDeniedException"
    assert code(ssm.get_parameter, Name=f"/{prefix}-other/a") == denied
    assert code(ssm.get_parameters, Names=[f"/{prefix}/a", f"/{prefix}-other/a"]) == denied
    assert code(ssm.get_parameter, Name=f"{prefix}.plain") == denied
    assert code(ssm.put_parameter, Name=f"/{prefix}/a", Value="x", Type="String") == denied
    assert code(ssm.describe_parameters) == denied


def test_no_refusal_holds_a_secret(account: Account) -> None:
    user = account.user()
    error = refusal(user.client("secretsmanager").create_secret, Name="x", SecretString="my-s3cr3t")
    assert "my-s3cr3t" not in json.dumps(error.response, default=str)
