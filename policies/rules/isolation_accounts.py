"""Each stack works in its own account and region, and names no other account."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policies.facts.belonging import worded
from policies.facts.leaves import leaves
from policies.facts.values import may_be_true
from policies.rule import ANY_TYPE, Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource, has, is_unknown, known

PROVIDER = "pulumi:providers:aws"
ACCOUNT_IN_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:([0-9]{12})(?=:|$)")
ACCOUNT_ALONE = re.compile(r"^([0-9]{12})$")
CREDENTIALS = ("accessKey", "secretKey", "token")
ELSEWHERE = (
    "assumeRoleWithWebIdentity",
    "customCaBundle",
    "ec2MetadataServiceEndpoint",
    "endpoints",
    "httpProxy",
    "httpsProxy",
    "profile",
    "sharedConfigFiles",
    "sharedCredentialsFiles",
)
DEFAULT = re.compile(r"pulumi:providers:[^:]+::default(_|$)")


def decoded(value: Any) -> Any:
    """A provider's input: what is structured comes as JSON text, flags as `true` and `false`."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


@for_resource(
    PROVIDER,
    id="isolation-provider-own-account",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="The AWS provider refuses every account but the stage's own.",
    why="Without it the credentials that happen to be in the environment decide which account is "
    "changed.",
    remedy="Pass allowed_account_ids=list(settings.aws.allowed_account_ids) to the provider.",
)
def provider_own_account(provider: Resource, context: Context) -> Iterator[Finding]:
    """Also for the default provider, which takes the list from the stack file."""
    account = context.stages.current.account_id
    value = decoded(known(provider.props, "allowedAccountIds", default="[]"))
    ids = list(map(str, value)) if isinstance(value, Sequence) else [str(value)]
    if ids != [account]:
        found = worded(", ".join(ids), "no account that is known beforehand")
        yield Finding(found=f"allowedAccountIds names {found}", allowed=f"exactly {account}")
    if decoded(known(provider.props, "skipRequestingAccountId", default=False)) is not False:
        yield Finding(
            found="skipRequestingAccountId is set: the provider does not look which account it is",
            allowed="absent or false",
        )


@for_resource(
    PROVIDER,
    id="isolation-provider-own-region",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="The AWS provider works in the stage's own region.",
    why="Names and policy documents hold the region: elsewhere they name nothing, and nobody looks "
    "there.",
    remedy="Pass region=settings.aws.region to the provider.",
)
def provider_own_region(provider: Resource, context: Context) -> Iterator[Finding]:
    """A region that is left to the environment is anybody's."""
    region = context.stages.current.names.region
    found = known(provider.props, "region", default="")
    if found != region:
        found = worded(str(found), "absent or unknown")
        yield Finding(found=f"region is {found}", allowed=region)


@for_resource(
    PROVIDER,
    id="isolation-provider-no-other-identity",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="The AWS provider is who the deployment is: it assumes no role elsewhere, carries no "
    "credentials and talks to AWS's own endpoints, by verified TLS.",
    why="Credentials in a provider land in the checkpoint, and another identity or endpoint "
    "reaches what the deployment's own rights keep closed.",
    remedy="Remove these arguments; credentials and profile come from the environment.",
)
def provider_no_other_identity(provider: Resource, context: Context) -> Iterator[Finding]:
    """A role in the stage's own account is fine."""
    for key in (*CREDENTIALS, *ELSEWHERE):
        if has(provider.props, key) and decoded(known(provider.props, key, default="?")) != []:
            yield Finding(found=f"{key} is set", allowed="absent")
    if may_be_true(provider.props, "insecure"):
        yield Finding(found="insecure is set: any certificate will do", allowed="absent or false")
    if has(provider.props, "assumeRoles"):
        text = str(known(provider.props, "assumeRoles", default=""))
        accounts = re.findall(r"arn:aws:iam::([0-9]+):role/", text)
        if set(accounts) != {context.stages.current.account_id}:
            found = worded(", ".join(accounts), "no known account")
            yield Finding(
                found=f"assumeRoles names roles of {found}",
                allowed=f"absent, or roles of {context.stages.current.account_id}",
            )


@for_resource(
    PROVIDER,
    id="isolation-provider-tags-stage",
    group=Group.ISOLATION,
    severity=Severity.MEDIUM,
    what="The AWS provider of the program's own tags what it makes with the stage.",
    why="Bills, alarms and rights that go by the tag take a thing without it for nobody's, or for "
    "another stage's.",
    remedy="Pass default_tags with tags(stage, settings.stage).",
)
def provider_tags_stage(provider: Resource, context: Context) -> Iterator[Finding]:
    """The default provider makes nothing: another rule sees to that."""
    stage = context.stages.current.name
    found = decoded(known(provider.props, "defaultTags", default="{}"))
    tags = known(found, "tags", default={}) if isinstance(found, Mapping) else {}
    value = known(tags, "Stage", default="absent or unknown")
    if value != stage and not DEFAULT.search(provider.urn):
        yield Finding(found=f"tag Stage is {value}", allowed=stage)


@for_resource(
    ANY_TYPE,
    id="isolation-explicit-provider",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="Every AWS and PostgreSQL resource is made by a provider of the program's own.",
    why="The default provider takes what the stack file does not say from the environment, and "
    "gives what it makes no tags of the stage.",
    remedy="Give it opts=pulumi.ResourceOptions(parent=self), or provider=account outside of a "
    "component.",
)
def explicit_provider(resource: Resource, context: Context) -> Iterator[Finding]:
    """Look-ups may use it: they change nothing."""
    del context
    judged = resource.type.startswith(("aws:", "postgresql:"))
    if judged and (DEFAULT.search(resource.provider_urn) or not resource.provider_urn):
        yield Finding(found="it is made by the default provider", allowed="the stage's own")


@for_resource(
    ANY_TYPE,
    id="isolation-resource-own-region",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="Every AWS resource lies in the stage's own region.",
    why="Names and policy documents hold the region: elsewhere they name nothing, and nobody looks "
    "there.",
    remedy="Remove region=...: the provider knows it.",
)
def resource_own_region(resource: Resource, context: Context) -> Iterator[Finding]:
    """Resources carry a region of their own since version 7 of the provider."""
    region = context.stages.current.names.region
    if resource.type.startswith("aws:") and known(resource.props, "region", region) != region:
        yield Finding(found=f"region is {resource.props['region']}", allowed=region)
    if resource.type.startswith("aws:") and is_unknown(resource.props, "region"):
        yield Finding(found="region is not known before the up", allowed=region)


@for_resource(
    ANY_TYPE,
    id="isolation-no-other-account",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="Nothing names an account but the stage's own.",
    why="Whoever names another host's account shares something with it, or takes something from "
    "it.",
    remedy="Make the name from `names` of the stage; an account of AWS's own that something needs "
    "goes into the parameter aws_account_ids.",
)
def no_other_account(resource: Resource, context: Context) -> Iterator[Finding]:
    """Accounts of this project's stages wherever they stand, others where they are one for sure."""
    allowed = {context.stages.current.account_id, *context.parameters["aws_account_ids"]}
    others = {stage.account_id for stage in context.stages.others} - allowed
    for leaf in leaves(resource.props):
        found = {account for account in others if account in re.findall(r"[0-9]+", leaf.text)}
        for pattern in (ACCOUNT_IN_ARN, ACCOUNT_ALONE):
            found |= set(pattern.findall(leaf.text)) - allowed
        for account in sorted(found):
            yield Finding(
                found=f"{leaf.path} names account {account}",
                allowed=f"{context.stages.current.account_id} alone",
            )
