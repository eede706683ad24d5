"""A door held open: from settings to a client that can sign in, and everything closed again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import boto3
import psycopg
from botocore.exceptions import BotoCoreError, ClientError

from operations.connect.access import take_on
from operations.connect.client_files import Client, client_files
from operations.connect.door import Door
from operations.connect.errors import ConnectError
from operations.connect.gateway import find_gateway
from operations.connect.tunnel import Tunnel, check_port, find_plugin, open_tunnel
from operations.server_sessions import NoSessionError, find_reader

RENEWAL_SECONDS: Final = 600
"""A token lives 15 minutes."""
RETRY_SECONDS: Final = 60
CONNECT_SECONDS: Final = 10
Say = Callable[[str], None]


@dataclass(kw_only=True)
class OpenDoor:
    """A door that clients can come through."""

    client: Client
    tunnel: Tunnel
    gateway: str
    _role: boto3.Session
    _say: Say
    _renew_at: float = 0.0

    def renew(self) -> None:
        """Write a fresh token. Raises ConnectError."""
        server, user = self.client.server, self.client.door.user
        rds: Any = self._role.client("rds")
        try:
            token = rds.generate_db_auth_token(server.address, server.port, user)
        except (ClientError, BotoCoreError) as error:
            raise ConnectError(
                f"No token could be made for {user}: {error}", "sign in again."
            ) from None
        self.client.write_token(token)
        self._renew_at = time.monotonic() + RENEWAL_SECONDS

    def renew_when_due(self) -> float:
        """Renew the token where it is time; seconds until it is time again."""
        left = self._renew_at - time.monotonic()
        if left > 0:
            return left
        try:
            self.renew()
        except ConnectError as error:
            self._say(f"The token was not renewed, new connections fail soon: {error}")
            self._renew_at = time.monotonic() + RETRY_SECONDS
        return self._renew_at - time.monotonic()

    def try_out(self) -> None:
        """Sign in once. Raises ConnectError."""
        client = self.client
        try:
            psycopg.connect(client.connection_string, connect_timeout=CONNECT_SECONDS).close()
        except psycopg.OperationalError as error:
            text = str(error).strip()
            where = f"{client.door.user} at {client.server.address}, {client.door.database}"
            raise ConnectError(f"No session as {where}: {text}", _advice(text, client)) from None


@contextmanager
def open_door(door: Door, port: int, say: Say) -> Iterator[OpenDoor]:
    """Open a door, and close it at the end. Raises ConnectError."""
    plugin = find_plugin()
    if port:
        check_port(port)
    say(f"taking on {door.role_arn}")
    access = take_on(door)
    say(f"looking for the gateway {door.gateway}")
    gateway = find_gateway(access.own, door)
    try:
        server = find_reader(door.stage)
    except NoSessionError as error:
        raise ConnectError(
            str(error), "your own role or user needs rds:DescribeDBInstances."
        ) from None
    say(f"starting a session through {gateway}")
    with (
        open_tunnel(plugin, access.role, door, gateway, port) as tunnel,
        client_files(door, server, tunnel.port) as client,
    ):
        opened = OpenDoor(
            client=client, tunnel=tunnel, gateway=gateway, _role=access.role, _say=say
        )
        opened.renew()
        say(f"signing in as {door.user}")
        opened.try_out()
        yield opened


def _advice(text: str, client: Client) -> str:
    stage = client.door.stage.stage
    if "certificate" in text:
        return f"PGSSLROOTCERT names {client.door.certificates}: is it the one of this server?"
    if "PAM authentication failed" in text:
        return (
            "the token was refused or is expired: run this again; where it stays so, see that the "
            f"role may rds-db:connect as {client.door.user} (preview stage {stage})."
        )
    if "does not exist" in text:
        return f"bring stage {stage} up; with --refresh where somebody dropped it by hand."
    if "closed the connection" in text or "refused" in text or "timeout" in text:
        return (
            "the session is open, but nothing answers behind the gateway: is the server up, and "
            f"do its security groups let the gateway in? Preview {client.door.stage.host.stage}."
        )
    return f"see that stage {stage} stands as its settings say: preview it."
