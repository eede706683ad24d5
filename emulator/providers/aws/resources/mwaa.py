# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Airflow environments, which moto does not have: kept here, and checked as the API checks them.

Limits, versions and classes: the API's model, and
https://docs.aws.amazon.com/mwaa/latest/API/API_CreateEnvironment.html
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler, failure, known_object
from emulator.providers.aws.naming import DEFAULTS_KEY
from emulator.providers.aws.permissions import require_permission
from emulator.providers.aws.resources.mwaa_rules import (
    FILES,
    class_failures,
    refuse,
    require_bucket,
    require_network,
    require_role,
)
from emulator.providers.aws.tags import wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import UNKNOWN, Properties

TYPE: Final = "aws:mwaa/environment:Environment"
AIRFLOW_VERSIONS: Final = ("2.7.2", "2.8.1", "2.9.2", "2.10.1", "2.10.3", "2.11.0", "3.0.6")
LOG_KINDS: Final = {
    "dagProcessingLogs": "DAGProcessing",
    "schedulerLogs": "Scheduler",
    "taskLogs": "Task",
    "webserverLogs": "WebServer",
    "workerLogs": "Worker",
}
LOG_LEVELS: Final = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG")
FIXED: Final = frozenset(
    {"arn", "createdAt", "serviceRoleArn", "webserverUrl"}
    | {"databaseVpcEndpointService", "webserverVpcEndpointService"}
)
"""What an environment has for life."""
CHOICES: Final = {
    "airflowVersion": AIRFLOW_VERSIONS,
    "endpointManagement": ("SERVICE", "CUSTOMER"),
    "webserverAccessMode": ("PRIVATE_ONLY", "PUBLIC_ONLY"),
    "workerReplacementStrategy": ("FORCED", "GRACEFUL"),
}


class Environment(Handler):
    """An Airflow environment; made at once instead of in half an hour."""

    label = "MWAA Environment"
    defaults: ClassVar = {}
    computed = frozenset(
        {"airflowVersion", "endpointManagement", "environmentClass", "loggingConfiguration"}
        | {"maxWebservers", "minWebservers", "maxWorkers", "minWorkers", "schedulers"}
        | {"pluginsS3ObjectVersion", "requirementsS3ObjectVersion", "startupScriptS3ObjectVersion"}
        | {"webserverAccessMode", "weeklyMaintenanceWindowStart", "workerReplacementStrategy"}
    )

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        known = {name: value for name, value in inputs.items() if value is not UNKNOWN}
        found = [
            failure(name, f'"{known[name]}"; allowed: {", ".join(allowed)}')
            for name, allowed in CHOICES.items()
            if name in known and known[name] not in allowed
        ]
        name = known.get("name", "a")
        if not re.fullmatch(r"[a-zA-Z][0-9a-zA-Z_-]{0,79}", name):
            reason = f'"{name}"; a letter, then letters, digits, "_" and "-", 80 at most'
            found.append(failure("name", reason))
        found += [
            failure(path, f'"{known[path]}" must be relative to the bucket')
            for path in ("dagS3Path", *FILES)
            if str(known.get(path, "")).startswith(("/", "s3://"))
        ]
        found += [
            failure(path, f"needed where {version} is given")
            for path, version in FILES.items()
            if version in known and path not in inputs
        ]
        found += class_failures(known)
        window = known.get("weeklyMaintenanceWindowStart")
        day = "(MON|TUE|WED|THU|FRI|SAT|SUN)"
        if window and not re.fullmatch(day + r":([01]\d|2[0-3]):(00|30)", window):
            reason = f'"{window}"; want DAY:HH:MM (UTC), half hours only, such as "TUE:03:30"'
            found.append(failure("weeklyMaintenanceWindowStart", reason))
        for kind, log in known_object(known.get("loggingConfiguration")).items():
            level = log.get("logLevel") if isinstance(log, dict) else None
            if isinstance(level, str) and level not in LOG_LEVELS:
                path = f"loggingConfiguration.{kind}.logLevel"
                found.append(failure(path, f'"{level}"; allowed: {", ".join(LOG_LEVELS)}'))
        subnets = known_object(known.get("networkConfiguration")).get("subnetIds")
        if isinstance(subnets, list) and len(subnets) != 2:
            reason = f"{len(subnets)} subnets; MWAA takes exactly two"
            found.append(failure("networkConfiguration.subnetIds", reason))
        return found

    def replaces(self, path: str, old: Any, new: Any, news: Properties) -> bool | None:
        """Only a newer major version of Airflow makes another environment.

        https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/mwaa/environment.go
        """
        if path == "airflowVersion":
            return isinstance(new, str) and _version(str(old))[0] < _version(new)[0]
        return None

    def create(self, account: Account, inputs: Properties) -> str:
        name = str(inputs["name"])
        _require_permission(account, "CreateEnvironment", name, inputs)
        with account.kept.locked():
            if self._kept(account, name) is not None:
                message = f"An environment with name {name} already exists"
                raise refuse("CreateEnvironment", message)
            self._require(account, "CreateEnvironment", inputs)
            made = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} +0000 UTC"
            token = secrets.token_hex(18)
            host = f"{token[:8]}-{token[8:12]}-{token[12:16]}-{token[16:20]}-{token[20:32]}"
            role = "aws-service-role/airflow.amazonaws.com/AWSServiceRoleForAmazonMWAA"
            fixed = {
                "arn": account.arn("airflow", f"environment/{name}"),
                "createdAt": made,
                "databaseVpcEndpointService": (
                    f"com.amazonaws.vpce.{account.region}.vpce-svc-{secrets.token_hex(9)[:17]}"
                ),
                "serviceRoleArn": account.arn("iam", f"role/{role}", is_global=True),
                "webserverUrl": f"{host}.c{token[32:35]}.{account.region}.airflow.amazonaws.com",
                "webserverVpcEndpointService": (
                    f"com.amazonaws.vpce.{account.region}.vpce-svc-{secrets.token_hex(9)[:17]}"
                ),
            }
            self._put(account, name, fixed, inputs)
        return name

    def _require(self, account: Account, operation: str, inputs: Properties) -> None:
        require_role(account, operation, inputs["executionRoleArn"])
        require_bucket(account, operation, inputs)
        require_network(account, operation, inputs["networkConfiguration"])
        if inputs.get("kmsKey"):
            account.client("kms").describe_key(KeyId=inputs["kmsKey"])

    def _put(self, account: Account, name: str, fixed: Properties, inputs: Properties) -> None:
        large = inputs.get("environmentClass", "mw1.small") != "mw1.micro"
        filled: Properties = {
            "airflowVersion": AIRFLOW_VERSIONS[-1],
            "endpointManagement": "SERVICE",
            "environmentClass": "mw1.small",
            "maxWorkers": 10 if large else 1,
            "minWorkers": 1,
            "maxWebservers": 2 if large else 1,
            "minWebservers": 2 if large else 1,
            "schedulers": 2 if large else 1,
            "webserverAccessMode": "PRIVATE_ONLY",
            "weeklyMaintenanceWindowStart": "SUN:03:30",
            "status": "AVAILABLE",
            "lastUpdateds": [],
        }
        own = {key: value for key, value in inputs.items() if key not in ("tags", DEFAULTS_KEY)}
        logs = self._logging(account, name, inputs.get("loggingConfiguration") or {})
        attributes = filled | fixed | own | {"loggingConfiguration": logs}
        account.kept.put(account.account_id, account.region, TYPE, name, attributes)

    def _logging(self, account: Account, name: str, wanted: Properties) -> Properties:
        logs: Properties = {}
        for kind, group in LOG_KINDS.items():
            log = wanted.get(kind) or {}
            enabled = bool(log.get("enabled", kind == "taskLogs" and not wanted))
            logs[kind] = {"enabled": enabled, "logLevel": log.get("logLevel", "INFO")}
            if enabled:
                arn = account.arn("logs", f"log-group:airflow-{name}-{group}")
                logs[kind]["cloudWatchLogGroupArn"] = arn
        return logs

    def _kept(self, account: Account, name: str) -> Properties | None:
        return account.kept.get(account.account_id, account.region, TYPE, name)

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        _require_permission(account, "GetEnvironment", id_, {})
        return self._kept(account, id_)

    def same(self, path: str, old: Any, new: Any) -> bool:
        """AWS adds the logs' ARNs and fills in what a program leaves out of the logging."""
        if not path.startswith("loggingConfiguration"):
            return False
        if path.endswith("Logs") and (old is None or new is None):
            return not (old or new or {}).get("enabled")
        if path.endswith("cloudWatchLogGroupArn"):
            return new is None or old is None
        if path.endswith("logLevel"):
            return (old or "INFO") == (new or "INFO")
        return False

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        _require_permission(account, "UpdateEnvironment", id_, news)
        with account.kept.locked():
            standing = self._kept(account, id_)
            if standing is None:
                raise RefusalError(
                    "MWAA", "UpdateEnvironment", "ResourceNotFoundException", f"{id_} not found"
                )
            wanted = news.get("airflowVersion", standing["airflowVersion"])
            if _version(str(wanted)) < _version(standing["airflowVersion"]):
                message = (
                    f"Airflow cannot go back from {standing['airflowVersion']} to {wanted} in place"
                )
                raise refuse("UpdateEnvironment", message)
            self._require(account, "UpdateEnvironment", news)
            stays = FIXED | (self.computed - {"loggingConfiguration"})
            fixed = {name: standing[name] for name in stays & standing.keys()}
            now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} +0000 UTC"
            fixed["lastUpdateds"] = [{"createdAt": now, "status": "SUCCESS", "errors": []}]
            self._put(account, id_, fixed, news)

    def unknown_after_update(self, changed: set[str]) -> list[str]:
        return ["lastUpdateds"]

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        _require_permission(account, "DeleteEnvironment", id_, {})
        account.kept.delete(account.account_id, account.region, TYPE, id_)


def _require_permission(account: Account, operation: str, name: str, inputs: Properties) -> None:
    """The environment and, where one is given to it, its execution role."""
    parameters: Properties = {"Name": name}
    if inputs.get("executionRoleArn"):
        parameters["ExecutionRoleArn"] = str(inputs["executionRoleArn"])
    if operation == "CreateEnvironment" and wanted_tags(inputs):
        parameters["Tags"] = wanted_tags(inputs)
    require_permission(account, "mwaa", "airflow", operation, parameters)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)) or (0,)


HANDLERS: dict[str, Handler] = {TYPE: Environment()}
