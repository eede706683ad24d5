"""The provider's configuration: which keys there are, their kinds, and what they mean.

Source: `postgresql/provider.go` of the Terraform provider (defaults of host, port, ...). Its
defaults from environment variables are left out: the environment is the cloud process's here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from emulator.providers.postgresql.attributes import Attribute, Kind, value_problems
from emulator.providers.provider import CheckFailure
from emulator.values import UNKNOWN, Properties, Value, has_unknown

DEFAULT_PORT: Final = 5432
DEFAULT_CONNECT_TIMEOUT_SECONDS: Final = 180
DEFAULT_MAX_CONNECTIONS: Final = 20
SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
FLAG: Final = Attribute(kind=Kind.BOOLEAN)
TEXT: Final = Attribute()
KEYS: Final[Mapping[str, Attribute]] = {
    "awsRdsIamAuth": FLAG,
    "awsRdsIamProviderRoleArn": TEXT,
    "awsRdsIamRegion": TEXT,
    "connectTimeout": Attribute(kind=Kind.INTEGER, minimum=-1),
    "database": TEXT,
    "databaseUsername": TEXT,
    "expectedVersion": TEXT,
    "host": TEXT,
    "maxConnections": Attribute(kind=Kind.INTEGER, minimum=-1),
    "password": Attribute(secret=True),
    "port": Attribute(kind=Kind.INTEGER),
    "scheme": Attribute(allowed=("postgres",)),
    "sslMode": Attribute(allowed=SSL_MODES),
    "sslmode": Attribute(allowed=SSL_MODES),
    "sslrootcert": TEXT,
    "superuser": FLAG,
    "username": TEXT,
}
UNSUPPORTED: Final[Mapping[str, str]] = {
    "awsRdsIamProfile": "the session's own credentials sign the token, there are no profiles",
    "azureIdentityAuth": "there is no Azure in this emulator",
    "azureTenantId": "there is no Azure in this emulator",
    "clientcert": "the emulated servers ask for no client certificate",
    "gcpIamImpersonateServiceAccount": "there is no Google Cloud in this emulator",
}
OF_THE_ENGINE: Final = frozenset({"version", "pluginDownloadURL", "__internal", "__defaults"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A configuration whose every value is known."""

    host: str = "localhost"
    port: int = DEFAULT_PORT
    username: str = "postgres"
    password: str = field(default="", repr=False)
    database: str = "postgres"
    database_username: str = ""
    ssl_mode: str = "require"
    ssl_root_certificate_file: str = ""
    is_superuser: bool = True
    connect_timeout_seconds: int = DEFAULT_CONNECT_TIMEOUT_SECONDS
    max_connections: int = DEFAULT_MAX_CONNECTIONS
    expected_major_version: int | None = None
    """Stated by the program instead of asked of the server."""
    iam_auth: bool = False
    iam_region: str = ""
    iam_role_arn: str = ""

    @property
    def current_user(self) -> str:
        """Role that the connections act as."""
        return self.database_username or self.username


def decoded(config: Properties) -> Properties:
    """Configuration with JSON text turned back into values (SDKs send all but strings as text)."""
    return {
        key: _decoded_value(KEYS.get(key), value)
        for key, value in config.items()
        if value is not None and key not in OF_THE_ENGINE
    }


def _decoded_value(attribute: Attribute | None, value: Value) -> Value:
    if attribute is None or attribute.kind is Kind.STRING or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


def problems(config: Properties) -> list[CheckFailure]:
    """What is wrong with a decoded configuration, sorted by key."""
    failures = []
    for key, value in sorted(config.items()):
        if key in UNSUPPORTED:
            if value not in (False, "false", ""):
                reason = f"{key} is not supported by the emulator: {UNSUPPORTED[key]}"
                failures.append(CheckFailure(property=key, reason=reason))
        elif key not in KEYS:
            allowed = ", ".join(sorted(KEYS))
            reason = f"the postgresql provider has no setting {key!r}; it has {allowed}"
            failures.append(CheckFailure(property=key, reason=reason))
        else:
            failures += [
                CheckFailure(property=key, reason=f"{key}: {problem}")
                for problem in value_problems(KEYS[key], value)
            ]
    version = config.get("expectedVersion")
    if isinstance(version, str) and not re.match(r"v?\d+(\.\d+)*", version):
        reason = f"expectedVersion: got {version!r}, wanted a version such as '18.1'"
        failures.append(CheckFailure(property="expectedVersion", reason=reason))
    return failures


def unknown_keys(config: Properties) -> list[str]:
    """Names of settings that a preview cannot know yet."""
    return sorted(key for key, value in config.items() if value is UNKNOWN or has_unknown(value))


def settings(config: Properties, ca_file: str, folder: Path) -> Settings:
    """Settings of a decoded and checked configuration without unknowns.

    `ca_file` counts where none is named, `folder` is where relative paths begin.
    """

    def text(key: str, default: str = "") -> str:
        return str(config.get(key) or default)

    def number(key: str, default: int) -> int:
        value: Any = config.get(key)
        return default if value is None else int(value)

    timeout_seconds = number("connectTimeout", DEFAULT_CONNECT_TIMEOUT_SECONDS)
    major = int(text("expectedVersion", "9.0.0").lstrip("v").split(".")[0])
    return Settings(
        host=text("host", "localhost"),
        port=number("port", DEFAULT_PORT),
        username=text("username", "postgres"),
        password=text("password"),
        database=text("database", "postgres"),
        database_username=text("databaseUsername"),
        ssl_mode=text("sslmode") or text("sslMode", "require"),
        ssl_root_certificate_file=str(folder / text("sslrootcert", ca_file)),
        is_superuser=config.get("superuser", True) in (True, "true"),
        # The plugin waits for ever at 0; a run that hangs helps nobody.
        connect_timeout_seconds=max(timeout_seconds, 0) or DEFAULT_CONNECT_TIMEOUT_SECONDS,
        max_connections=number("maxConnections", DEFAULT_MAX_CONNECTIONS),
        expected_major_version=None if text("expectedVersion", "9.0.0") == "9.0.0" else major,
        iam_auth=config.get("awsRdsIamAuth") in (True, "true"),
        iam_region=text("awsRdsIamRegion"),
        iam_role_arn=text("awsRdsIamProviderRoleArn"),
    )
