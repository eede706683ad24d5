"""The front door of a database server, from the outside."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from emulator.cloud.client import Cloud, Session
from emulator.cloud.front.certificates import CertificateAuthority
from tests.emulator.cloud.doors import MASTER, PASSWORD, REGION, Instance, client_of


def test_a_role_logs_in_with_its_password_over_verified_tls(instance: Instance) -> None:
    with instance.connect("password_user") as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("password_user",)
        assert connection.pgconn.ssl_in_use


def test_a_connection_without_tls_is_refused_in_the_words_of_rds(instance: Instance) -> None:
    text = instance.refusal("password_user", sslmode="disable")
    assert 'no pg_hba.conf entry for host "127.0.0.1", user "password_user"' in text
    assert 'database "postgres", no encryption' in text


def test_a_client_that_trusts_another_authority_refuses_the_server(
    instance: Instance, tmp_path: Path
) -> None:
    other = CertificateAuthority(tmp_path)
    text = instance.refusal("password_user", sslrootcert=str(other.file))
    assert "certificate verify failed" in text


def test_the_certificate_is_for_the_address_and_no_other(instance: Instance) -> None:
    text = instance.refusal("password_user", host="example.org", hostaddr=instance.host)
    assert "does not match host name" in text
    instance.connect("password_user", host="localhost", hostaddr=instance.host).close()


@pytest.mark.parametrize("user", ["password_user", "nobody_of_this_name", "x" * 64])
def test_a_wrong_password_is_refused_alike_for_every_name(instance: Instance, user: str) -> None:
    text = instance.refusal(user, "wrong")
    assert f'password authentication failed for user "{user}"' in text


@pytest.mark.parametrize("place", [{"user": "rdsadmin"}, {"dbname": "rdsadmin"}])
def test_what_the_service_keeps_for_itself_is_closed(
    instance: Instance, place: dict[str, str]
) -> None:
    text = instance.refusal(**{"user": "password_user", **place})
    assert "pg_hba.conf rejects connection" in text


def test_a_token_opens_the_door_for_a_member_of_rds_iam(instance: Instance, token: str) -> None:
    with instance.connect("token_user", token) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("token_user",)


def test_a_token_is_no_password_for_another_role(instance: Instance, token: str) -> None:
    assert "password authentication failed" in instance.refusal("password_user", token)


def test_a_token_signed_for_other_things_is_refused(instance: Instance, administrator: Any) -> None:
    host, port = instance.host, instance.port
    rds = client_of(administrator, "rds")
    tokens = {
        "user": rds.generate_db_auth_token(host, port, MASTER),
        "port": rds.generate_db_auth_token(host, port + 1, "token_user"),
        "host": rds.generate_db_auth_token("127.0.0.1", port, "token_user"),
        "region": rds.generate_db_auth_token(host, port, "token_user", Region="eu-west-2"),
        "signature": rds.generate_db_auth_token(host, port, "token_user")[:-1] + "g",
        "not a token": PASSWORD,
    }
    for what, token in tokens.items():
        text = instance.refusal("token_user", token)
        assert 'PAM authentication failed for user "token_user"' in text, what


@pytest.mark.parametrize(
    ("age_minutes", "is_good"), [(14, True), (16, False), (-4, True), (-6, False)]
)
def test_a_token_lives_for_fifteen_minutes(
    instance: Instance,
    rds: Any,
    monkeypatch: pytest.MonkeyPatch,
    age_minutes: int,
    is_good: bool,
) -> None:
    signed_at = datetime.now(UTC) - timedelta(minutes=age_minutes)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: signed_at)
    token = rds.generate_db_auth_token(instance.host, instance.port, "token_user")
    if is_good:
        instance.connect("token_user", token).close()
    else:
        assert "PAM authentication failed" in instance.refusal("token_user", token)


def test_why_a_token_was_refused_is_in_the_log_and_the_token_is_not(
    instance: Instance, cloud: Cloud, rds: Any
) -> None:
    token = rds.generate_db_auth_token(
        instance.host, instance.port, "token_user", Region="ap-south-1"
    )
    instance.refusal("token_user", token)
    log = Path(cloud.log_file).read_text()
    assert f"its region is 'ap-south-1', which is not '{REGION}'" in log
    assert token.split("X-Amz-Signature=")[1] not in log


def test_a_token_of_another_account_is_refused(instance: Instance, cloud: Cloud) -> None:
    stranger = client_of(cloud.session("222222222222", REGION), "rds")
    token = stranger.generate_db_auth_token(instance.host, instance.port, "token_user")
    assert "PAM authentication failed" in instance.refusal("token_user", token)


def test_a_master_that_makes_an_iam_role_locks_its_own_password_out(
    new_instance: Any, rds: Any
) -> None:
    instance = new_instance("locked-out")
    with instance.connect(MASTER) as connection:
        connection.execute("CREATE ROLE somebody LOGIN")
        instance.connect(MASTER).close()
        connection.execute("GRANT rds_iam TO somebody")
    assert "PAM authentication failed" in instance.refusal(MASTER)
    token = rds.generate_db_auth_token(instance.host, instance.port, MASTER)
    with instance.connect(MASTER, token) as connection:
        connection.execute("REVOKE rds_iam FROM somebody")
    instance.connect(MASTER).close()


def test_a_direct_tls_connection_is_served(instance: Instance) -> None:
    context = ssl.create_default_context(cafile=instance.ca_file)
    context.set_alpn_protocols(["postgresql"])
    startup = b"\0\x03\0\0user\0password_user\0database\0postgres\0\0"
    with (
        socket.create_connection((instance.host, instance.port)) as raw,
        context.wrap_socket(raw, server_hostname=instance.host) as client,
    ):
        assert client.selected_alpn_protocol() == "postgresql"
        client.sendall((len(startup) + 4).to_bytes(4) + startup)
        assert client.recv(9) == b"R\0\0\0\x08\0\0\0\x03"  # asks for the password


def test_nonsense_and_silence_do_not_harm_others(instance: Instance) -> None:
    with socket.create_connection((instance.host, instance.port)) as client:
        client.sendall(b"GET / HT")  # no length and code of a packet
        assert client.recv(1) == b""
    with socket.create_connection((instance.host, instance.port)):
        instance.connect("password_user").close()


def test_a_running_query_can_be_cancelled(instance: Instance) -> None:
    with instance.connect("password_user") as connection:
        connection.execute("SET statement_timeout = '20s'")  # ends the test where cancel fails
        started = threading.Timer(0.1, connection.cancel_safe)
        started.start()
        with pytest.raises(psycopg.errors.QueryCanceled, match="due to user request"):
            connection.execute("SELECT pg_sleep(30)")
        started.join()


def test_much_data_passes_both_ways(instance: Instance) -> None:
    megabytes = 8
    with instance.connect("password_user") as connection:
        sent = "x" * (megabytes * 1024 * 1024)
        row = connection.execute("SELECT %s::text || 'y'", (sent,)).fetchone()
        assert row == (sent + "y",)


def test_the_limits_of_a_role_are_postgresqls_own(instance: Instance, rds: Any) -> None:
    token = rds.generate_db_auth_token(instance.host, instance.port, MASTER)
    with instance.connect(MASTER, token) as connection:
        connection.execute(f"CREATE ROLE closed NOLOGIN PASSWORD '{PASSWORD}'")
        connection.execute(f"CREATE ROLE one LOGIN CONNECTION LIMIT 1 PASSWORD '{PASSWORD}'")
    assert 'role "closed" is not permitted to log in' in instance.refusal("closed")
    with instance.connect("one"):
        assert "too many connections" in instance.refusal("one")


def test_a_user_needs_the_right_to_connect_to_log_in_by_token(
    instance: Instance, iam: Any, cloud: Cloud, administrator: Session
) -> None:
    resource = f"arn:aws:rds-db:{REGION}:{administrator.account_id}:dbuser:*/token_user"
    iam.create_user(UserName="developer")
    key = iam.create_access_key(UserName="developer")["AccessKey"]
    session = cloud.session(
        administrator.account_id,
        REGION,
        {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        },
    )
    rds = client_of(session, "rds")
    token = rds.generate_db_auth_token(instance.host, instance.port, "token_user")
    assert "PAM authentication failed" in instance.refusal("token_user", token)
    policy = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",'
        f' "Action": "rds-db:connect", "Resource": "{resource}"}}]}}'
    )
    iam.put_user_policy(UserName="developer", PolicyName="connect", PolicyDocument=policy)
    instance.connect("token_user", token).close()
    iam.update_access_key(UserName="developer", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert "PAM authentication failed" in instance.refusal("token_user", token)
