"""From a stack's configuration to its settings, or to everything that is wrong with it at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import config as runtime_config
from pydantic import TypeAdapter, ValidationError

from stages.fields import StageName
from stages.problems import Problem, SettingsError, from_error, unknown_key
from stages.readers import problems_of_readers
from stages.settings import AwsSettings, StackSettings

DAGS = Path("dags")
"""Relative to the project's folder, in which every program of it runs."""

_OWN = sorted(name for name in StackSettings.model_fields if name != "aws")
_AWS = sorted(field.alias or name for name, field in AwsSettings.model_fields.items())


def load() -> StackSettings:
    """Settings of the stack that runs.

    Raises pulumi.RunError, which the CLI prints without a traceback, with all that is wrong.
    """
    stage = pulumi.get_stack()
    config = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    secret_keys = {key for key in config if runtime_config.is_config_secret(key)}
    for key in sorted(config):
        if key.startswith("aws:") and key.removeprefix("aws:") not in _AWS:
            pulumi.log.warn(
                f"{key} is not read: this program takes {', '.join(_AWS)} from the stack file, "
                "and credentials, profile and endpoints from the environment"
            )
    try:
        return parse(config, pulumi.get_project(), stage, secret_keys=secret_keys)
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None


def parse(
    config: Mapping[str, str],
    project: str,
    stage: str,
    *,
    secret_keys: Collection[str] = (),
    dags: Path = DAGS,
) -> StackSettings:
    """Settings in `config`, a map from `namespace:key` to text, JSON for what is structured.

    Raises SettingsError with every problem.
    """
    file = f"Pulumi.{stage}.yaml"
    problems = _problems_of_stage_name(stage)
    document: dict[str, Any] = {}
    for key, value in config.items():
        namespace, _, name = key.partition(":")
        if namespace == project:
            _read_own_key(document, problems, key, name, value, secret=key in secret_keys)
    document["aws"] = {
        name: _aws_value(name, config[f"aws:{name}"]) for name in _AWS if f"aws:{name}" in config
    }
    problems += _problems_of_hosting(document, project, stage)
    context = {"stage": stage, "dags": dags}
    try:
        # Strict: "yes" is no boolean and "3" no number. Only the JSON mode then takes tuples.
        settings = StackSettings.model_validate_json(
            json.dumps(document), strict=True, context=context
        )
    except ValidationError as error:
        problems += _problems_of_model(error, project, problems, secret_keys)
        raise SettingsError(file, problems) from None
    problems += problems_of_readers(settings, project, stage)
    if problems:
        raise SettingsError(file, problems)
    return settings


def _problems_of_model(
    error: ValidationError, project: str, known: list[Problem], secret_keys: Collection[str]
) -> list[Problem]:
    found = [(_key(project, details["loc"]), details) for details in error.errors()]
    skip = {problem.key for problem in known}
    for key, details in found:
        # Pydantic counts a wrong element as absent and then calls the whole too short.
        if details["type"] == "too_short" and any(k.startswith(f"{key}.") for k, _ in found):
            skip.add(key)
    return [
        from_error(details, StackSettings, key, secret=key.startswith(tuple(secret_keys)))
        for key, details in found
        if key not in skip
    ]


def _problems_of_stage_name(stage: str) -> list[Problem]:
    try:
        TypeAdapter(StageName).validate_python(stage)
    except ValidationError:
        allowed = "a letter, then 1 to 15 of a-z0-9: names of roles and buckets are made from it"
        return [Problem("the stack's name", stage, allowed)]
    return []


def _read_own_key(
    document: dict[str, Any],
    problems: list[Problem],
    key: str,
    name: str,
    value: str,
    *,
    secret: bool,
) -> None:
    shown = "[secret]" if secret else repr(value[:120])
    if name not in _OWN:
        problems.append(Problem(key, shown, unknown_key(name, _OWN)))
        return
    try:
        document[name] = json.loads(value)
    except ValueError:
        # Named here, in the stack file's terms; the model would speak of JSON.
        problems.append(Problem(key, shown, "a mapping of keys to values"))


def _aws_value(name: str, value: str) -> Any:
    if name == "region":
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _key(project: str, location: tuple[int | str, ...]) -> str:
    """`project:host.server.multi_az` or `aws:region`, as the stack file's reader looks for it."""
    parts = [str(part) for part in location if part != "[key]"]
    if not parts:
        return project
    if parts[0] == "aws":
        return "aws:" + ".".join(parts[1:])
    return f"{project}:" + ".".join(parts)


def _problems_of_hosting(document: dict[str, Any], project: str, stage: str) -> list[Problem]:
    """Either the stack is a host itself, or its tenant names another stack that is."""
    tenant = document.get("tenant")
    if not isinstance(tenant, dict):
        return []
    host = tenant.get("host")
    key = f"{project}:tenant.host"
    if "host" in document:
        allowed = "nothing, as the stack is a host itself"
        return [Problem(key, str(host), allowed)] if host is not None else []
    if host is None:
        allowed = f"the stack that hosts {stage}; or a host of its own, as {project}:host"
        return [Problem(key, "nothing", allowed)]
    if host == stage:
        return [Problem(key, stage, "another stack")]
    return []
