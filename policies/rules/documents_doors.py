"""The roles between stages and people: Airflow's execution role, tasks' roles, readers' doors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.facts.door_roles import CONNECT, door_roles, roles_that_connect
from policies.iam.documents import Statement
from policies.iam.patterns import matches
from policies.iam.reach import Reached, reached_by
from policies.iam.role_documents import ROLE, attachments, holdings, trusts
from policies.rule import Context, Finding, Group, Severity, for_stack
from policies.stage_map import Stage, Stages
from policies.subjects import Resource, Stack
from stages.readers import readers_of

ASSUME = "sts:assumerole"
AIRFLOW_SERVICES = frozenset({"airflow.amazonaws.com", "airflow-env.amazonaws.com"})

FORWARDING = frozenset(
    {
        "ec2:describeinstances",
        "rds:describedbinstances",
        "ssm:describesessions",
        "ssm:getconnectionstatus",
        "ssm:resumesession",
        "ssm:startsession",
        "ssm:terminatesession",
    }
)
"""What a port-forward to the server takes, besides signing in to it."""

_IDENTITY = re.compile(r"arn:aws:(iam|sts)::[0-9]*:(role|user|assumed-role|federated-user)/.*")

AWS_SESSION_DOCUMENTS = "arn:aws:ssm:*:document/AWS-*"


def _trusted(role: Resource) -> set[str]:
    """Whom the role trusts: roles and users by ARN, `an account` where no condition names them."""
    found: set[str] = set()
    for statement in trusts(role):
        named = [
            value
            for condition in statement.conditions
            if condition.demands and condition.key == "aws:principalarn"
            for value in condition.values
        ]
        found |= {
            value
            for principal in statement.principals
            for value in (named if principal.is_account and named else [principal.value])
        }
    return found


@for_stack(
    id="document-execution-role-holds-no-data",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Airflow's execution role reaches no stage's data: it takes on the task roles of the "
    "stages that its host carries, and nothing else.",
    why="Every DAG of every stage runs with it; what it reaches, a DAG of test reaches.",
    remedy="Give the right to the stage's task role (stages.documents.task_role_policy).",
)
def execution_role_holds_no_data(stack: Stack, context: Context) -> Iterator[Finding]:
    """The role is known by whom it trusts, so that no other name hides it."""
    stages = context.stages
    for role in stack.of_type(ROLE):
        services = {found.value for statement in trusts(role) for found in statement.principals}
        if not services & AIRFLOW_SERVICES:
            continue
        for holder, statement in holdings(stack, role):
            data = [found.by for found in _data_reached(statement, stages)]
            strange = _strange_roles(statement, stages)
            if data or strange:
                yield Finding(
                    urn=holder.urn,
                    found=f"{statement} reaches {', '.join([*data, *strange])}",
                    allowed="its own bucket, logs, key and queue, and "
                    f"{', '.join(sorted(_task_roles(stages)))}",
                )


@for_stack(
    id="document-execution-role-for-airflow-alone",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Only Airflow takes on the role as which it runs.",
    why="It may take on the task roles of all stages that its host carries: a function or a person "
    "with it writes every stage's data.",
    remedy="Trust airflow.amazonaws.com and airflow-env.amazonaws.com alone "
    "(stages.airflow_documents.execution_role_trust).",
)
def execution_role_for_airflow_alone(stack: Stack, context: Context) -> Iterator[Finding]:
    """By whom it trusts, as above."""
    del context
    for role in stack.of_type(ROLE):
        trusted = _trusted(role)
        others = sorted(trusted - AIRFLOW_SERVICES)
        if others and trusted & AIRFLOW_SERVICES:
            yield Finding(
                urn=role.urn,
                found=f"trusts {', '.join(others)}",
                allowed=", ".join(sorted(AIRFLOW_SERVICES)),
            )


def _data_reached(statement: Statement, stages: Stages) -> Iterator[Reached]:
    current = stages.current
    bucket = current.names.bucket_arn("airflow")
    for stage in stages.all.values():
        for found in reached_by(statement, stages, stage):
            own = found.by == bucket or found.by.startswith(f"{bucket}/")
            key_of_own = found.is_key and not _of_data_key(statement, stage)
            if found.holds_data and not own and not key_of_own:
                yield found


def _of_data_key(statement: Statement, stage: Stage) -> bool:
    """Whether the keys that it may use include the stage's data key."""
    alias = stage.names.key_alias("data")
    return not statement.demands("kms:resourcealiases", lambda value: not matches(value, alias))


def _task_roles(stages: Stages) -> set[str]:
    names = stages.current.names
    settings = stages.current.settings.host
    hosted = settings.tenants if settings else ()
    return {names.of(stage).role_arn("task") for stage in hosted}


def _strange_roles(statement: Statement, stages: Stages) -> list[str]:
    if not statement.grants(ASSUME):
        return []
    return sorted(set(statement.resources or ("*",)) - _task_roles(stages))


@for_stack(
    id="document-tasks-taken-on-by-airflow",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Only the host's Airflow takes on the role that writes a stage's databases.",
    why="Whoever takes it on writes them past the read-only door.",
    remedy="Trust the host's execution role alone (stages.documents.task_role_trust).",
)
def tasks_taken_on_by_airflow(stack: Stack, context: Context) -> Iterator[Finding]:
    """A service, too, would run somebody's code with the role."""
    stage = context.stages.current
    allowed = stage.names.of(stage.host).role_arn("airflow-execution")
    for role in roles_that_connect(stack, stage.names.database_user_arn(stage.names.app)):
        others = sorted(_trusted(role) - {allowed})
        if others:
            yield Finding(urn=role.urn, found=f"trusts {', '.join(others)}", allowed=allowed)


@for_stack(
    id="document-door-trusts-readers",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="The role of a stage's readers is taken on by those whom the stack file names.",
    why="The list of readers is what people review.",
    remedy="Add the reader to tenant.reader_arns of the stack file.",
)
def door_trusts_readers(stack: Stack, context: Context) -> Iterator[Finding]:
    """Named by ARN, or by aws:PrincipalArn where a statement speaks to their account."""
    stage = context.stages.current
    readers = {
        pattern
        for reader in readers_of(stage.names, stage.settings.tenant.reader_arns)
        for pattern in reader.principal_patterns
    }
    for role in door_roles(stack, stage):
        others = sorted(_trusted(role) - readers)
        if others:
            yield Finding(
                urn=role.urn,
                found=f"trusts {', '.join(others)}",
                allowed=f"the readers of the stack file: {', '.join(sorted(readers))}",
            )


@for_stack(
    id="document-door-reads-only",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="The role of a stage's readers signs in as the reading user through a port-forward, and "
    "does nothing else.",
    why="A door for reading that also writes is a door into production.",
    remedy="Leave rds-db:connect as <stage>_readonly and the port-forward; give other rights to "
    "another role.",
)
def door_reads_only(stack: Stack, context: Context) -> Iterator[Finding]:
    """The session goes through a document of our own: AWS's leave host and port to the caller."""
    stage = context.stages.current
    reading = stage.names.database_user_arn(stage.names.readonly)
    for role in roles_that_connect(stack, reading):
        for holder, statement in holdings(stack, role):
            problem = _beyond_reading(statement, reading)
            if problem:
                yield Finding(
                    urn=holder.urn,
                    found=f"{statement} {problem}",
                    allowed=f"{CONNECT} on {reading}, and a port-forward",
                )
        for attachment in attachments(stack, role):
            yield Finding(
                urn=attachment.urn,
                found="a managed policy is attached to the role",
                allowed="statements of its own",
            )


def _beyond_reading(statement: Statement, reading: str) -> str:
    if statement.not_actions or not set(statement.actions) <= FORWARDING | {CONNECT}:
        return "is more than reading"
    if CONNECT in statement.actions and set(statement.resources) != {reading}:
        return "signs in as somebody else, too"
    if "ssm:startsession" in statement.actions and any(
        matches(AWS_SESSION_DOCUMENTS, found) or found == "*" for found in statement.resources
    ):
        return "starts sessions by AWS's own documents"
    if "ssm:startsession" in statement.actions and not _checks_document(statement):
        return "starts shells: only ssm:SessionDocumentAccessCheck has the document asked for"
    return ""


def _checks_document(statement: Statement) -> bool:
    """Without the check a session on an instance that names no document is a shell.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/
    getting-started-sessiondocumentaccesscheck.html
    """
    of_instances = any(":instance/" in found for found in statement.resources)
    checked = any(
        (condition.operator, condition.key, condition.values)
        == ("bool", "ssm:sessiondocumentaccesscheck", ("true",))
        for condition in statement.conditions
    )
    return checked or not of_instances


@for_stack(
    id="document-people-use-the-door",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Where data is worth keeping, people and roles of elsewhere take on the readers' role and "
    "no other.",
    why="Any other role that they may take on is a second door, and one that nobody reviews.",
    remedy="Have them read by the door (tenant.reader_arns); let workflows deploy.",
)
def people_use_the_door(stack: Stack, context: Context) -> Iterator[Finding]:
    """Roles of the stages are judged by what may take on whom; tokens by their subject."""
    stages = context.stages
    if not stages.current.settings.stage.protected:
        return
    own = tuple(f"{stage.names.role_arn('')}-" for stage in stages.all.values())
    doors = {role.urn for role in door_roles(stack, stages.current)}
    for role in stack.of_type(ROLE):
        strangers = sorted(
            value
            for value in _trusted(role)
            if _IDENTITY.fullmatch(value) and not value.startswith(own)
        )
        if strangers and role.urn not in doors:
            yield Finding(
                urn=role.urn,
                found=f"trusts {', '.join(strangers)}",
                allowed=f"a role that connects as {stages.current.names.readonly}",
            )
