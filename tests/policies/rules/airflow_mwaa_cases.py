"""Cases of policies/rules/airflow_mwaa.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, Outcome, passing, violating
from tests.policies.states import states

KIND = "aws:mwaa/environment:Environment"
ROLE_KIND = "aws:iam/role:Role"
BARE = Fixture(type=KIND)
ON = {"enabled": True, "logLevel": "INFO"}
NAMES = ("dagProcessingLogs", "schedulerLogs", "taskLogs", "webserverLogs", "workerLogs")
ALL_ON = dict.fromkeys(NAMES, ON)
PINNED: dict[str, Any] = {
    f"{file}S3{end}": value
    for file in ("plugins", "requirements", "startupScript")
    for end, value in (("Path", "file"), ("ObjectVersion", "1"))
}
ARN = "arn:aws:iam::111111111111:role/devstages-preprod-airflow-execution"
ROLE = Fixture(type=ROLE_KIND, name="execution", props={"arn": ARN})
UNMADE_ROLE = Fixture(type=ROLE_KIND, name="execution", props={"arn": UNKNOWN})
BY_ARN = Fixture(type=KIND, props={"executionRoleArn": ARN})
BY_OUTPUT = Fixture(
    type=KIND,
    props={"executionRoleArn": UNKNOWN},
    sources={"executionRoleArn": [f"{ROLE_KIND}::execution"]},
)
POLICY = Fixture(
    type="aws:iam/rolePolicy:RolePolicy",
    name="policy",
    props={"role": UNKNOWN},
    sources={"role": [f"{ROLE_KIND}::execution"]},
)
PROFILE = Fixture(
    type="aws:iam/instanceProfile:InstanceProfile",
    name="profile",
    props={"role": UNKNOWN},
    sources={"role": [f"{ROLE_KIND}::execution"]},
)
FUNCTION = Fixture(type="aws:lambda/function:Function", name="function", props={"role": ARN})
OTHER = Fixture(
    type="aws:lambda/function:Function", name="other", props={"role": "", "description": ARN}
)


def without(whole: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in whole.items() if key not in keys}


CASES = (
    *states(
        "airflow-webserver-private",
        BARE,
        "webserverAccessMode",
        right=["PRIVATE_ONLY"],
        wrong=["PUBLIC_ONLY"],
        absent=Outcome.PASSES,
    ),
    *states(
        "airflow-logs-on",
        BARE,
        "loggingConfiguration",
        right=[ALL_ON],
        wrong=[
            {},
            *(without(ALL_ON, name) for name in NAMES),
            *(ALL_ON | {name: {"enabled": False, "logLevel": "INFO"}} for name in NAMES),
            ALL_ON | {"taskLogs": {"enabled": True, "logLevel": "CRITICAL"}},
            ALL_ON | {"taskLogs": {"enabled": True}},
            ALL_ON | {"taskLogs": UNKNOWN},
        ],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "airflow-own-key",
        BARE,
        "kmsKey",
        right=["arn:aws:kms:::key/1"],
        wrong=["alias/aws/airflow"],
        absent=Outcome.VIOLATES,
        unknown=Outcome.PASSES,
    ),
    *states(
        "airflow-version-3",
        BARE,
        "airflowVersion",
        right=["3.0.6"],
        wrong=["2.10.3"],
        absent=Outcome.VIOLATES,
    ),
    passing("airflow-files-pinned", BARE, title="no files"),
    passing("airflow-files-pinned", Fixture(type=KIND, props=PINNED)),
    *(
        violating(
            "airflow-files-pinned",
            Fixture(type=KIND, props=without(PINNED, f"{file}S3ObjectVersion")),
            title=file,
        )
        for file in ("plugins", "requirements", "startupScript")
    ),
    *states(
        "airflow-workers-finish",
        BARE,
        "workerReplacementStrategy",
        right=["GRACEFUL"],
        wrong=["FORCED"],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "airflow-workers-bounded",
        BARE,
        "maxWorkers",
        right=[1, 25],
        wrong=[0, 26],
        absent=Outcome.PASSES,
    ),
    *states(
        "airflow-workers-bounded",
        BARE,
        "minWorkers",
        right=[1, 10],
        wrong=[0, 11],
        absent=Outcome.PASSES,
    ),
    *states(
        "airflow-options-safe",
        BARE,
        "airflowConfigurationOptions",
        right=[
            {},
            {"core.parallelism": "32", "api.expose_config": "False"},
            {"core.test_connection": "Disabled"},
        ],
        wrong=[
            {"secrets.backend": "airflow.providers.amazon.aws.secrets.SecretsManagerBackend"},
            {"webserver.expose_config": "True"},
            {"core.test_connection": UNKNOWN},
            {"core.fernet_key": "x"},
            {"smtp.smtp_password": "x"},
        ],
        absent=Outcome.PASSES,
    ),
    passing("airflow-own-role", BY_ARN, ROLE, OTHER, title="by ARN"),
    passing("airflow-own-role", BY_OUTPUT, UNMADE_ROLE, POLICY, title="by output"),
    violating("airflow-own-role", BARE, ROLE, title="none"),
    violating("airflow-own-role", BY_ARN, title="of elsewhere"),
    violating("airflow-own-role", BY_ARN, ROLE, FUNCTION, title="a function's as well"),
    violating("airflow-own-role", BY_OUTPUT, UNMADE_ROLE, PROFILE, title="a machine's as well"),
    violating(
        "airflow-own-role",
        Fixture(type=KIND, props={"executionRoleArn": ""}),
        Fixture(type=ROLE_KIND, name="execution"),
        title="neither is named",
    ),
)
