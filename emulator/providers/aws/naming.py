"""Names that Pulumi makes for resources whose program gives none.

The rule (`<logical name>-<7 hex>`, made once and then kept) is the Terraform bridge's:
https://github.com/pulumi/pulumi-terraform-bridge/blob/master/pkg/tfbridge/names.go
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Final

from emulator.providers.aws.sdk import ResourceSchema
from emulator.values import Properties

RANDOM_DIGITS: Final = 7
DEFAULTS_KEY: Final = "__defaults"
"""Where the bridge notes which inputs it filled in itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRule:
    """How a type is named by itself."""

    property: str = "name"
    max_length: int = 255
    lowercase: bool = False
    prefix: str = ""
    conflicts: tuple[str, ...] = ("namePrefix",)
    deletes_first: bool = True
    """Whether a replacement under the same name waits for the old one to go: the bridge sees to it
    where it counts the name as automatic (`AutoNamed`), which pulumi-aws's own rules may omit."""


RULES: Final = {
    "aws:s3/bucket:Bucket": NameRule(
        property="bucket", max_length=63, lowercase=True, conflicts=("bucketPrefix",)
    ),
    "aws:s3/bucketV2:BucketV2": NameRule(
        property="bucket", max_length=63, lowercase=True, conflicts=("bucketPrefix",)
    ),
    "aws:rds/instance:Instance": NameRule(
        property="identifier",
        max_length=63,
        lowercase=True,
        conflicts=("identifierPrefix",),
        deletes_first=False,
    ),
    "aws:rds/subnetGroup:SubnetGroup": NameRule(lowercase=True),
    "aws:rds/parameterGroup:ParameterGroup": NameRule(lowercase=True),
    "aws:kms/alias:Alias": NameRule(prefix="alias/"),
    "aws:iam/role:Role": NameRule(max_length=64),
    "aws:iam/user:User": NameRule(max_length=64),
    "aws:lambda/function:Function": NameRule(max_length=64),
    "aws:sqs/queue:Queue": NameRule(max_length=80),
    "aws:mwaa/environment:Environment": NameRule(max_length=80),
}


def name_rule(schema: ResourceSchema) -> NameRule | None:
    """Rule of a type; None where it is not named by itself."""
    if schema.type in RULES:
        return RULES[schema.type]
    name = schema.inputs.properties.get("name")
    named = name is not None and name.kind == "string" and "name" not in schema.inputs.required
    return NameRule() if named else None


def fill_name(schema: ResourceSchema, urn: str, olds: Properties, inputs: Properties) -> None:
    """Give the inputs a name where the program gave none: the old one, or a new one."""
    rule = name_rule(schema)
    if rule is None or rule.property in inputs:
        return
    if any(inputs.get(conflict) is not None for conflict in rule.conflicts):
        return
    inputs[DEFAULTS_KEY] = [rule.property]
    if rule.property in olds.get(DEFAULTS_KEY, ()) and rule.property in olds:
        inputs[rule.property] = olds[rule.property]
        return
    logical = rule.prefix + re.sub(r"[^\w.@+=,/-]", "-", urn.rpartition("::")[2])
    logical = logical.lower().replace("_", "-") if rule.lowercase else logical
    suffix = ".fifo" if inputs.get("fifoQueue") or inputs.get("fifoTopic") else ""
    length = rule.max_length - RANDOM_DIGITS - 1 - len(suffix)
    inputs[rule.property] = (
        f"{logical[:length]}-{secrets.token_hex(RANDOM_DIGITS)[:RANDOM_DIGITS]}{suffix}"
    )


def prefixed_name(prefix: str) -> str:
    """Name that Terraform makes from a prefix: 26 digits after it."""
    return f"{prefix}{secrets.randbelow(10**26):026d}"


def must_delete_first(schema: ResourceSchema, olds: Properties, news: Properties) -> bool:
    """Whether two of them cannot stand at once, because the program names them itself.

    `nameRequiresDeleteBeforeReplace` in
    https://github.com/pulumi/pulumi-terraform-bridge/blob/master/pkg/tfbridge/schema.go
    """
    rule = name_rule(schema)
    if rule is None or not rule.deletes_first:
        return False
    if any(news.get(conflict) is not None for conflict in rule.conflicts):
        return False
    if rule.property in news.get(DEFAULTS_KEY, ()):
        return False
    return bool(olds.get(rule.property) == news.get(rule.property))
