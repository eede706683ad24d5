"""The provider's own configuration: parsed, checked, and turned into an account to work in."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from typing import Any, Final

import botocore.session
from botocore.exceptions import ClientError

from emulator.cloud.provider_context import Credentials, ProviderContext
from emulator.providers.aws import sdk
from emulator.providers.aws.account import Account
from emulator.providers.aws.checking import check_properties
from emulator.providers.provider import CheckFailure, ProviderError
from emulator.values import UNKNOWN, Properties

ENGINE_KEYS: Final = frozenset({"version", "pluginDownloadURL", "pluginChecksums"})
"""Keys that Pulumi's engine adds to any provider's inputs."""


def parse(config: Properties) -> Properties:
    """Configuration with the JSON texts of the SDK (`"[…]"`, `"true"`) as values.

    Raises ValueError with the key of a text that is no JSON.
    """
    properties = sdk.provider_config().properties
    parsed: Properties = {}
    for key, value in config.items():
        kind = properties[key].kind if key in properties else "string"
        if key in ENGINE_KEYS or key.startswith("__") or value is None:
            continue
        if isinstance(value, str) and kind in ("list", "map", "object") and value:
            try:
                parsed[key] = json.loads(value)
            except ValueError as error:
                msg = f"aws:{key} is no JSON text: {error}"
                raise ValueError(msg) from None
        else:
            parsed[key] = value
    return {key: value for key, value in parsed.items() if value not in ("", None)}


def check(config: Properties) -> list[CheckFailure]:
    """What is wrong with a provider's configuration."""
    try:
        parsed = parse(config)
    except ValueError as error:
        return [CheckFailure(property="", reason=str(error))]
    checked, failures = check_properties(sdk.provider_config(), parsed)
    region = checked.get("region")
    if isinstance(region, str) and not checked.get("skipRegionValidation"):
        failures += region_failures(region)
    if checked.get("allowedAccountIds") and checked.get("forbiddenAccountIds"):
        reason = "allowedAccountIds and forbiddenAccountIds exclude each other; give one of them"
        failures.append(CheckFailure(property="forbiddenAccountIds", reason=reason))
    return failures


def region_failures(region: str) -> list[CheckFailure]:
    """What is wrong with a region's name."""
    session = botocore.session.get_session()
    known = {
        name
        for partition in session.get_available_partitions()
        for name in session.get_available_regions("ec2", partition, allow_non_regional=False)
    }
    if region in known:
        return []
    near = sorted(name for name in known if name[:2] == region[:2])
    hint = f"; regions that begin alike: {', '.join(near)}" if near else ""
    return [CheckFailure(property="region", reason=f"invalid AWS Region: {region}{hint}")]


def account_of(context: ProviderContext, config: Properties) -> Account:
    """Account that a configuration leads to; raises ProviderError where it must not be touched."""
    try:
        parsed, _ = check_properties(sdk.provider_config(), parse(config))
    except ValueError as error:
        raise ProviderError(str(error)) from None
    region = parsed.get("region")
    if region is not UNKNOWN:
        context = replace(context, region=region or context.region)
    if not context.region:
        msg = "invalid AWS Region: none given; set aws:region in the stack file, or AWS_REGION"
        raise ProviderError(msg)
    if isinstance(parsed.get("accessKey"), str) and isinstance(parsed.get("secretKey"), str):
        keys = Credentials(
            access_key_id=parsed["accessKey"],
            secret_access_key=parsed["secretKey"],
            session_token=parsed.get("token"),
        )
        context = _identified(replace(context, credentials=keys, **_fresh()))
    for role in _known_list(parsed, "assumeRoles"):
        if isinstance(role, dict) and isinstance(role.get("roleArn"), str):
            context = _assume(context, role)
    _refuse_wrong_account(context.account_id, parsed)
    defaults = parsed.get("defaultTags") or {}
    tags = {"": UNKNOWN} if defaults is UNKNOWN else defaults.get("tags") or {}
    tags = {"": UNKNOWN} if tags is UNKNOWN else tags
    return Account(
        context=context, account_id=context.account_id, region=context.region, default_tags=tags
    )


def _refuse_wrong_account(account_id: str, config: Properties) -> None:
    """Text of the refusal: github.com/hashicorp/aws-sdk-go-base, VerifyAccountIDAllowed."""
    allowed = [str(item) for item in _known_list(config, "allowedAccountIds")]
    forbidden = [str(item) for item in _known_list(config, "forbiddenAccountIds")]
    if allowed and account_id not in allowed:
        msg = (
            f"AWS account ID not allowed: {account_id} (aws:allowedAccountIds allows "
            f"{', '.join(allowed)}); use credentials of an allowed account"
        )
        raise ProviderError(msg)
    if account_id in forbidden:
        msg = f"AWS account ID not allowed: {account_id} (aws:forbiddenAccountIds lists it)"
        raise ProviderError(msg)


def _known_list(config: Properties, key: str) -> list[Any]:
    """Items of a list as far as they are known."""
    items = config.get(key)
    return [item for item in items if item is not UNKNOWN] if isinstance(items, list) else []


def _fresh() -> dict[str, Any]:
    """What a copy of a context must not share: clients of other credentials."""
    return {"_clients": {}, "_clients_lock": threading.Lock()}


def _identified(context: ProviderContext) -> ProviderContext:
    try:
        account_id = context.client("sts").get_caller_identity()["Account"]
    except ClientError as error:
        msg = f"validating provider credentials: {error}"
        raise ProviderError(msg) from error
    return replace(context, account_id=account_id, **_fresh())


def _assume(context: ProviderContext, role: Properties) -> ProviderContext:
    """Context of an assumed role."""
    arn = role["roleArn"]
    match = re.fullmatch(r"arn:[\w-]+:iam::(\d{12}):role/(?:.*/)?[\w+=,.@-]+", arn)
    if match is None:
        msg = f"assuming IAM Role ({arn}): not an ARN of a role"
        raise ProviderError(msg)
    arguments = {
        "RoleArn": arn,
        "RoleSessionName": role.get("sessionName") or "pulumi",
        "ExternalId": role.get("externalId"),
        "Policy": role.get("policy"),
    }
    given = {name: value for name, value in arguments.items() if value}
    try:
        answer = context.client("sts").assume_role(**given)["Credentials"]
    except ClientError as error:
        msg = (
            f"Cannot assume IAM Role: operation error STS: AssumeRole, api error AccessDenied: "
            f"not authorized to perform: sts:AssumeRole on resource: {arn} ({error})"
        )
        raise ProviderError(msg) from error
    return replace(
        context,
        account_id=match.group(1),
        credentials=Credentials(
            access_key_id=answer["AccessKeyId"],
            secret_access_key=answer["SecretAccessKey"],
            session_token=answer["SessionToken"],
        ),
        **_fresh(),
    )
