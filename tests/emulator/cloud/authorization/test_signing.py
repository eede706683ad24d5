"""Who signed: keys, tokens, signatures, presigned addresses, nobody."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from emulator.cloud.client import Cloud
from tests.emulator.cloud.authorization.actors import Account, Actor, code, document, trust
from tests.emulator.cloud.doors import ACCOUNT_ID, REGION

ANY_CALL: dict[str, tuple[str, dict[str, Any]]] = {
    "sts": ("get_caller_identity", {}),
    "iam": ("list_users", {}),
    "s3": ("list_buckets", {}),
    "kms": ("list_keys", {}),
    "ssm": ("describe_parameters", {}),
    "secretsmanager": ("list_secrets", {}),
    "sqs": ("list_queues", {}),
    "rds": ("describe_db_instances", {}),
    "ec2": ("describe_vpcs", {}),
    "lambda": ("list_functions", {}),
}
"""One of each protocol, and each service that the stages use."""


def call(actor: Actor, service: str) -> Any:
    operation, arguments = ANY_CALL[service]
    return getattr(actor.client(service), operation)(**arguments)


@pytest.mark.parametrize("service", ANY_CALL)
def test_a_call_that_is_signed_right_is_taken(account: Account, service: str) -> None:
    call(account.administrator, service)


@pytest.mark.parametrize(
    ("service", "refusal"),
    [
        ("sts", "SignatureDoesNotMatch"),
        ("iam", "SignatureDoesNotMatch"),
        ("s3", "SignatureDoesNotMatch"),
        ("kms", "InvalidSignatureException"),
        ("ssm", "InvalidSignatureException"),
        ("rds", "SignatureDoesNotMatch"),
        ("ec2", "AuthFailure"),
        ("lambda", "InvalidSignatureException"),
        ("sqs", "SignatureDoesNotMatch"),
    ],
)
def test_a_call_signed_with_another_secret_is_refused(
    account: Account, service: str, refusal: str
) -> None:
    forger = replace(account.administrator, secret_access_key="x" * 40)
    assert code(call, forger, service) == refusal


@pytest.mark.parametrize(
    ("service", "refusal"),
    [
        ("sts", "MissingAuthenticationToken"),
        ("iam", "MissingAuthenticationToken"),
        ("kms", "MissingAuthenticationTokenException"),
        ("s3", "AccessDenied"),
    ],
)
def test_a_call_that_nobody_signed_is_refused(cloud: Cloud, service: str, refusal: str) -> None:
    nobody: Any = boto3.client(
        service,
        endpoint_url=cloud.endpoint_url,
        region_name=REGION,
        config=Config(signature_version=UNSIGNED),
    )
    operation, arguments = ANY_CALL[service]
    assert code(getattr(nobody, operation), **arguments) == refusal


@pytest.mark.parametrize(
    ("service", "refusal"), [("sts", "InvalidClientTokenId"), ("s3", "InvalidToken")]
)
def test_a_session_counts_with_its_token_only(account: Account, service: str, refusal: str) -> None:
    role = account.role(trust(), {"Action": "*", "Resource": "*"})
    session = account.administrator.assume(role)
    call(session, service)
    assert code(call, replace(session, session_token="another"), service) == refusal
    assert code(call, replace(session, session_token=None), service) == refusal


def test_an_inactive_and_a_deleted_key_count_for_nothing(account: Account) -> None:
    user = account.user()
    assert call(user, "sts")["Arn"] == user.arn
    key = {"UserName": user.name, "AccessKeyId": user.access_key_id}
    account.iam.update_access_key(**key, Status="Inactive")
    assert code(call, user, "sts") == "InvalidClientTokenId"
    account.iam.delete_access_key(**key)
    assert code(call, user, "sts") == "InvalidClientTokenId"


def sent(request: Any) -> tuple[int, str]:
    """Status and body of an answer to a plain HTTP request."""
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_presigned_address_opens_what_its_signer_may_open(
    account: Account, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = account.bucket()
    reader = account.user({"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/a/*"})
    signer = reader.client("s3", signature_version=version)

    def address(key: str, **settings: Any) -> str:
        return str(
            signer.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key}, **settings)
        )

    assert sent(address("a/1")) == (200, "one")
    assert sent(address("b/1"))[0] == 403
    changed = address("a/1").replace("a/1", "a/2")
    assert "SignatureDoesNotMatch" in sent(changed)[1]
    long_ago = datetime.now(UTC) - timedelta(seconds=20)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: long_ago)
    monkeypatch.setattr("botocore.auth.time.time", long_ago.timestamp)
    assert "Request has expired" in sent(address("a/1", ExpiresIn=10))[1]


def signed(actor: Actor, body: bytes, path: str = "/", **headers: str) -> AWSRequest:
    """A request to Secrets Manager, signed with what boto3 would not send."""
    request = AWSRequest(
        "POST",
        actor.endpoint_url + path,
        {"Content-Type": "application/x-amz-json-1.1", **headers},
        body,
    )
    credentials = Credentials(actor.access_key_id, actor.secret_access_key)
    SigV4Auth(credentials, "secretsmanager", REGION).add_auth(request)
    return request


def send(request: AWSRequest) -> tuple[int, str]:
    headers = dict(request.headers.items())
    return sent(
        urllib.request.Request(  # noqa: S310 - loopback
            str(request.url), request.data, headers, method=request.method
        )
    )


LIST = {"X-Amz-Target": "secretsmanager.ListSecrets"}


@pytest.fixture(scope="module")
def lister(account: Account) -> Actor:
    """Somebody who may see that there are secrets, and nothing else, where there is one."""
    account.administrator.client("secretsmanager").create_secret(
        Name="well-kept", SecretString="unheard of"
    )
    return account.user({"Action": "secretsmanager:ListSecrets", "Resource": "*"})


def test_what_was_signed_cannot_be_changed(lister: Actor) -> None:
    assert send(signed(lister, b"{}", **LIST))[0] == 200
    changed = signed(lister, b"{}", **LIST)
    changed.data = b'{"MaxResults": 1}'
    assert "InvalidSignature" in send(changed)[1]
    changed = signed(lister, b"{}", **LIST)
    changed.headers["X-Amz-Target"] = "secretsmanager.GetRandomPassword"
    assert "InvalidSignature" in send(changed)[1]


def test_a_body_has_to_be_the_one_whose_digest_was_signed(account: Account) -> None:
    bucket, owner = account.bucket(), account.administrator
    request = AWSRequest("PUT", f"{owner.endpoint_url}/{bucket}/a/2", {}, b"two")
    credentials = Credentials(owner.access_key_id, owner.secret_access_key)
    S3SigV4Auth(credentials, "s3", REGION).add_auth(request)
    assert send(request)[0] == 200
    request.data = b"changed"
    assert "XAmzContentSHA256Mismatch" in send(request)[1]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"MaxResults": 9}, "/?Action=GetSecretValue&SecretId=well-kept"),
        ({"NextToken": "&Action=GetSecretValue&SecretId=well-kept&"}, "/"),
    ],
    ids=["in the address", "in a text"],
)
def test_a_second_operation_is_never_smuggled_in(
    lister: Actor, body: dict[str, Any], path: str
) -> None:
    _, answer = send(signed(lister, json.dumps(body).encode(), path, **LIST))
    assert "unheard of" not in answer


@pytest.mark.parametrize(
    "header",
    [{"x-moto-account-id": "222222222222"}, {"User-Agent": "x region/us-east-1"}],
    ids=str,
)
def test_no_header_leads_into_another_account_or_region(
    lister: Actor, header: dict[str, str]
) -> None:
    status, answer = send(signed(lister, b"{}", **LIST, **header))
    assert status == 200
    assert "well-kept" in answer


@pytest.mark.parametrize(
    "path", ["/moto-api/", "/favicon.ico", "/latest/meta-data/iam/security-credentials/x"]
)
def test_what_is_moto_s_own_is_no_part_of_the_emulated_aws(cloud: Cloud, path: str) -> None:
    assert sent(cloud.endpoint_url + path)[0] == 404


def test_a_bucket_is_open_to_nobody_in_particular_only_by_its_policy(account: Account) -> None:
    bucket = account.bucket()
    nobody: Any = boto3.client(
        "s3",
        endpoint_url=account.administrator.endpoint_url,
        region_name=REGION,
        config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}),
    )
    with pytest.raises(ClientError, match="Access Denied"):
        nobody.get_object(Bucket=bucket, Key="a/1")
    everybody = document(
        {"Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/a/*"}
    )
    administrator = account.administrator.client("s3")
    administrator.put_bucket_policy(Bucket=bucket, Policy=everybody)
    assert nobody.get_object(Bucket=bucket, Key="a/1")["Body"].read() == b"one"
    assert code(nobody.put_object, Bucket=bucket, Key="a/1", Body=b"x") == "AccessDenied"
    assert code(nobody.list_objects_v2, Bucket=bucket) == "AccessDenied"
    administrator.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True}
    )
    assert code(nobody.get_object, Bucket=bucket, Key="a/1") == "AccessDenied"
    assert ACCOUNT_ID in account.administrator.arn
