"""Sessions at a stage's database server: by IAM token, over verified TLS, as whoever calls.

The server is found by its name: neither a stack's state nor the pulumi CLI is needed. The
authority's certificates come from PGSSLROOTCERT, the rest from AWS's own variables.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Final

import boto3
import psycopg
from botocore.exceptions import BotoCoreError, ClientError

from operations.stage_files import StageFile, read_stage

CONNECT_SECONDS: Final = 10
BUNDLE: Final = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"


class NoSessionError(Exception):
    """No session came about: what was tried, where, why it failed, what to do."""


@dataclass(frozen=True, kw_only=True)
class DatabaseServer:
    """Where a server answers, and how to sign in."""

    address: str
    """The name that its certificate carries and that tokens are signed for."""

    port: int
    region: str

    def token(self, user: str) -> str:
        """A password for `user` that lives 15 minutes. Raises NoSessionError."""
        try:
            client = boto3.client("rds", region_name=self.region)
            token: str = client.generate_db_auth_token(
                DBHostname=self.address, Port=self.port, DBUsername=user, Region=self.region
            )
        except BotoCoreError as error:
            raise NoSessionError(_no_credentials(error)) from None
        return token

    def connect(
        self, user: str, database: str, *, application: str, **more: Any
    ) -> psycopg.Connection[tuple[Any, ...]]:
        """A session in autocommit mode; `more` goes to libpq. Raises NoSessionError."""
        try:
            return psycopg.connect(
                host=self.address,
                port=self.port,
                user=user,
                password=self.token(user),
                dbname=database,
                sslmode="verify-full",
                connect_timeout=CONNECT_SECONDS,
                application_name=application,
                autocommit=True,
                **more,
            )
        except psycopg.OperationalError as error:
            where = f"{user} at {self.address}:{self.port}, database {database}"
            msg = f"No session as {where}: {str(error).strip()}\n  next: {_advice(error)}"
            raise NoSessionError(msg) from None


def find_server(stage: StageFile) -> DatabaseServer:
    """The server that holds the stage's databases. Raises NoSessionError."""
    return _described(stage, stage.host.resource("server"))


def find_reader(stage: StageFile) -> DatabaseServer:
    """The replica that readers meet, where the host has one; else the server itself."""
    identifier = stage.host.resource("server")
    host = read_stage(stage.host.stage, stage.file.parent).settings.host
    if host is not None and host.server.read_replica:
        identifier += "-replica"
    return _described(stage, identifier)


def _described(stage: StageFile, identifier: str) -> DatabaseServer:
    names = stage.names
    up = f"Is stage {stage.host.stage} up? Bring it up first."
    try:
        client = boto3.client("rds", region_name=names.region)
        found = client.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        hint = up if code.startswith("DBInstanceNotFound") else _no_credentials(error)
        msg = f"RDS instance {identifier} in {names.region}: {error}\n  next: {hint}"
        raise NoSessionError(msg) from None
    except BotoCoreError as error:
        raise NoSessionError(_no_credentials(error)) from None
    instance: Any = found[0]
    account = instance["DBInstanceArn"].split(":")[4]
    if account != names.account_id:
        msg = (
            f"The credentials are of account {account}, stage {stage.stage} is in "
            f"{names.account_id} (aws:allowedAccountIds in {stage.file.name}).\n"
            f"  next: take credentials of {names.account_id}."
        )
        raise NoSessionError(msg)
    if "Endpoint" not in instance:
        msg = f"RDS instance {identifier} has no address yet: it is {instance['DBInstanceStatus']}."
        raise NoSessionError(msg)
    endpoint = instance["Endpoint"]
    return DatabaseServer(
        address=endpoint["Address"], port=int(endpoint["Port"]), region=names.region
    )


def _no_credentials(error: Exception) -> str:
    return (
        f"AWS gave no access: {error}\n  next: sign in to the stage's account; on the emulator "
        'eval "$(python -m emulator env --stack STAGE)" does.'
    )


def _advice(error: Exception) -> str:
    text = str(error)
    if "certificate" in text or "SSL" in text:
        file = os.environ.get("PGSSLROOTCERT") or "nothing"
        return f"PGSSLROOTCERT names {file}; for RDS it has to name {BUNDLE}, saved to a file."
    if "PAM authentication failed" in text:
        return "May these credentials rds-db:connect as that user? Are they of this account?"
    if "permission denied for database" in text:
        return "The role may not connect there: another stage's database is shut to it."
    if "does not exist" in text:
        return "Bring the stage up first; with --refresh where somebody dropped it by hand."
    return "Is the server's port open from here? It is private: a door leads there, or the VPC."
