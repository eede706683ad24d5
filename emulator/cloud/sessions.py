"""Sessions: a principal, and provider servers that act as it."""

from __future__ import annotations

import importlib.metadata
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc

from emulator.cloud.authorization.principals import Accounts, find_principal
from emulator.cloud.provider_context import Credentials, Databases, Kept, ProviderContext
from emulator.errors import UserError
from emulator.providers.creations import Creations
from emulator.providers.provider import Provider
from emulator.providers.server import ProviderServer, serve

REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
PACKAGES: Final = {"aws": "pulumi_aws", "postgresql": "pulumi_postgresql"}
"""Package to the SDK whose version says which real provider is emulated."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that stays open as long as the cloud process."""

    description: dict[str, Any]
    """What `client.Session` is made of."""
    servers: tuple[grpc.Server, ...]


class Sessions:
    """Opens sessions, one per principal and region."""

    def __init__(
        self, accounts: Accounts, endpoint_url: str, ca_file: str, databases: Databases
    ) -> None:
        self._accounts = accounts
        self._endpoint_url = endpoint_url
        self._ca_file = ca_file
        self._databases = databases
        self._kept = Kept()
        self._creations = Creations()
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str, str, Path], OpenSession] = {}

    @property
    def all(self) -> list[dict[str, Any]]:
        """Open sessions without their secrets."""
        with self._lock:
            names = ("account_id", "principal_arn", "region", "provider_ports")
            return [
                {name: session.description[name] for name in names}
                for session in self._open.values()
            ]

    def open(
        self, account_id: str, region: str, given: Mapping[str, str] | None, folder: Path
    ) -> dict[str, Any]:
        """Open a session, or give the one that is open. Raises UserError."""
        if not (account_id.isdigit() and len(account_id) == 12):
            msg = f"{account_id!r} is not an AWS account: an account has 12 digits"
            raise UserError(msg)
        if not REGION.fullmatch(region):
            msg = f"{region!r} is not an AWS region, as `eu-west-1` is one"
            raise UserError(msg)
        credentials = (
            Credentials(
                access_key_id=given.get("AWS_ACCESS_KEY_ID", ""),
                secret_access_key=given.get("AWS_SECRET_ACCESS_KEY", ""),
                session_token=given.get("AWS_SESSION_TOKEN") or None,
            )
            if given
            else self._accounts.administrator(account_id)
        )
        principal_account_id, arn = _identify(credentials)
        with self._lock:
            key = (principal_account_id, region, credentials.access_key_id, folder)
            if key not in self._open:
                self._open[key] = self._start(
                    principal_account_id, region, arn, credentials, folder
                )
            return self._open[key].description

    def _start(
        self, account_id: str, region: str, arn: str, credentials: Credentials, folder: Path
    ) -> OpenSession:
        context = ProviderContext(
            account_id=account_id,
            region=region,
            credentials=credentials,
            endpoint_url=self._endpoint_url,
            ca_file=self._ca_file,
            folder=folder,
            kept=self._kept,
            databases=self._databases,
        )
        versions = {package: importlib.metadata.version(sdk) for package, sdk in PACKAGES.items()}
        makers = _providers(context)
        served = {
            name: serve(ProviderServer(versions[name], make, self._creations))
            for name, make in makers.items()
        }
        environment = {
            "AWS_ACCESS_KEY_ID": credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ENDPOINT_URL": self._endpoint_url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "PGSSLROOTCERT": self._ca_file,
        }
        if credentials.session_token:
            environment["AWS_SESSION_TOKEN"] = credentials.session_token
        description = {
            "account_id": account_id,
            "principal_arn": arn,
            "region": region,
            "provider_ports": {name: port for name, (_, port) in served.items()},
            "provider_versions": versions,
            "environment": environment,
        }
        return OpenSession(description, tuple(server for server, _ in served.values()))

    def close(self) -> None:
        """End every provider server."""
        with self._lock:
            sessions, self._open = list(self._open.values()), {}
        for stopped in [server.stop(grace=None) for s in sessions for server in s.servers]:
            stopped.wait()


def _identify(credentials: Credentials) -> tuple[str, str]:
    """Account and ARN of whom the credentials belong to. Raises UserError."""
    principal = find_principal(credentials.access_key_id)
    reason = principal if isinstance(principal, str) else None
    if not isinstance(principal, str):
        if principal.secret_access_key != credentials.secret_access_key:
            reason = f"the secret of the access key {credentials.access_key_id} is another one"
        elif not principal.has_token(credentials.session_token):
            reason = f"the session token of {credentials.access_key_id} is another one"
        else:
            return principal.account_id, principal.arn
    msg = (
        f"The credentials are of no emulated account: {reason}. Unset AWS_ACCESS_KEY_ID,"
        " AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN to act as the account's administrator."
    )
    raise UserError(msg)


def _providers(context: ProviderContext) -> dict[str, Callable[[], Provider]]:
    """What makes a provider, by package."""
    from emulator.providers.aws import AwsProvider
    from emulator.providers.postgresql import PostgresqlProvider

    return {
        "aws": lambda: AwsProvider(context),
        "postgresql": lambda: PostgresqlProvider(context),
    }
