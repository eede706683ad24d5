"""What a database server refuses at the door."""

from __future__ import annotations

import datetime

import certifi
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.whole.conftest import REGION, Project, Server

LIFE_SECONDS = 900


@pytest.fixture(scope="session")
def reader(project: Project) -> tuple[Server, str, str]:
    """Preprod's server, its reader and its database."""
    outputs = project.outputs("preprod")
    role: str = outputs["database_roles"]["readonly"]
    return project.server("preprod"), role, outputs["databases"][0]


def test_a_session_without_tls_is_refused(reader: tuple[Server, str, str]) -> None:
    server, role, database = reader

    assert "no encryption" in server.refusal(role, database, sslmode="disable")


def test_a_client_that_trusts_other_authorities_hangs_up(reader: tuple[Server, str, str]) -> None:
    server, role, database = reader

    refusal = server.refusal(role, database, sslrootcert=certifi.where())

    assert "certificate verify failed" in refusal


def test_a_wrong_token_is_refused(reader: tuple[Server, str, str]) -> None:
    server, role, database = reader
    token = server.token(role)

    assert "PAM authentication failed" in server.refusal(role, database, password=token[:-1] + "0")
    assert "PAM authentication failed" in server.refusal(role, database, password="guess")


def test_an_expired_token_is_refused(reader: tuple[Server, str, str]) -> None:
    server, role, database = reader
    fresh = _token(server, role, age_seconds=0)
    stale = _token(server, role, age_seconds=LIFE_SECONDS + 5)

    assert server.refusal(role, database, password=fresh) == ""
    assert "PAM authentication failed" in server.refusal(role, database, password=stale)


def _token(server: Server, user: str, *, age_seconds: int) -> str:
    """Token as the SDK makes it, signed some time ago."""
    request = AWSRequest(
        method="GET",
        url=f"https://{server.address}:{server.port}/",
        params={"Action": "connect", "DBUser": user},
    )
    keys = (server.session["AWS_ACCESS_KEY_ID"], server.session["AWS_SECRET_ACCESS_KEY"])
    signer = SigV4QueryAuth(Credentials(*keys), "rds-db", REGION, expires=LIFE_SECONDS)
    then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=age_seconds)
    request.context["timestamp"] = then.strftime("%Y%m%dT%H%M%SZ")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda **_: then, raising=False)
        signer.add_auth(request)
    return str(request.url).removeprefix("https://")
