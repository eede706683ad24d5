"""Airflow environments (MWAA)."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.stateful import ENVIRONMENT
from policies.facts.values import NOT_KNOWN, is_true, names_own_key, number, shown, text
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack, has, is_unknown, known

ROLE = "aws:iam/role:Role"
LOGS = {
    "dagProcessingLogs": (),
    "schedulerLogs": ("CKV_AWS_242",),
    "taskLogs": (),
    "webserverLogs": ("CKV_AWS_244",),
    "workerLogs": ("CKV_AWS_243",),
}
LEVELS = ("DEBUG", "INFO")
FILES = ("plugins", "requirements", "startupScript")
WORKERS_MAX = 25
"""https://docs.aws.amazon.com/mwaa/latest/userguide/mwaa-quotas.html"""

WORKERS_DEFAULT = {"minWorkers": 1, "maxWorkers": 10}


@for_resource(
    ENVIRONMENT,
    id="airflow-webserver-private",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="Airflow's web server is reached from inside the VPC only.",
    why="A public one is one leaked AWS credential away from running code beside every stage.",
    remedy="Set webserver_access_mode to PRIVATE_ONLY.",
    frameworks=("CKV2_AWS_66",),
)
def webserver_private(environment: Resource, context: Context) -> Iterator[Finding]:
    """MWAA's default is the private one."""
    key = "webserverAccessMode"
    if has(environment.props, key) and text(environment.props, key) != "PRIVATE_ONLY":
        yield Finding(found=shown(environment.props, key), allowed="PRIVATE_ONLY")


@for_resource(
    ENVIRONMENT,
    id="airflow-logs-on",
    group=Group.GOOD_PRACTICE,
    severity=Severity.HIGH,
    what="All five logs of an Airflow environment are on, from INFO.",
    why="They are the only trace of what a DAG did, and what alarms on breaks look at.",
    remedy="Set enabled=True and log_level=INFO in each part of logging_configuration.",
    frameworks=(*(id_ for ids in LOGS.values() for id_ in ids), "cdk-nag MWAAAllLoggingInfo"),
)
def logs_on(environment: Resource, context: Context) -> Iterator[Finding]:
    """Only the tasks' log is on by default; all are written down."""
    configuration = known(environment.props, "loggingConfiguration") or {}
    for log in LOGS:
        part = known(configuration, log) or {}
        if not is_true(part, "enabled"):
            yield Finding(found=f"{log}: {shown(part, 'enabled')}", allowed="enabled")
        elif text(part, "logLevel") not in LEVELS:
            yield Finding(found=f"{log}: {shown(part, 'logLevel')}", allowed=" or ".join(LEVELS))


@for_resource(
    ENVIRONMENT,
    id="airflow-own-key",
    group=Group.DATA_SAFETY,
    severity=Severity.MEDIUM,
    what="An Airflow environment is encrypted with a key of the host's own.",
    why="Its queue and database carry what all stages' DAGs hand to each other.",
    remedy="Set kms_key to the host's airflow key. It replaces the environment.",
)
def own_key(environment: Resource, context: Context) -> Iterator[Finding]:
    """Absent is AWS's own."""
    if not names_own_key(environment.props, "kmsKey"):
        yield Finding(found=shown(environment.props, "kmsKey"), allowed="the host's airflow key")


@for_resource(
    ENVIRONMENT,
    id="airflow-version-3",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="An Airflow environment runs a version 3 that is named.",
    why="In 2.x any task reads and writes Airflow's own database, so any stage's connections.",
    remedy="Set airflow_version under host.airflow to a version 3 that MWAA offers.",
)
def version_3(environment: Resource, context: Context) -> Iterator[Finding]:
    """Absent is whatever is newest on that day, which another day replaces."""
    if not text(environment.props, "airflowVersion").startswith("3."):
        yield Finding(found=shown(environment.props, "airflowVersion"), allowed="3.x")


@for_resource(
    ENVIRONMENT,
    id="airflow-files-pinned",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="Requirements, plugins and startup script are pinned to a version of the object.",
    why="MWAA looks at a file again only when the pinned version changes; else a change is lost.",
    remedy="Set the file's _object_version to the uploaded object's version_id.",
)
def files_pinned(environment: Resource, context: Context) -> Iterator[Finding]:
    """The version is an output, so that it may be unknown."""
    for file in FILES:
        version = f"{file}S3ObjectVersion"
        if has(environment.props, f"{file}S3Path") and not has(environment.props, version):
            yield Finding(found=shown(environment.props, version), allowed="a version")


@for_resource(
    ENVIRONMENT,
    id="airflow-workers-finish",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="An update of an Airflow environment lets running tasks finish.",
    why="By default it kills them, of every stage, halfway through what they write.",
    remedy="Set worker_replacement_strategy to GRACEFUL.",
)
def workers_finish(environment: Resource, context: Context) -> Iterator[Finding]:
    """MWAA's default is FORCED."""
    if text(environment.props, "workerReplacementStrategy") != "GRACEFUL":
        found = shown(environment.props, "workerReplacementStrategy")
        yield Finding(found=found, allowed="GRACEFUL")


@for_resource(
    ENVIRONMENT,
    id="airflow-workers-bounded",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="An Airflow environment has one worker at least and a limit within MWAA's quota.",
    why="Without a limit one stage's runaway DAG spends for all, and more than 25 are refused.",
    remedy="Set min_workers and max_workers under host.airflow, 1 to 25.",
)
def workers_bounded(environment: Resource, context: Context) -> Iterator[Finding]:
    """1 and 10 by default."""
    counts = {
        key: number(environment.props, key) if has(environment.props, key) else default
        for key, default in WORKERS_DEFAULT.items()
    }
    fewest, most = counts["minWorkers"], counts["maxWorkers"]
    if fewest is None or most is None or not 1 <= fewest <= most <= WORKERS_MAX:
        found = ", ".join(shown(environment.props, key) for key in counts)
        yield Finding(found=found, allowed=f"1 to {WORKERS_MAX}, the fewest first")


@for_resource(
    ENVIRONMENT,
    id="airflow-options-safe",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="No option of Airflow opens a road between stages or shows its configuration.",
    why="A secrets backend reads as the execution role, for every stage's DAGs alike.",
    remedy="Remove the option; a DAG signs in with its stage's task role instead.",
)
def options_safe(environment: Resource, context: Context) -> Iterator[Finding]:
    """Options are named `section.key`; values may be secret and are not shown."""
    if is_unknown(environment.props, "airflowConfigurationOptions"):
        found = shown(environment.props, "airflowConfigurationOptions")
        yield Finding(found=found, allowed="options written in the program")
        return
    options = environment.props.get("airflowConfigurationOptions") or {}
    for option in options:
        name = str(option).lower()
        secret = name.startswith("secrets.") or "password" in name or "fernet" in name
        value = NOT_KNOWN if is_unknown(options, option) else text(options, option).lower()
        exposes = name.endswith((".expose_config", ".test_connection")) and value not in (
            "false",
            "disabled",
        )
        if secret or exposes:
            yield Finding(found=f"airflowConfigurationOptions holds {option}", allowed="not")


@for_stack(
    id="airflow-own-role",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="An Airflow environment runs as a role of this stack that nothing else uses.",
    why="Whoever writes a DAG can do what the execution role can, so it has to stay its own.",
    remedy="Give the environment a role of its own, and what else needs one another.",
)
def own_role(stack: Stack, context: Context) -> Iterator[Finding]:
    """Joined by the output or by the role's ARN."""
    for environment in stack.of_type(ENVIRONMENT):
        roles = [role for role in stack.of_type(ROLE) if _runs_as(environment, role)]
        if not roles:
            found = f"{shown(environment.props, 'executionRoleArn')}, no role of this stack"
            yield Finding(found=found, allowed="a role of its own", urn=environment.urn)
        for role in roles:
            for other in stack.resources:
                if other.urn != environment.urn and _runs_as(other, role):
                    found = f"{role.name}, as which {other.name} runs too"
                    yield Finding(found=found, allowed="a role of its own", urn=environment.urn)


def _runs_as(user: Resource, role: Resource) -> bool:
    """Whether one of its properties that name a role means `role`; IAM's own resources do not."""
    if user.type.startswith("aws:iam/") and "instanceProfile" not in user.type:
        return False
    arn = text(role.props, "arn")
    for key in user.props:
        if "role" in key.lower():
            if role.urn in user.property_dependencies.get(key, frozenset()):
                return True
            if arn and text(user.props, key) == arn:
                return True
    return False
