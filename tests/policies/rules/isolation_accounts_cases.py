"""Cases of policies/rules/isolation_accounts.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Case, Fixture, passing, violating

OWN, OTHER = "111111111111", "222222222222"
ACCOUNT = "isolation-provider-own-account"
REGION = "isolation-provider-own-region"
IDENTITY = "isolation-provider-no-other-identity"
TAGS = "isolation-provider-tags-stage"
EXPLICIT = "isolation-explicit-provider"
RESOURCE_REGION = "isolation-resource-own-region"
NO_OTHER = "isolation-no-other-account"


def provider(**props: Any) -> Fixture:
    """An AWS provider."""
    return Fixture(type="pulumi:providers:aws", props=props)


def role(**props: Any) -> Fixture:
    """Any AWS resource."""
    return Fixture(type="aws:iam/role:Role", props=props)


def made_by(provider_name: str, type_: str = "aws:sns/topic:Topic") -> Fixture:
    """A resource of that provider."""
    return Fixture(type=type_, provider_name=provider_name)


def in_other(rule: str, **props: Any) -> Case:
    """The rule finds the other account."""
    return violating(rule, role(**props), title=str(props)[:60])


CASES = (
    passing(ACCOUNT, provider(allowedAccountIds=f'["{OWN}"]'), title="as the engine has it"),
    passing(ACCOUNT, provider(allowedAccountIds=[OWN], skipRequestingAccountId="false")),
    violating(ACCOUNT, provider(), title="absent"),
    violating(ACCOUNT, provider(allowedAccountIds=UNKNOWN), title="unknown"),
    violating(ACCOUNT, provider(allowedAccountIds="[]"), title="empty"),
    violating(ACCOUNT, provider(allowedAccountIds="all"), title="no list"),
    violating(ACCOUNT, provider(allowedAccountIds=f'["{OWN}", "{OTHER}"]'), title="another too"),
    violating(
        ACCOUNT,
        provider(allowedAccountIds=[OWN], skipRequestingAccountId="true"),
        title="it does not look",
    ),
    passing(REGION, provider(region="eu-west-1")),
    violating(REGION, provider(region="us-east-1")),
    violating(REGION, provider(), title="absent"),
    violating(REGION, provider(region=UNKNOWN), title="unknown"),
    passing(IDENTITY, provider(region="eu-west-1", endpoints="[]")),
    passing(IDENTITY, provider(assumeRoles=f'[{{"roleArn":"arn:aws:iam::{OWN}:role/deploy"}}]')),
    violating(
        IDENTITY, provider(assumeRoles=f'[{{"roleArn":"arn:aws:iam::{OTHER}:role/deploy"}}]')
    ),
    violating(IDENTITY, provider(assumeRoles=UNKNOWN), title="an unknown role"),
    violating(IDENTITY, provider(accessKey="key"), title="a key"),
    violating(IDENTITY, provider(token=UNKNOWN), title="an unknown token"),
    violating(IDENTITY, provider(profile="prod"), title="a profile"),
    violating(IDENTITY, provider(endpoints='[{"rds":"http://localhost"}]'), title="endpoints"),
    violating(IDENTITY, provider(sharedCredentialsFiles='["ci/keys"]'), title="keys in a file"),
    violating(IDENTITY, provider(httpsProxy="http://localhost"), title="a proxy"),
    passing(IDENTITY, provider(insecure="false"), title="secure"),
    violating(IDENTITY, provider(insecure="true"), title="insecure"),
    violating(IDENTITY, provider(insecure=UNKNOWN), title="perhaps insecure"),
    passing(TAGS, provider(defaultTags='{"tags": {"Stage": "preprod"}}')),
    passing(TAGS, provider(defaultTags={"tags": {"Stage": "preprod", "Owner": UNKNOWN}})),
    passing(TAGS, Fixture(type="pulumi:providers:aws", name="default_7_51_1"), title="default"),
    violating(TAGS, provider(defaultTags='{"tags": {"Stage": "prod"}}')),
    violating(TAGS, provider(defaultTags='{"tags": {"Owner": "x"}}'), title="no stage"),
    violating(TAGS, provider(defaultTags="none"), title="no tags"),
    violating(TAGS, provider(), title="absent"),
    violating(TAGS, provider(defaultTags=UNKNOWN), title="unknown"),
    passing(EXPLICIT, made_by("pulumi:providers:aws::account")),
    passing(EXPLICIT, made_by("", "pulumi:pulumi:Stack"), title="a component"),
    passing(EXPLICIT, made_by("pulumi:providers:random::default_4_0_0", "random:index/id:Id")),
    violating(EXPLICIT, made_by("pulumi:providers:aws::default_7_51_1")),
    violating(EXPLICIT, made_by("pulumi:providers:aws::default"), title="without a version"),
    violating(EXPLICIT, made_by(""), title="none that is known"),
    violating(
        EXPLICIT,
        made_by("pulumi:providers:postgresql::default_3_18_2", "postgresql:index/role:Role"),
    ),
    passing(RESOURCE_REGION, role(name="it")),
    passing(RESOURCE_REGION, role(region="eu-west-1")),
    passing(
        RESOURCE_REGION,
        Fixture(type="pulumi-python:dynamic:ServerBootstrap", props={"region": "us-east-1"}),
        title="no AWS resource",
    ),
    passing(
        RESOURCE_REGION,
        Fixture(type="pulumi-python:dynamic:ServerBootstrap", props={"region": UNKNOWN}),
        title="no AWS resource, and unknown",
    ),
    violating(RESOURCE_REGION, role(region="us-east-1")),
    violating(RESOURCE_REGION, role(region=UNKNOWN), title="unknown"),
    passing(NO_OTHER, role(name=f"devstages-{OWN}", arn=f"arn:aws:iam::{OWN}:role/x", tags={})),
    passing(NO_OTHER, role(policyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"), title="AWS's own"),
    passing(NO_OTHER, role(id="0123456789ab-333333333333-x"), title="a number inside of a name"),
    passing(NO_OTHER, role(name=UNKNOWN, list=[UNKNOWN]), title="unknown"),
    passing(
        NO_OTHER,
        role(layers=["arn:aws:lambda:eu-west-1:333333333333:layer:x:1"]),
        parameters={"aws_account_ids": ["333333333333"]},
        title="one of AWS's own",
    ),
    in_other(NO_OTHER, bucket=f"devstages-{OTHER}-eu-west-1-data-prod"),
    in_other(NO_OTHER, policy=f'{{"Principal": {{"AWS": "{OTHER}"}}}}'),
    in_other(NO_OTHER, policy=f'{{"{OTHER}": []}}'),
    in_other(NO_OTHER, rules=[{"destination": {"account": OTHER}}]),
    in_other(NO_OTHER, layers=["arn:aws:lambda:eu-west-1:333333333333:layer:x:1"]),
    in_other(NO_OTHER, sourceAccount="333333333333"),
    in_other(NO_OTHER, policy='{"a": "\\u0032\\u0032222222222\\u0032"}'),
    passing(
        NO_OTHER,
        role(sourceAccount=OTHER, bucket=f"devstages-{OTHER}-x"),
        stack="prod",
        title="its own account",
    ),
    violating(NO_OTHER, role(bucket=f"x-{OWN}"), stack="prod", title="prod names another"),
)
