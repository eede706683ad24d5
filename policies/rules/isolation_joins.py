"""Keys and roles, joined with who uses them: a stage uses its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from policies.facts.belonging import all_stages, names_of, words
from policies.facts.leaves import leaves
from policies.facts.values import text
from policies.rule import Context, Finding, Group, Severity, for_stack
from policies.subjects import Resource, Stack, known

ALIAS = "aws:kms/alias:Alias"
KEY = "aws:kms/key:Key"
ENVIRONMENT = "aws:mwaa/environment:Environment"
REFERENCE = "pulumi:pulumi:StackReference"
ROLE = "aws:iam/role:Role"


def keys_of(alias: Resource, stack: Stack) -> set[str]:
    """URNs of the keys from which an alias's target is computed."""
    sources = alias.property_dependencies.get("targetKeyId", frozenset())
    return {key.urn for key in stack.of_type(KEY) if key.urn in sources}


@for_stack(
    id="isolation-key-one-alias",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="An alias stands for a key of its own, of this stack.",
    why="Policy documents name keys by alias: a second alias on a key opens it to whoever may use "
    "the other one.",
    remedy="Make a key for each alias, as components/encryption_key.py does.",
)
def key_one_alias(stack: Stack, context: Context) -> Iterator[Finding]:
    """A target as text is a key that nobody here made."""
    del context
    aliases = list(stack.of_type(ALIAS))
    uses = Counter(key for alias in aliases for key in keys_of(alias, stack))
    for alias in aliases:
        keys = keys_of(alias, stack)
        if not keys or any(uses[key] > 1 for key in keys):
            yield Finding(
                found=f"{text(alias.props, 'name')} stands for a key that has another alias, or "
                "that this stack does not make",
                allowed="one alias for each key",
                urn=alias.urn,
            )


@for_stack(
    id="isolation-key-own-stage",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Nothing of a stage is encrypted with another stage's key.",
    why="Who may use the key decides who may read the data.",
    remedy="Use the key of the stage: host.data_key_arn.",
)
def key_own_stage(stack: Stack, context: Context) -> Iterator[Finding]:
    """By what a property is computed from, and by the keys that the host's outputs name."""
    foreign = _foreign_keys(stack, context)
    named = _foreign_key_arns(stack, context)
    for resource in stack.resources:
        if resource.type in {ALIAS, REFERENCE, KEY}:
            continue
        sources = set[str]().union(*resource.property_dependencies.values())
        used = {stage for urn, stage in foreign.items() if urn in sources}
        used |= {named[leaf.text] for leaf in leaves(resource.props) if leaf.text in named}
        for stage in sorted(used):
            yield Finding(
                found=f"it uses a key of {stage}",
                allowed=f"keys of {context.stages.current.name}",
                urn=resource.urn,
            )


def _foreign_keys(stack: Stack, context: Context) -> Mapping[str, str]:
    """Stages by the URN of a key whose alias bears their name."""
    own = context.stages.current.name
    found: dict[str, str] = {}
    for alias in stack.of_type(ALIAS):
        others = (words(text(alias.props, "name")) & all_stages(context.stages)) - {own}
        found |= {key: stage for key in keys_of(alias, stack) for stage in others}
    return found


def _foreign_key_arns(stack: Stack, context: Context) -> Mapping[str, str]:
    """Other stages by the ARN of their data's key, as the outputs that are read have it."""
    own = context.stages.current.name
    found: dict[str, str] = {}
    for reference in stack.of_type(REFERENCE):
        arns = known(known(reference.props, "outputs", {}), "data_key_arns", {})
        found |= {text(arns, stage): stage for stage in arns if stage != own}
    return found


@for_stack(
    id="isolation-airflow-own-role",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="An Airflow environment runs as its own execution role, which holds no stage's data.",
    why="With a stage's task role the DAGs of all stages that it carries are that stage.",
    remedy="Use the role <prefix>-<host>-airflow-execution.",
)
def airflow_own_role(stack: Stack, context: Context) -> Iterator[Finding]:
    """By the ARN, or by the role that it is computed from while it is not known."""
    names = names_of(context.stages, context.stages.current.name)
    expected = names.resource("airflow-execution")
    roles = {role.urn: text(role.props, "name") for role in stack.of_type(ROLE)}
    for environment in stack.of_type(ENVIRONMENT):
        sources = environment.property_dependencies.get("executionRoleArn", frozenset())
        arn = text(environment.props, "executionRoleArn")
        used = {arn.split("/")[-1]} if arn else {roles.get(urn, "") for urn in sources}
        if used != {expected}:
            yield Finding(
                found=f"it runs as {', '.join(sorted(used))}",
                allowed=expected,
                urn=environment.urn,
            )
