"""What a reader's role asks of people, and which sessions it may begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policies.facts.door_roles import door_roles
from policies.iam.documents import Condition, Statement
from policies.iam.patterns import matches
from policies.iam.role_documents import holdings, trusts
from policies.rule import Context, Finding, Group, Severity, for_stack
from policies.stage_map import Stage
from policies.subjects import Stack
from stages.door_settings import ReaderConditions
from stages.names import Names
from stages.readers import readers_of

START = "ssm:startsession"
OF_SESSIONS = ("ssm:resumesession", "ssm:terminatesession")


@for_stack(
    id="door-asks-people",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="A door asks of people what the stack file says: a second factor, tags.",
    why="A condition that the stack file promises and the role forgets is one that nobody misses.",
    remedy="Make the trust with stages.door_documents.door_trust.",
)
def asks_people(stack: Stack, context: Context) -> Iterator[Finding]:
    """Tasks of other stages are not asked: no second factor is shown at night."""
    stage = context.stages.current
    asked = _asked(stage.settings.tenant.reader_conditions)
    for role in door_roles(stack, stage):
        for statement in trusts(role):
            missing = [key for key in asked if not _demands(statement, key, asked[key])]
            if missing and _lets_people_in(statement, stage):
                yield Finding(
                    urn=role.urn,
                    found=f"{statement} does not ask for {', '.join(missing)}",
                    allowed="tenant.reader_conditions of the stack file",
                )


def _asked(conditions: ReaderConditions) -> Mapping[str, tuple[str, str]]:
    """Operator and value by key, in lower case as documents are parsed."""
    asked = {
        f"aws:principaltag/{key.lower()}": ("stringequals", value)
        for key, value in conditions.principal_tags.items()
    }
    if conditions.mfa_max_age_minutes is not None:
        asked["aws:multifactorauthpresent"] = ("bool", "true")
        seconds = str(conditions.mfa_max_age_minutes * 60)
        asked["aws:multifactorauthage"] = ("numericlessthanequals", seconds)
    return asked


def _demands(statement: Statement, key: str, wanted: tuple[str, str]) -> bool:
    return any(
        (condition.operator, condition.values) == (wanted[0], (wanted[1],))
        and _binds(condition, key)
        for condition in statement.conditions
    )


def _binds(condition: Condition, key: str) -> bool:
    """Whether it has to hold for this key, also where a request has no such key."""
    return condition.key == key and not condition.if_exists and not condition.qualifier


def _lets_people_in(statement: Statement, stage: Stage) -> bool:
    """Whether it speaks to others than tasks: whom no condition names may be anybody."""
    named = {
        value
        for condition in statement.conditions
        if condition.demands and condition.key == "aws:principalarn"
        for value in condition.values
    }
    principals = {principal.value for principal in statement.principals}
    arns = {arn for arn in principals if not arn.endswith(":root")} or named or principals
    return any(reader.is_person for reader in readers_of(stage.names, arns))


@for_stack(
    id="door-sessions-own",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Through a door people begin sessions by the stage's own document on the host's gateway, "
    "and touch no session but their own.",
    why="Another document or machine leads elsewhere in the network, and who may resume a session "
    "reads with it.",
    remedy="Make the policy with stages.door_documents.readonly_role_policy.",
)
def sessions_own(stack: Stack, context: Context) -> Iterator[Finding]:
    """AWS numbers instances, so that the gateway is known by its tag."""
    stage = context.stages.current
    names, host = stage.names, stage.names.of(stage.host)
    for role in door_roles(stack, stage):
        for holder, statement in holdings(stack, role):
            for problem in _strange_sessions(statement, names, host):
                yield Finding(
                    urn=holder.urn,
                    found=f"{statement} on {problem}",
                    allowed=f"document {names.session_document}, instances that are tagged Name "
                    f"{host.gateway}, session/${{aws:userid}}-*",
                )


def _strange_sessions(statement: Statement, names: Names, host: Names) -> Iterator[str]:
    document = names.arn("ssm", f"document/{names.session_document}")
    own_sessions = names.arn("ssm", "session/${aws:userid}-*")
    by_tag = statement.demands("ssm:resourcetag/name", lambda value: value == host.gateway)
    for found in statement.resources:
        on_gateway = by_tag and matches(host.arn("ec2", "instance/*"), found)
        if statement.grants(START) and found != document and not on_gateway:
            yield found
        if statement.granted(OF_SESSIONS) and found != own_sessions:
            yield found
