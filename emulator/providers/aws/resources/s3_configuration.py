# ruff: noqa: D102 - the methods are those of Handler, documented there
"""What configures a bucket: policy, public access, versioning, encryption, and the like."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError, error_code
from emulator.providers.aws.handler import Handler, failure, known_object
from emulator.providers.aws.mapping import without_empty
from emulator.providers.aws.resources.documents import document_failures
from emulator.providers.aws.resources.s3 import PUBLIC_ACCESS
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

ABSENT = frozenset(
    {"NoSuchBucket", "NoSuchBucketPolicy", "NoSuchPublicAccessBlockConfiguration"}
    | {"ServerSideEncryptionConfigurationNotFoundError", "OwnershipControlsNotFoundError"}
    | {"NoSuchLifecycleConfiguration", "404"}
)


class BucketConfiguration(Handler):
    """One aspect of a bucket, identified by the bucket's name."""

    def __init__(
        self,
        label: str,
        aspect: str,
        put: Callable[[Properties], dict[str, Any]],
        read: Callable[[dict[str, Any]], Properties | None],
        off: Callable[[], dict[str, Any]] | None = None,
        check: Callable[[Properties], list[CheckFailure]] | None = None,
    ) -> None:
        self.label = label  # type: ignore[misc]
        self._aspect = aspect
        self._put = put
        self._read = read
        self._off = off
        self._check = check

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        return self._check(inputs) if self._check else []

    def create(self, account: Account, inputs: Properties) -> str:
        self.update(account, inputs["bucket"], {}, inputs)
        return str(inputs["bucket"])

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("s3")
        if self._aspect == "policy":
            _refuse_public(client, id_, news["policy"])
        self._call(client, "put")(Bucket=id_, **self._put(news))

    def _call(self, client: Any, verb: str) -> Any:
        if (verb, self._aspect) == ("delete", "lifecycle_configuration"):
            return client.delete_bucket_lifecycle
        own = f"{verb}_{self._aspect}"
        return getattr(client, own if hasattr(client, own) else f"{verb}_bucket_{self._aspect}")

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        try:
            answer = self._call(account.client("s3"), "get")(Bucket=id_)
        except ClientError as error:
            if error_code(error) in ABSENT:
                return None
            raise
        live = self._read(answer)
        return None if live is None else {"bucket": id_, **live}

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("s3")
        if self._off is not None:
            self._call(client, "put")(Bucket=id_, **self._off())
        elif not known.get("skipDestroy"):
            self._call(client, "delete")(Bucket=id_)


def _refuse_public(client: Any, bucket: str, policy: str) -> None:
    """S3 refuses a public policy on a bucket that blocks those.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    try:
        block = client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    except ClientError:
        return
    statements = json.loads(policy).get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        is_open = statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
        if statement["Effect"] == "Allow" and is_open and not statement.get("Condition"):
            if block.get("BlockPublicPolicy"):
                message = "public policies are blocked by the BlockPublicPolicy block public access"
                raise RefusalError("S3", "PutBucketPolicy", "AccessDenied", f"{message} setting.")
            return


def _public_access(configuration: dict[str, Any]) -> Properties:
    return {name: configuration.get(aws, False) for aws, name in PUBLIC_ACCESS.items()}


def _versioning(answer: dict[str, Any]) -> Properties | None:
    if "Status" not in answer:
        return None
    delete = {"mfaDelete": answer["MFADelete"]} if answer.get("MFADelete") else {}
    return {"versioningConfiguration": {"status": answer["Status"], **delete}}


def _put_versioning(inputs: Properties) -> dict[str, Any]:
    status = inputs["versioningConfiguration"]["status"]
    return {"VersioningConfiguration": {"Status": "Suspended" if status == "Disabled" else status}}


def _check_versioning(inputs: Properties) -> list[CheckFailure]:
    status = known_object(inputs.get("versioningConfiguration")).get("status")
    if isinstance(status, str) and status not in ("Enabled", "Suspended", "Disabled"):
        reason = f'"{status}"; allowed: Enabled, Suspended, Disabled'
        return [failure("versioningConfiguration.status", reason)]
    return []


def _put_encryption(inputs: Properties) -> dict[str, Any]:
    rules = []
    for rule in inputs["rules"]:
        default = rule.get("applyServerSideEncryptionByDefault") or {}
        by_default = {"SSEAlgorithm": default.get("sseAlgorithm", "AES256")}
        if default.get("kmsMasterKeyId"):
            by_default["KMSMasterKeyID"] = default["kmsMasterKeyId"]
        rules.append(
            {
                "ApplyServerSideEncryptionByDefault": by_default,
                "BucketKeyEnabled": bool(rule.get("bucketKeyEnabled")),
            }
        )
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _encryption(answer: dict[str, Any]) -> Properties:
    rules = []
    for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]:
        default = rule.get("ApplyServerSideEncryptionByDefault") or {}
        rules.append(
            without_empty(
                {
                    "applyServerSideEncryptionByDefault": without_empty(
                        {
                            "sseAlgorithm": default.get("SSEAlgorithm"),
                            "kmsMasterKeyId": default.get("KMSMasterKeyID"),
                        }
                    ),
                    "bucketKeyEnabled": rule.get("BucketKeyEnabled", False),
                }
            )
        )
    return {"rules": rules}


def _check_encryption(inputs: Properties) -> list[CheckFailure]:
    allowed = ("AES256", "aws:kms", "aws:kms:dsse")
    found = []
    rules = inputs.get("rules")
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        default = known_object(known_object(rule).get("applyServerSideEncryptionByDefault"))
        algorithm = default.get("sseAlgorithm")
        if isinstance(algorithm, str) and algorithm not in allowed:
            path = f"rules[{index}].applyServerSideEncryptionByDefault.sseAlgorithm"
            found.append(failure(path, f'"{algorithm}"; allowed: {", ".join(allowed)}'))
    return found


def _put_logging(inputs: Properties) -> dict[str, Any]:
    enabled = {"TargetBucket": inputs["targetBucket"], "TargetPrefix": inputs["targetPrefix"]}
    return {"BucketLoggingStatus": {"LoggingEnabled": enabled}}


def _logging(answer: dict[str, Any]) -> Properties | None:
    enabled = answer.get("LoggingEnabled")
    if not enabled:
        return None
    return {"targetBucket": enabled["TargetBucket"], "targetPrefix": enabled["TargetPrefix"]}


def _put_ownership(inputs: Properties) -> dict[str, Any]:
    rule = {"ObjectOwnership": inputs["rule"]["objectOwnership"]}
    return {"OwnershipControls": {"Rules": [rule]}}


def _put_public_access(inputs: Properties) -> dict[str, Any]:
    return {
        "PublicAccessBlockConfiguration": {
            aws: bool(inputs.get(name)) for aws, name in PUBLIC_ACCESS.items()
        }
    }


HANDLERS: dict[str, Handler] = {
    "aws:s3/bucketPolicy:BucketPolicy": BucketConfiguration(
        "S3 Bucket Policy",
        "policy",
        lambda inputs: {"Policy": inputs["policy"]},
        lambda answer: {"policy": answer["Policy"]},
        check=lambda inputs: document_failures(inputs, "policy", principal=True, most=20480),
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": BucketConfiguration(
        "S3 Bucket Public Access Block",
        "public_access_block",
        _put_public_access,
        lambda answer: _public_access(answer["PublicAccessBlockConfiguration"]),
    ),
    "aws:s3/bucketVersioning:BucketVersioning": BucketConfiguration(
        "S3 Bucket Versioning",
        "versioning",
        _put_versioning,
        _versioning,
        off=lambda: {"VersioningConfiguration": {"Status": "Suspended"}},
        check=_check_versioning,
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        BucketConfiguration(
            "S3 Bucket Server-side Encryption Configuration",
            "encryption",
            _put_encryption,
            _encryption,
            check=_check_encryption,
        )
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": BucketConfiguration(
        "S3 Bucket Ownership Controls",
        "ownership_controls",
        _put_ownership,
        lambda answer: {
            "rule": {"objectOwnership": answer["OwnershipControls"]["Rules"][0]["ObjectOwnership"]}
        },
    ),
    "aws:s3/bucketLogging:BucketLogging": BucketConfiguration(
        "S3 Bucket Logging",
        "logging",
        _put_logging,
        _logging,
        off=lambda: {"BucketLoggingStatus": {}},
    ),
}
