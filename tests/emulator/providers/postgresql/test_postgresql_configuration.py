"""The provider's settings, its one token, and what it says where no server answers."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from emulator.providers.postgresql import PostgresqlProvider, provider
from emulator.providers.postgresql.tokens import iam_token
from emulator.providers.provider import ProviderError
from emulator.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.cloud.provider_context import ProviderContext
    from tests.emulator.providers.postgresql.conftest import Connect, Server

ROLE = "postgresql:index/role:Role"
URN = f"urn:pulumi:stage::project::{ROLE}::it"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What connections were asked for; none of them is answered."""
    asked: list[dict[str, Any]] = []

    def connect(**parameters: Any) -> None:
        asked.append(parameters)
        msg = f"nobody there, and the password {parameters['password']} is refused"
        raise psycopg.OperationalError(msg)

    monkeypatch.setattr(psycopg, "connect", connect)
    return asked


def create(it: PostgresqlProvider, *, preview: bool = False, **inputs: Any) -> Any:
    return it.create(URN, ROLE, {"name": "it", **inputs}, preview=preview)


def configured(context: ProviderContext, **config: Any) -> PostgresqlProvider:
    it = PostgresqlProvider(context)
    it.configure(config)
    return it


def test_settings_arrive_as_json_text_and_reach_libpq(
    context: ProviderContext, asked: list[dict[str, Any]]
) -> None:
    it = configured(
        context,
        host="db.example",
        port="6543",
        username="host_admin",
        password="hunter2",
        database="home",
        sslmode="verify-full",
        connectTimeout="7",
        maxConnections="2",
        superuser="false",
        version="3.18.2",
    )

    with pytest.raises(ProviderError) as failure:
        create(it)

    (parameters,) = asked
    expected = {
        "host": "db.example",
        "port": 6543,
        "user": "host_admin",
        "password": "hunter2",
        "dbname": "home",
        "sslmode": "verify-full",
        "sslrootcert": "/authority.pem",
        "connect_timeout": 7,
    }
    assert parameters | expected == parameters
    assert str(failure.value) == (
        "could not create Role 'it': could not connect to PostgreSQL at db.example:6543, database "
        "'home' as 'host_admin': nobody there, and the password [secret] is refused"
    )
    assert "hunter2" not in repr(failure.value)
    assert failure.value.__context__ is None or "hunter2" not in str(failure.value.__context__)


def test_a_named_certificate_comes_before_the_sessions(
    context: ProviderContext, asked: list[dict[str, Any]]
) -> None:
    for named in ("/mine.pem", "beside/the/program.pem"):
        with pytest.raises(ProviderError):
            create(configured(context, host="h", sslrootcert=named))
    found = [(parameters["sslmode"], parameters["sslrootcert"]) for parameters in asked]
    beside = str(context.folder / "beside/the/program.pem")
    assert found == [("require", "/mine.pem"), ("require", beside)]


@pytest.mark.parametrize("region", ["eu-central-1", ""])
def test_one_token_is_signed_when_configured_and_used_for_every_connection(
    context: ProviderContext,
    asked: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    region: str,
) -> None:
    signed: list[str] = []

    def sign(*arguments: Any) -> str:
        signed.append(iam_token(*arguments))
        return signed[-1]

    monkeypatch.setattr(provider, "iam_token", sign)
    config = {"awsRdsIamRegion": region} if region else {}
    it = configured(context, host="h", username="admin", awsRdsIamAuth="true", **config)
    assert len(signed) == 1

    for _ in range(2):
        with pytest.raises(ProviderError) as failure:
            create(it)
        assert "X-Amz-Signature" not in str(failure.value)
        assert ("set the provider's awsRdsIamRegion" in str(failure.value)) == (not region)

    assert [parameters["password"] for parameters in asked] == signed * 2
    token = urlsplit(f"https://{signed[0]}")
    query = parse_qs(token.query)
    assert token.netloc == "h:5432"
    assert query["DBUser"] == ["admin"]
    key, _, scope_region, service, _ = query["X-Amz-Credential"][0].split("/")
    assert (key, scope_region, service) == ("AKIATEST", region, "rds-db")
    assert query["X-Amz-Expires"] == ["900"]


def test_a_preview_connects_to_nothing_even_where_the_host_is_unknown(
    context: ProviderContext, asked: list[dict[str, Any]]
) -> None:
    it = configured(context, host=UNKNOWN, awsRdsIamAuth="true")

    shown = create(it, preview=True, login=UNKNOWN)
    changed = it.update(URN, ROLE, "it", {}, shown.outputs, {"name": "it"}, preview=True)

    assert shown.outputs["login"] is UNKNOWN
    assert changed["login"] is False
    assert asked == []
    with pytest.raises(ProviderError, match="not configured: host is still unknown"):
        create(it)


@pytest.mark.parametrize(
    ("config", "key", "reason"),
    [
        ({"hots": "x"}, "hots", "the postgresql provider has no setting 'hots'; it has awsRds"),
        ({"port": "x"}, "port", "port: got 'x', wanted a whole number"),
        ({"sslmode": "off"}, "sslmode", "sslmode: got 'off', allowed are disable, allow"),
        ({"azureIdentityAuth": "true"}, "azureIdentityAuth", "azureIdentityAuth is not supported"),
        ({"awsRdsIamProfile": "dev"}, "awsRdsIamProfile", "awsRdsIamProfile is not supported"),
        ({"scheme": "gcppostgres"}, "scheme", "scheme: got 'gcppostgres', allowed are postgres"),
        ({"password": "[1]", "maxConnections": "-7"}, "maxConnections", "maxConnections: got -7"),
        ({"expectedVersion": "new"}, "expectedVersion", "expectedVersion: got 'new'"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_wrong_settings_are_told_by_key(
    context: ProviderContext, config: dict[str, Any], key: str, reason: str
) -> None:
    it = PostgresqlProvider(context)

    (failure,) = it.check_config("urn", config).failures

    assert failure.property == key
    assert failure.reason.startswith(reason)
    with pytest.raises(ProviderError, match=key):
        it.configure(config)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_closed_port_and_a_silent_server_are_told_apart(
    context: ProviderContext, silent_port: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed_port = listener.getsockname()[1]
    with pytest.raises(ProviderError, match=r"127\.0\.0\.1:\d+, .*Connection refused"):
        create(configured(context, host="127.0.0.1", port=str(closed_port)))
    with pytest.raises(ProviderError, match="timeout expired"):
        create(configured(context, host="127.0.0.1", port=str(silent_port), connectTimeout="1"))


def test_a_server_without_tls_is_refused_unless_the_program_says_otherwise(
    context: ProviderContext,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(8)  # "may I speak TLS?"
                connection.sendall(b"N")
                connection.recv(1)

        server = threading.Thread(target=answer)
        server.start()
        with pytest.raises(ProviderError, match="SSL was required"):
            create(configured(context, host="127.0.0.1", port=str(listener.getsockname()[1])))
        server.join(10)


def test_a_provider_opens_no_more_connections_than_it_may(connect: Connect, clean: Server) -> None:
    program = connect(maxConnections="1", connectTimeout="1")
    pool = program.provider._connections
    assert pool is not None

    with pool.transaction(), pytest.raises(ProviderError, match="Raise the provider's maxConn"):
        program.add("Role", name="waiting")


def test_a_cancelled_provider_stops_what_it_waits_for(connect: Connect, clean: Server) -> None:
    program = connect()
    role = program.add("Role", name="locked")
    failures: list[Exception] = []

    def change() -> None:
        try:
            program.change(role, name="locked", login=True)
        except ProviderError as error:
            failures.append(error)

    with clean.connect() as holder, holder.transaction():
        holder.execute(
            "SELECT pg_advisory_xact_lock(oid::bigint) FROM pg_roles WHERE rolname = 'locked'"
        )
        worker = threading.Thread(target=change)
        worker.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while clean.rows(waiting) == [(0,)]:
            assert worker.is_alive()
        program.provider.cancel()
        worker.join(10)
    assert not worker.is_alive()
    assert "canceling statement due to user request" in str(failures[0])
