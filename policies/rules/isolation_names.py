"""Names say whose a thing is: nobody bears, or names, what belongs to another stage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.facts.belonging import (
    all_stages,
    host_names,
    names_of,
    owned_by,
    strangers,
    worded,
    words,
)
from policies.facts.leaves import Leaf, leaves
from policies.facts.values import text
from policies.open_cells import is_open
from policies.rule import ANY_TYPE, Context, Finding, Group, Severity, for_resource, for_stack
from policies.subjects import Resource, Stack

OBJECTS = (
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:s3/objectCopy:ObjectCopy",
)
ALIAS = "aws:kms/alias:Alias"
REFERENCE = "pulumi:pulumi:StackReference"
AIRFLOW_BUCKET = "airflow"

NAME_KEY = re.compile(
    r"^(alias|arn|bucket|cluster|domain|function|group|identifier|name|path|queue|role|roles|rule"
    r"|source|target|topic|user|users)$"
    r"|(Alias|Arn|Arns|Bucket|Function|Group|Id|Ids|Identifier|Name|Names|Path|Prefix|Queue|Role|Table"
    r"|Topic|Url)$"
)
"""Keys under which a resource's own name or another resource's stands, never prose."""

PROSE = frozenset(("comment", "content", "contentBase64", "description", "key", "tags", "tagsAll"))
"""Keys of texts for people, and object keys, which have a rule of their own."""


@for_resource(
    ANY_TYPE,
    id="isolation-names-own-stage",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="What a stage makes bears no other stage's name and touches nothing that does.",
    why="Whoever bears or touches another stage's bucket, role, key, queue or log group shares it.",
    remedy="Name it with `names` of the stage (stages/names.py); what reaches another stage for a "
    "reason is listed in policies/open_cells.yaml.",
)
def names_own_stage(resource: Resource, context: Context) -> Iterator[Finding]:
    """Policy documents and database objects have rules of their own."""
    stages = context.stages
    own = stages.current.name
    for leaf in leaves(resource.props):
        is_policy = "#.Statement" in leaf.path
        if not resource.type.startswith("aws:") or is_policy or _is_prose(leaf):
            continue
        for other in sorted(all_stages(stages) - {own}):
            owned = owned_by(leaf.text, names_of(stages, other))
            found = words(leaf.text) if NAME_KEY.search(leaf.key) else set()
            named = other in found and own not in found
            if (owned or named) and not _is_known_cell(resource, leaf, other, context):
                yield Finding(
                    found=f"{leaf.path} is {leaf.text}, which belongs to {other}",
                    allowed=f"names of {own}",
                )


def _is_prose(leaf: Leaf) -> bool:
    """What a JSON object tells a stage's DAGs is none."""
    return not leaf.path.startswith("content#") and not PROSE.isdisjoint(
        re.split(r"[.\[\]#]+", leaf.path)
    )


def _is_known_cell(resource: Resource, leaf: Leaf, other: str, context: Context) -> bool:
    stages = context.stages
    host = host_names(stages)
    in_hosts_bucket = leaf.path == "bucket" and leaf.text == host.bucket(AIRFLOW_BUCKET)
    on_hosts_server = leaf.path == "content#.server_address" and other == host.stage
    if resource.type in OBJECTS and (in_hosts_bucket or on_hosts_server):
        return True
    names_key = resource.type == ALIAS and leaf.text == host.of(other).key_alias("data")
    return names_key and is_open(stages, ("host", stages.current.name), ("data-key", other))


@for_resource(
    ANY_TYPE,
    id="isolation-names-no-other-host",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="No document and no text names what belongs to a stage of another host.",
    why="Prod's account, keys and buckets are nothing that another host's stages have to know, and "
    "the other way round.",
    remedy="Remove the name; what runs in prod gets there by promotion, not by reference.",
)
def names_no_other_host(resource: Resource, context: Context) -> Iterator[Finding]:
    """In documents, scripts and environment variables as well, whatever their type."""
    stages = context.stages
    for leaf in leaves(resource.props):
        if leaf.path.split(".")[0] in PROSE - {"content"}:
            continue
        for other in sorted(strangers(stages)):
            names = names_of(stages, other)
            in_arn = leaf.text.startswith("arn:") and other in words(leaf.text)
            if owned_by(leaf.text, names) or in_arn:
                yield Finding(
                    found=f"{leaf.path} names something of {other}",
                    allowed=f"names of {stages.current.host} and what it hosts",
                )


@for_resource(
    *OBJECTS,
    id="isolation-dags-under-own-prefix",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="A stage writes DAGs under its own prefix of its host's Airflow bucket alone, and only "
    "the host writes what the environment itself runs with.",
    why="Airflow runs what lies there: a file under another stage's prefix runs as that stage, and "
    "requirements or plugins run in every stage.",
    remedy="Use names.dag_prefix for the key; the environment's own files are in the host's stack.",
)
def dags_under_own_prefix(resource: Resource, context: Context) -> Iterator[Finding]:
    """A bucket that is not known yet may be that one, for DAGs; keys are known in this program."""
    current = context.stages.current
    bucket = text(resource.props, "bucket")
    key = text(resource.props, "key")
    is_airflow = bucket in {"", host_names(context.stages).bucket(AIRFLOW_BUCKET)}
    is_dag = key.lower().startswith("dags") or not key
    is_free = not is_dag and (current.is_host or not bucket)
    in_prefix = key.startswith(current.names.dag_prefix) and ".." not in key.split("/")
    if is_airflow and not is_free and not in_prefix:
        yield Finding(
            found=f"object {worded(key, 'with a key that is not known before the up')} in "
            f"{worded(bucket, 'a bucket that is not known yet')}",
            allowed=f"keys under {current.names.dag_prefix}",
        )


@for_stack(
    id="isolation-reads-own-host-only",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="A stack reads no other stack's outputs but its host's.",
    why="Outputs hold the other stack's ids and addresses, perhaps secrets, and tie both together.",
    remedy="Remove the StackReference; what a stage has to know of another is a setting.",
)
def reads_own_host_only(stack: Stack, context: Context) -> Iterator[Finding]:
    """A host reads nobody's; the name's last part is the stack."""
    stages = context.stages
    own = stages.current
    allowed = {own.host} - {own.name}
    for reference in stack.of_type(REFERENCE):
        name = worded(text(reference.props, "name"), reference.name)
        project = reference.urn.split("::")[1]
        *elsewhere, other = name.split("/")
        if other not in allowed or (elsewhere and elsewhere[-1] != project):
            yield Finding(
                found=f"it reads the outputs of {name}",
                allowed=worded(", ".join(allowed), "none: this stack is a host"),
                urn=reference.urn,
            )
