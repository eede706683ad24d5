"""Documents of the Airflow environment's execution role.

After https://docs.aws.amazon.com/mwaa/latest/userguide/mwaa-create-role.html, narrowed to one
environment.
"""

from __future__ import annotations

from collections.abc import Iterable

from stages.documents import Statement, document, key_through_services, service_trust
from stages.names import Names


def execution_role_trust(names: Names) -> str:
    """MWAA, on behalf of this environment."""
    services = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]
    return service_trust(names, services, names.environment_arn)


def execution_role_policy(names: Names, stages: Iterable[str]) -> str:
    """What the environment itself needs, and the task roles of `stages`: no stage's data."""
    return document(
        {
            "Sid": "PublishMetrics",
            "Effect": "Allow",
            "Action": "airflow:PublishMetrics",
            "Resource": names.environment_arn,
        },
        *_read_own_bucket(names),
        *_write_own_logs(names),
        {
            "Sid": "OwnMetrics",
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
        },
        {
            "Sid": "OwnQueue",
            "Effect": "Allow",
            "Action": [
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ReceiveMessage",
                "sqs:SendMessage",
            ],
            # The queue lies in an account of AWS's, which has no name beforehand.
            "Resource": f"arn:aws:sqs:{names.region}:*:airflow-celery-*",
        },
        key_through_services(names, names.key_alias("airflow"), ["s3", "sqs"]),
        {
            "Sid": "TaskRolesOfTheStagesHosted",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": [names.of(stage).role_arn("task") for stage in sorted(stages)],
        },
    )


def _read_own_bucket(names: Names) -> list[Statement]:
    bucket = names.bucket_arn("airflow")
    return [
        {
            "Sid": "ReadDags",
            "Effect": "Allow",
            "Action": [
                "s3:GetBucket*",
                "s3:GetEncryptionConfiguration",
                "s3:GetObject*",
                "s3:List*",
            ],
            "Resource": [bucket, f"{bucket}/*"],
            "Condition": {"StringEquals": {"aws:ResourceAccount": names.account_id}},
        },
        {
            "Sid": "SeeThatBucketsArePrivate",
            "Effect": "Allow",
            "Action": "s3:GetAccountPublicAccessBlock",
            "Resource": "*",
        },
    ]


def _write_own_logs(names: Names) -> list[Statement]:
    return [
        {
            "Sid": "OwnLogs",
            "Effect": "Allow",
            "Action": [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:GetLogEvents",
                "logs:GetLogGroupFields",
                "logs:GetLogRecord",
                "logs:GetQueryResults",
                "logs:PutLogEvents",
            ],
            "Resource": names.arn("logs", f"log-group:airflow-{names.environment}-*"),
        },
        {
            "Sid": "FindLogs",
            "Effect": "Allow",
            "Action": "logs:DescribeLogGroups",
            "Resource": "*",
        },
    ]
