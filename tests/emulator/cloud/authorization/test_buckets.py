"""Who reaches buckets and what is in them, by their own policies and by the bucket's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.cloud.authorization.actors import (
    Account,
    Actor,
    code,
    document,
    new_name,
    refusal,
    trust,
)
from tests.emulator.cloud.doors import ACCOUNT_ID, OTHER_ACCOUNT_ID, REGION

ROOT = f"arn:aws:iam::{ACCOUNT_ID}:root"


def bucket_statement(**elements: Any) -> dict[str, Any]:
    return {
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::BUCKET/*",
        **elements,
    }


def reads(actor: Actor, bucket: str, key: str = "a/1") -> bool:
    s3 = actor.client("s3")
    try:
        return bool(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False


@pytest.fixture(scope="module")
def bucket(account: Account) -> str:
    return account.bucket()


def test_s3_is_reached_within_what_the_statements_name(account: Account, bucket: str) -> None:
    arn = f"arn:aws:s3:::{bucket}"
    user = account.user(
        {"Action": "s3:GetObject", "Resource": f"{arn}/a/*"},
        {
            "Action": "s3:ListBucket",
            "Resource": arn,
            "Condition": {"StringLike": {"s3:prefix": "a/*"}},
        },
    )
    s3 = user.client("s3")
    place = {"Bucket": bucket, "Key": "a/1"}
    assert reads(user, bucket)
    s3.head_object(**place)
    s3.list_objects_v2(Bucket=bucket, Prefix="a/")
    s3.list_objects(Bucket=bucket, Prefix="a/")
    assert code(s3.list_objects_v2, Bucket=bucket, Prefix="b/") == "AccessDenied"
    assert code(s3.list_objects_v2, Bucket=bucket) == "AccessDenied"
    assert not reads(user, bucket, "b/1")
    refused_calls: dict[str, dict[str, Any]] = {
        "put_object": {**place, "Body": b"x"},
        "delete_object": place,
        "delete_objects": {"Bucket": bucket, "Delete": {"Objects": [{"Key": "a/1"}]}},
        "copy_object": {**place, "CopySource": place},
        "create_multipart_upload": place,
        "get_object_acl": place,
        "list_object_versions": {"Bucket": bucket},
        "get_bucket_policy": {"Bucket": bucket},
        "put_bucket_policy": {"Bucket": bucket, "Policy": document()},
        "list_buckets": {},
        "delete_bucket": {"Bucket": bucket},
        "create_bucket": {"Bucket": "never-made"},
    }
    for operation, arguments in refused_calls.items():
        assert code(getattr(s3, operation), **arguments) == "AccessDenied", operation
    for operation in ("get_object", "head_object"):
        refused = refusal(getattr(s3, operation), **place, VersionId="1")
        assert refused.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_the_refusal_says_what_aws_says(account: Account, bucket: str) -> None:
    user = account.user()
    error = refusal(user.client("s3").get_object, Bucket=bucket, Key="a/1").response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert error["Error"]["Message"] == (
        f"User: {user.arn} is not authorized to perform: s3:GetObject on resource: "
        f'"arn:aws:s3:::{bucket}/a/1" because no identity-based policy allows the s3:GetObject '
        "action"
    )


def test_that_an_object_is_not_there_is_told_to_who_may_list(account: Account, bucket: str) -> None:
    read = {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    missing = {"Bucket": bucket, "Key": "never-written"}
    assert code(account.user(read).client("s3").get_object, **missing) == "AccessDenied"
    lists = account.user(read, {"Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"})
    assert code(lists.client("s3").get_object, **missing) == "NoSuchKey"


def test_a_copy_needs_both_ends(account: Account) -> None:
    source, target = account.bucket(), account.bucket()
    read = {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{source}/a/*"}
    write = {"Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{target}/*"}
    copy = {"Bucket": target, "Key": "copy", "CopySource": {"Bucket": source, "Key": "a/1"}}
    account.user(read, write).client("s3").copy_object(**copy)
    assert code(account.user(read).client("s3").copy_object, **copy) == "AccessDenied"
    assert code(account.user(write).client("s3").copy_object, **copy) == "AccessDenied"


def test_a_bucket_policy_opens_to_whom_it_names(account: Account) -> None:
    user, stranger = account.user(), account.user()
    role = account.role(trust())
    session = account.administrator.assume(role)
    named = [user.arn, role]
    bucket = account.bucket(document(bucket_statement(Principal={"AWS": named})))
    assert reads(user, bucket)
    assert reads(session, bucket)
    assert not reads(stranger, bucket)
    by_account = account.bucket(document(bucket_statement(Principal={"AWS": ROOT})))
    assert not reads(user, by_account)  # it leaves it to the user's own policies


def test_a_bucket_policy_shuts_out_even_administrators(account: Account) -> None:
    deny = bucket_statement(Effect="Deny", Principal="*", Action="s3:*")
    bucket = account.bucket(document(deny))
    error = refusal(account.administrator.client("s3").get_object, Bucket=bucket, Key="a/1")
    assert "with an explicit deny in a resource-based policy" in str(error)


def test_a_policy_that_demands_tls_lets_everybody_work_who_may(account: Account) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*"}
    both = ["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/*"]
    bucket = account.bucket(
        document(
            {**deny, "Resource": both, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            {
                **deny,
                "Resource": both,
                "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
            },
        )
    )
    assert reads(account.administrator, bucket)


def test_another_accounts_bucket_needs_both_sides(account: Account, other_account: Account) -> None:
    read = {"Action": "s3:*", "Resource": "*"}
    user, without = other_account.user(read), other_account.user()
    closed = account.bucket()
    assert not reads(user, closed)
    assert not reads(other_account.administrator, closed)
    other_root = f"arn:aws:iam::{OTHER_ACCOUNT_ID}:root"
    opened = account.bucket(document(bucket_statement(Principal={"AWS": other_root})))
    assert reads(user, opened)
    assert not reads(without, opened)
    named = account.bucket(document(bucket_statement(Principal={"AWS": without.arn})))
    assert not reads(without, named)


class EncryptedBucket:
    """A bucket whose objects are encrypted with a key of its own."""

    def __init__(self, account: Account, key_policy: str | None = None) -> None:
        kms, self.alias = account.administrator.client("kms"), f"alias/{new_name('key')}"
        settings = {"Policy": key_policy} if key_policy else {}
        self.key = kms.create_key(**settings)["KeyMetadata"]["Arn"]
        kms.create_alias(AliasName=self.alias, TargetKeyId=self.key)
        self.name = account.bucket()
        s3 = account.administrator.client("s3")
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key}
        rule = {"ApplyServerSideEncryptionByDefault": default}
        s3.put_bucket_encryption(
            Bucket=self.name, ServerSideEncryptionConfiguration={"Rules": [rule]}
        )
        s3.put_object(Bucket=self.name, Key="a/2", Body=b"two")

    def objects(self) -> dict[str, Any]:
        return {
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": f"arn:aws:s3:::{self.name}/*",
        }

    def key_by_alias(self, service: str = "s3", alias: str | None = None) -> dict[str, Any]:
        """What the stages' roles have: the key by its alias, and by way of one service."""
        return {
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/*",
            "Condition": {
                "ForAnyValue:StringEquals": {"kms:ResourceAliases": alias or self.alias},
                "StringEquals": {"kms:ViaService": [f"{service}.{REGION}.amazonaws.com"]},
            },
        }


@pytest.fixture(scope="module")
def encrypted(account: Account) -> EncryptedBucket:
    return EncryptedBucket(account)


def writes(actor: Actor, bucket: str) -> bool:
    s3 = actor.client("s3")
    try:
        s3.put_object(Bucket=bucket, Key="a/3", Body=b"three")
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False
    return True


def test_encrypted_objects_need_the_key_too(account: Account, encrypted: EncryptedBucket) -> None:
    without = account.user(encrypted.objects())
    assert not reads(without, encrypted.name, "a/2")
    assert not writes(without, encrypted.name)
    error = refusal(without.client("s3").get_object, Bucket=encrypted.name, Key="a/2")
    assert f"is not authorized to perform: kms:Decrypt on resource: {encrypted.key}" in str(error)
    holder = account.user(encrypted.objects(), encrypted.key_by_alias())
    assert reads(holder, encrypted.name, "a/2")
    assert writes(holder, encrypted.name)
    key_only = account.user(encrypted.key_by_alias())
    assert not reads(key_only, encrypted.name, "a/2")


def test_a_key_counts_by_its_alias_and_its_service_only(
    account: Account, encrypted: EncryptedBucket
) -> None:
    by_sqs = account.user(encrypted.objects(), encrypted.key_by_alias("sqs"))
    assert not reads(by_sqs, encrypted.name, "a/2")
    other = account.user(encrypted.objects(), encrypted.key_by_alias(alias="alias/other"))
    assert not reads(other, encrypted.name, "a/2")
    holder = account.user(encrypted.objects(), encrypted.key_by_alias())
    kms = holder.client("kms")  # not by way of S3
    assert code(kms.generate_data_key, KeyId=encrypted.key, KeySpec="AES_256") == (
        "AccessDeniedException"
    )


def test_another_account_needs_the_key_of_an_open_bucket_too(
    account: Account, other_account: Account
) -> None:
    """Also where the bucket names its key by its id alone, which means one of its own account."""
    encrypted = EncryptedBucket(account)
    s3 = account.administrator.client("s3")
    key_id = encrypted.key.rpartition("/")[2]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_id}
    rule = {"ApplyServerSideEncryptionByDefault": default}
    s3.put_bucket_encryption(
        Bucket=encrypted.name, ServerSideEncryptionConfiguration={"Rules": [rule]}
    )
    s3.put_object(Bucket=encrypted.name, Key="a/2", Body=b"two")
    opened = document(bucket_statement(Principal={"AWS": OTHER_ACCOUNT_ID}, Action="s3:*"))
    s3.put_bucket_policy(Bucket=encrypted.name, Policy=opened.replace("BUCKET", encrypted.name))
    stranger = other_account.user({"Action": ["s3:*", "kms:*"], "Resource": "*"})
    assert reads(stranger, encrypted.name, "a/1")
    assert not reads(stranger, encrypted.name, "a/2")
    assert not writes(stranger, encrypted.name)


def test_many_objects_are_deleted_by_who_may_delete_each(account: Account) -> None:
    bucket = account.bucket()
    arn = f"arn:aws:s3:::{bucket}"
    s3 = account.user({"Action": "s3:DeleteObject", "Resource": f"{arn}/a/*"}).client("s3")
    both = {"Objects": [{"Key": "a/1"}, {"Key": "b/1"}]}
    assert code(s3.delete_objects, Bucket=bucket, Delete=both) == "AccessDenied"
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a/1"}]})


def test_data_that_looks_like_a_document_is_data(account: Account) -> None:
    s3, bucket = account.administrator.client("s3"), account.bucket()
    s3.put_object(Bucket=bucket, Key="x", Body=b"<Delete><Object>")
    assert s3.get_object(Bucket=bucket, Key="x")["Body"].read() == b"<Delete><Object>"
