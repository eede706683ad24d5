"""What the gate refuses that no test can wait for: sessions past their time, signatures of old."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from emulator.cloud.authorization import gate

ACCOUNT_ID = "444444444444"
HOST = "127.0.0.1:5000"
BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
TRUST = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture
def session() -> Iterator[Any]:
    """A session of a role, in an account that no other test sees."""
    role = iam_backends[ACCOUNT_ID]["aws"].create_role("task", TRUST, "/", None, "", [], "3600")
    yield sts_backends[ACCOUNT_ID]["aws"].assume_role("us-east-1", "me", role.arn, "", 900, "")
    iam_backends.pop(ACCOUNT_ID, None)
    sts_backends.pop(ACCOUNT_ID, None)


def environ(session: Any) -> dict[str, Any]:
    """A request to STS, signed by the session, as the server gets it."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    request = AWSRequest("POST", f"http://{HOST}/", form, BODY)
    credentials = Credentials(
        session.access_key_id, session.secret_access_key, session.session_token
    )
    SigV4Auth(credentials, "sts", "us-east-1").add_auth(request)
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()
    }
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "RAW_URI": "/",
        "QUERY_STRING": "",
        "CONTENT_TYPE": headers.pop("HTTP_CONTENT_TYPE"),
        "CONTENT_LENGTH": str(len(BODY)),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "5000",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(BODY),
        "HTTP_HOST": HOST,
        **headers,
    }


def refusal(made: dict[str, Any]) -> str:
    answer = gate.admit(made, "sts")
    return "" if answer is None else answer.body.decode()


def test_a_session_passes_until_its_time_is_over(session: Any) -> None:
    assert refusal(environ(session)) == ""
    session.expiration -= timedelta(seconds=901)
    assert "<Code>ExpiredToken</Code>" in refusal(environ(session))


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_signature_counts_for_a_quarter_of_an_hour(
    session: Any, minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = datetime.now(UTC) + timedelta(minutes=minutes)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: then)
    assert "<Code>SignatureDoesNotMatch</Code>" in refusal(environ(session))


def test_an_admitted_request_is_bound_to_its_account_and_operation(session: Any) -> None:
    made = environ(session) | {"HTTP_X_MOTO_ACCOUNT_ID": "111111111111"}
    assert refusal(made) == ""
    assert made["HTTP_X_MOTO_ACCOUNT_ID"] == ACCOUNT_ID
    assert made["emulator.operation"] == "GetCallerIdentity"
    assert made["wsgi.input"].read() == BODY
