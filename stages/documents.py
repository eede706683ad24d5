"""IAM, bucket and key documents, as text made from names.

Never from Outputs: a document that holds one is unknown in a preview, and a policy that reads it
falls silent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from stages.names import Names

Statement = dict[str, Any]


def document(*statements: Statement) -> str:
    """A policy document of these statements, the same text for the same statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True)


def key_policy(names: Names, *extra: Statement) -> str:
    """The account's IAM policies decide who uses the key, and what `extra` adds."""
    account = {
        "Sid": "AccountDecidesThroughIam",
        "Effect": "Allow",
        "Principal": {"AWS": names.root_arn},
        "Action": "kms:*",
        "Resource": "*",
    }
    return document(account, *extra)


def logs_may_use_key(names: Names, log_groups: str) -> Statement:
    """CloudWatch Logs encrypts the account's log groups that match `log_groups`.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return {
        "Sid": "CloudWatchLogsEncrypts",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{names.region}.amazonaws.com"},
        "Action": [
            "kms:Decrypt*",
            "kms:Describe*",
            "kms:Encrypt*",
            "kms:GenerateDataKey*",
            "kms:ReEncrypt*",
        ],
        "Resource": "*",
        "Condition": {
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": names.arn("logs", f"log-group:{log_groups}")
            }
        },
    }


def service_trust(names: Names, services: Iterable[str], source_arn: str) -> str:
    """Services that may take on a role, on behalf of `source_arn` (a pattern) in this account."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": sorted(services)},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": names.account_id},
                "ArnLike": {"aws:SourceArn": source_arn},
            },
        }
    )


def tls_only(bucket_arn: str, *extra: Statement) -> str:
    """A bucket policy that refuses requests without TLS 1.2, and allows `extra`."""
    refused: Statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
    }
    return document(
        {**refused, "Sid": "TlsOnly", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {
            **refused,
            "Sid": "Tls12OrNewer",
            "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        },
        *extra,
    )


def key_through_services(names: Names, alias: str, services: Iterable[str]) -> Statement:
    """Use of the key behind `alias`, and only by way of `services`, such as `s3`."""
    return {
        "Sid": "KeyThroughServices",
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"],
        "Resource": names.arn("kms", "key/*"),
        "Condition": {
            "ForAnyValue:StringEquals": {"kms:ResourceAliases": alias},
            "StringEquals": {
                "kms:ViaService": [
                    f"{service}.{names.region}.amazonaws.com" for service in sorted(services)
                ]
            },
        },
    }


def connect_as(names: Names, user: str) -> Statement:
    """Sign in to the stage's server as `user`, by IAM token."""
    return {
        "Sid": "SignInToDatabase",
        "Effect": "Allow",
        "Action": "rds-db:connect",
        "Resource": names.database_user_arn(user),
    }


def task_role_policy(names: Names, reads: Iterable[str]) -> str:
    """The stage's Airflow tasks: its databases as `<stage>_app`, its own bucket, its own key.

    And the read-only doors of the stages `reads`, which let it in or not.
    """
    doors = [names.of(stage).role_arn("readonly") for stage in sorted(reads)]
    open_doors: Statement = {
        "Sid": "ReadOnlyDoors",
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Resource": doors,
    }
    bucket = names.bucket_arn("data")
    return document(
        connect_as(names, names.app),
        {
            "Sid": "ListOwnBucket",
            "Effect": "Allow",
            "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
            "Resource": bucket,
        },
        {
            "Sid": "UseOwnBucket",
            "Effect": "Allow",
            "Action": [
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
            ],
            "Resource": f"{bucket}/*",
        },
        key_through_services(names, names.key_alias("data"), ["s3"]),
        *([open_doors] if doors else []),
    )


def task_role_trust(host: Names) -> str:
    """Only the execution role of the stage's host takes on its task role."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": host.role_arn("airflow-execution")},
            "Action": "sts:AssumeRole",
        }
    )
