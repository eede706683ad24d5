"""The bootstrap: what makes it run again, and how it finds the door that is open."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from components import server_admin
from components.server_admin import BootstrapError, Server
from components.server_bootstrap import ServerBootstrapProvider

SERVER = Server(
    identifier="devstages-preprod-server",
    resource_id="db-1",
    address="server.example",
    port=5432,
    region="eu-west-1",
    master="preprod_master",
)
PROPS = {
    "address": "server.example",
    "admin": "preprod_host_admin",
    "identifier": "devstages-preprod-server",
    "master": "preprod_master",
    "port": 5432,
    "region": "eu-west-1",
    "resource_id": "db-1",
    "roles_admin": "preprod_host_roles",
}


class Rds:
    """The part of RDS's API that the bootstrap uses."""

    def __init__(self, resource_id: str = "db-1", pending: int = 0) -> None:
        self.passwords: list[str] = []
        self.resource_id = resource_id
        self.pending = pending

    def describe_db_instances(self, **_: str) -> dict[str, Any]:
        values = {"MasterUserPassword": "****"} if self.pending else {}
        self.pending = max(0, self.pending - 1)
        instance = {"DbiResourceId": self.resource_id, "PendingModifiedValues": values}
        return {"DBInstances": [instance]}

    def modify_db_instance(self, **arguments: Any) -> None:
        assert arguments["ApplyImmediately"] is True
        self.passwords.append(arguments["MasterUserPassword"])

    def get_waiter(self, name: str) -> Rds:
        return self

    def wait(self, **_: str) -> None:
        """Available at once."""

    def generate_db_auth_token(self, *_: object) -> str:
        return "token"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_admin, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(server_admin, "PAUSE_SECONDS", 0)


def connecting(monkeypatch: pytest.MonkeyPatch, accepted: Any, refusal: str = "refused") -> None:
    def connect(**arguments: Any) -> str:
        assert arguments["sslmode"] == "verify-full"
        if not accepted(arguments["password"]):
            raise psycopg.OperationalError(refusal)
        return "connection"

    monkeypatch.setattr(psycopg, "connect", connect)


def test_a_new_server_is_entered_by_a_new_password(monkeypatch: pytest.MonkeyPatch) -> None:
    rds = Rds(pending=2)
    connecting(monkeypatch, lambda password: password in rds.passwords)
    assert str(server_admin._sign_in(rds, SERVER)) == "connection"
    assert len(rds.passwords) == 1
    assert rds.pending == 0


def test_after_a_cut_run_the_token_opens_and_no_password_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rds = Rds()
    connecting(monkeypatch, lambda password: password == "token")
    assert str(server_admin._sign_in(rds, SERVER)) == "connection"
    assert rds.passwords == []


def test_a_server_that_answers_late_is_entered_by_token_after_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rds = Rds()
    connecting(monkeypatch, lambda password: password == "token" and rds.passwords)
    assert str(server_admin._sign_in(rds, SERVER)) == "connection"


def test_a_certificate_that_is_not_trusted_is_said_before_anything_is_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rds = Rds()
    connecting(monkeypatch, lambda _: False, "SSL error: certificate verify failed")
    with pytest.raises(BootstrapError, match="PGSSLROOTCERT"):
        server_admin._sign_in(rds, SERVER)
    assert rds.passwords == []


def test_no_password_is_in_the_message_when_nobody_lets_it_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rds = Rds()
    connecting(monkeypatch, lambda _: False)
    with pytest.raises(BootstrapError, match="neither by token nor by a new password") as caught:
        server_admin._sign_in(rds, SERVER)
    assert rds.passwords[0] not in str(caught.value)


def test_another_instance_of_that_name_is_left_alone() -> None:
    with pytest.raises(BootstrapError, match="db-2, not db-1"):
        server_admin._check_identity(Rds(resource_id="db-2"), SERVER)


@pytest.mark.parametrize("key", ["admin", "master", "resource_id", "roles_admin"])
def test_another_server_or_role_is_bootstrapped_again(key: str) -> None:
    result = ServerBootstrapProvider().diff("db-1", PROPS, {**PROPS, key: "other"})
    assert result.changes
    assert result.replaces == [key]


def test_another_address_is_only_taken_note_of() -> None:
    provider = ServerBootstrapProvider()
    moved = {**PROPS, "address": "elsewhere.example"}
    result = provider.diff("db-1", PROPS, moved)
    assert (result.changes, result.replaces) == (True, [])
    assert provider.update("db-1", PROPS, moved).outs == moved


def test_nothing_changed_is_nothing_to_do() -> None:
    result = ServerBootstrapProvider().diff("db-1", {**PROPS, "__provider": "a"}, PROPS)
    assert (result.changes, result.replaces) == (False, [])


def test_the_provider_is_kept_as_a_name_and_the_same_in_every_run() -> None:
    text = serialize_provider(ServerBootstrapProvider())
    assert text == serialize_provider(ServerBootstrapProvider())
    assert len(text) < 200, "its code would be part of it, and every edit of it a change"
