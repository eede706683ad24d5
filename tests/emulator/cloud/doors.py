"""How the tests come in by the front doors: the emulated AWS and the database servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3
import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
from botocore.config import Config

from emulator.cloud.client import Session

ACCOUNT_ID = "111111111111"
OTHER_ACCOUNT_ID = "222222222222"
REGION = "eu-west-1"
MASTER = "master"
PASSWORD = "a-password-of-the-tests"


@dataclass(frozen=True)
class Instance:
    """A database instance, and how its clients come in."""

    identifier: str
    resource_id: str
    host: str
    port: int
    ca_file: str

    def connect(self, user: str, password: str = PASSWORD, **options: Any) -> Any:
        return psycopg.connect(
            **{
                "host": self.host,
                "port": self.port,
                "user": user,
                "password": password,
                "dbname": "postgres",
                "sslmode": "verify-full",
                "sslrootcert": self.ca_file,
                "autocommit": True,
                **options,
            }
        )

    def refusal(self, user: str, password: str = PASSWORD, **options: Any) -> str:
        """What a refused client is told."""
        with pytest.raises(psycopg.OperationalError) as refused:
            self.connect(user, password, **options).close()
        return str(refused.value)


def client_of(session: Session, service: str) -> Any:
    """Client of the emulated AWS that acts as the session's principal."""
    return boto3.client(
        service,
        endpoint_url=session.environment["AWS_ENDPOINT_URL"],
        region_name=session.region,
        aws_access_key_id=session.environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=session.environment["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=session.environment.get("AWS_SESSION_TOKEN"),
        config=Config(retries={"total_max_attempts": 1}),
    )


def create_instance(rds: Any, identifier: str, ca_file: str, **settings: Any) -> Instance:
    """Create a database instance through the API, as any client would."""
    created = rds.create_db_instance(
        **{
            "DBInstanceIdentifier": identifier,
            "DBInstanceClass": "db.t4g.small",
            "Engine": "postgres",
            "EngineVersion": "18",
            "AllocatedStorage": 20,
            "MasterUsername": MASTER,
            "MasterUserPassword": PASSWORD,
            "EnableIAMDatabaseAuthentication": True,
            **settings,
        }
    )["DBInstance"]
    return described(created, ca_file)


def described(answer: Any, ca_file: str) -> Instance:
    """Instance of an answer of the API."""
    return Instance(
        answer["DBInstanceIdentifier"],
        answer["DbiResourceId"],
        answer["Endpoint"]["Address"],
        answer["Endpoint"]["Port"],
        ca_file,
    )


def listening(pids: list[int]) -> set[tuple[str, int]]:
    """The addresses at which processes listen."""
    sockets = [psutil.Process(pid).net_connections("tcp") for pid in pids]
    return {
        (found.laddr.ip.removeprefix("::ffff:"), found.laddr.port)
        for of_one in sockets
        for found in of_one
    }
