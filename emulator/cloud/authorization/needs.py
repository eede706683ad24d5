"""What a call needs to be allowed: actions on resources, with their condition keys.

Exact for the services in `EXACT`: their resources are the ones that AWS's Service Authorization
Reference names. For any other the action is the operation's name, and the resource is what a
parameter gives as an ARN (`FunctionArn`, `ResourceArn`, ...) or `*`, which only statements about
`"Resource": "*"` allow.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from emulator.cloud.authorization.calls import ROLE_ARN, Call
from emulator.cloud.authorization.conditions import Context

ANYTHING: Final = "*"
EXACT: Final = {
    "s3": ("s3", "needs"),
    "sts": ("sts", "needs"),
    "iam": ("iam", "needs"),
    "kms": ("kms", "needs"),
    "secretsmanager": ("secretsmanager", "needs"),
    "ssm": ("ssm", "needs"),
    "sns": ("sns", "needs"),
    "sqs": ("sqs", "needs"),
    "rds": ("rds", "needs"),
    "ec2": ("ec2", "needs"),
    "logs": ("by_name", "logs_needs"),
    "lambda": ("by_name", "lambda_needs"),
    "cloudwatch": ("by_name", "cloudwatch_needs"),
    "events": ("by_name", "events_needs"),
    "mwaa": ("by_name", "mwaa_needs"),
    "route53": ("by_name", "route53_needs"),
    "cloudtrail": ("by_name", "cloudtrail_needs"),
    "s3control": ("by_name", "s3control_needs"),
}
"""botocore's name of a service to the module and function that map its calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One action on one resource that has to be allowed."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)
    via: str = ""
    """Service that acts for the caller, such as `s3` for a key; empty for the caller itself."""
    otherwise: tuple[Need, ...] = ()
    """What is enough together where this is not allowed."""


def tag_context(tags: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    """Condition keys of the tags that a request gives."""
    if not tags:
        return {}
    by_key: dict[str, str | tuple[str, ...]] = {
        f"aws:requesttag/{key.lower()}": value for key, value in tags.items()
    }
    return by_key | {"aws:tagkeys": tuple(tags)}


def requested_tags(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Tags in a request, however the service spells them."""
    for name in ("Tags", "tags", "TagList", "TagSpecifications", "TagSet"):
        found = parameters.get(name)
        if isinstance(found, Mapping):
            return {str(key): str(value) for key, value in found.items()}
        if isinstance(found, list):
            return _listed(found)
    return {}


def _listed(items: list[Any]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for item in items:
        if not isinstance(item, Mapping):
            continue
        for tag in item.get("Tags", [item]):
            key = tag.get("Key", tag.get("TagKey", tag.get("key")))
            if key is not None:
                tags[str(key)] = str(tag.get("Value", tag.get("TagValue", tag.get("value", ""))))
    return tags


def removed_tag_keys(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys that a request to untag names."""
    for name in ("TagKeys", "tagKeys"):
        found = parameters.get(name)
        if isinstance(found, list):
            return tuple(map(str, found))
    return ()


@functools.cache
def exact_needs(service: str) -> Callable[[Call], Iterable[Need]] | None:
    """What maps the calls of a service exactly; imports moto's service with it."""
    module, function = EXACT.get(service, ("", ""))
    if not module:
        return None
    imported = importlib.import_module(f"emulator.cloud.authorization.services.{module}")
    found: Callable[[Call], Iterable[Need]] = getattr(imported, function)
    return found


def needs_of(call: Call) -> list[Need]:
    """Everything that has to be allowed, so that the call may be made."""
    exact = exact_needs(call.service)
    needs = list(exact(call)) if exact is not None else generic(call)
    if not needs and call.service != "sts":  # only STS has calls that need no permission
        needs = [Need(action=f"{call.prefix}:{call.operation}", resource=ANYTHING)]
    tags = tag_context(requested_tags(call.parameters))
    keys = removed_tag_keys(call.parameters)
    if keys and not tags:
        tags = {"aws:tagkeys": keys}
    with_tags = [replace(need, context={**tags, **need.context}) for need in needs]
    return with_tags + passed_roles(call)


def generic(call: Call) -> list[Need]:
    """The operation's name, on the ARNs that parameters give."""
    arns = [
        value
        for name, value in call.parameters.items()
        if isinstance(value, str)
        and name.lower().endswith(("arn", "resourceid", "resourcename"))
        and value.startswith("arn:")
        and not ROLE_ARN.fullmatch(value)
    ]
    return [
        Need(action=f"{call.prefix}:{call.operation}", resource=arn) for arn in arns or [ANYTHING]
    ]


KEEPS_ROLES: Final = frozenset({"iam", "sts", "kms", "s3", "secretsmanager", "organizations"})
"""Services that speak of roles without handing one to a service."""
RECEIVERS: Final = {
    "rds": "monitoring.rds.amazonaws.com",
    "ec2": "vpc-flow-logs.amazonaws.com",
    "stepfunctions": "states.amazonaws.com",
    "mwaa": "airflow.amazonaws.com",
}
"""Service principals that differ from `<service>.amazonaws.com`."""


def passed_roles(call: Call) -> list[Need]:
    """iam:PassRole for every role that the call hands to a service.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    if call.service in KEEPS_ROLES:
        return []
    receiver = RECEIVERS.get(call.service, f"{call.prefix}.amazonaws.com")
    return [
        Need(action="iam:PassRole", resource=arn, context={"iam:passedtoservice": receiver})
        for arn in sorted(set(_role_arns(call.parameters)))
    ]


def _role_arns(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        if ROLE_ARN.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _role_arns(item)
    elif isinstance(value, list):
        for item in value:
            yield from _role_arns(item)
