"""Open sessions, and the address at which plugins find them."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import secrets
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from emulator.cloud.front.front import FrontLoop
from emulator.cloud.rds.instance import ServedInstance
from emulator.cloud.session_manager.channel import Channel
from emulator.cloud.session_manager.documents import PortForward
from emulator.cloud.session_manager.instances import Target
from emulator.cloud.session_manager.messages import MessageError
from emulator.cloud.session_manager.multiplexing import MultiplexingError, Streams

log = logging.getLogger(__name__)

TOKEN_SECONDS: Final = 60
"""How long a plugin may take to say its token."""
LOOK_SECONDS: Final = 0.5
"""How often a session looks whether its instance still carries it."""
PATH: Final = "/v1/data-channel/"


@dataclass(slots=True, kw_only=True)
class OpenSession:
    """A session, from StartSession on."""

    id: str
    owner_arn: str
    user_id: str
    """The owner's `aws:userid`."""
    target: Target
    document: str
    forward: PortForward
    reason: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(96), repr=False)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    channels: set[Channel] = field(default_factory=set)


class SessionManager:
    """Sessions of all accounts."""

    def __init__(self, servers: Callable[[], Iterable[ServedInstance]]) -> None:
        self._servers = servers
        self._lock = threading.Lock()
        self._sessions: dict[str, OpenSession] = {}
        self._loop: FrontLoop | None = None
        self._server: Server | None = None

    def all(self, account_id: str, region: str) -> list[OpenSession]:
        """Sessions of an account in a region, ended ones included."""
        return [
            session
            for session in list(self._sessions.values())
            if (session.target.account_id, session.target.region) == (account_id, region)
        ]

    def find(self, account_id: str, region: str, id_: str) -> OpenSession | None:
        """A session by its id, None where there is none."""
        sessions = self.all(account_id, region)
        return next((session for session in sessions if session.id == id_), None)

    def open(self, session: OpenSession) -> str:
        """Keep a session; the address at which its plugin is expected."""
        with self._lock:
            if self._loop is None:
                self._loop = FrontLoop()
                self._server = self._loop.run(self._listen())
            self._sessions[session.id] = session
        return self.address(session)

    def address(self, session: OpenSession) -> str:
        """Where the plugin of a session is expected."""
        if self._server is None:
            raise RuntimeError("no session was opened yet")
        port = self._server.sockets[0].getsockname()[1]
        return f"ws://127.0.0.1:{port}{PATH}{session.id}?role=publish_subscribe"

    def end(self, session: OpenSession, reason: str = "") -> None:
        """End a session and all that it carries."""
        if self._loop is not None:
            self._loop.run(self._end(session, reason))

    def close(self) -> None:
        """End everything."""
        with self._lock:
            if self._loop is None or self._server is None:
                return
            for session in self._sessions.values():
                self._loop.run(self._end(session, "the emulated AWS ends"))
            self._server.close()
            self._loop.run(self._server.wait_closed())
            self._loop.close()
            self._loop = None

    async def _listen(self) -> Server:
        return await serve(self._serve, "127.0.0.1", 0, max_size=None, compression=None)

    async def _end(self, session: OpenSession, reason: str) -> None:
        session.ended = session.ended or datetime.now(UTC)
        for channel in list(session.channels):
            await channel.say_closed(session.id, reason)

    async def _serve(self, socket: ServerConnection) -> None:
        """Serve one plugin."""
        session = await self._admit(socket)
        if session is None:
            await socket.close(1008, "the token is not the one of a session")
            return

        async def dial() -> Streams | None:
            way = session.target.way_to(session.forward.host, session.forward.port, self._servers())
            return None if way is None else await asyncio.open_connection(*way)

        channel = Channel(socket, session.forward.properties, dial)
        session.channels.add(channel)
        watch = asyncio.create_task(self._watch(session))
        try:
            if await channel.run():
                await self._end(session, "")
        except (MessageError, MultiplexingError) as error:
            log.info("session %s: %s", session.id, error)
        finally:
            watch.cancel()
            session.channels.discard(channel)

    async def _admit(self, socket: ServerConnection) -> OpenSession | None:
        """The session whose token the plugin says."""
        path = socket.request.path if socket.request else ""
        session = self._sessions.get(path.partition("?")[0].removeprefix(PATH))
        said: Any = {}
        with suppress(TimeoutError, ConnectionClosed, ValueError):
            said = json.loads(await asyncio.wait_for(socket.recv(), TOKEN_SECONDS))
        given = said.get("TokenValue") if isinstance(said, dict) else None
        if session is None or session.ended or not isinstance(given, str):
            return None
        return session if hmac.compare_digest(given.encode(), session.token.encode()) else None

    async def _watch(self, session: OpenSession) -> None:
        """End a session whose instance is stopped or gone."""
        while not (why := session.target.why_not_connected()):
            await asyncio.sleep(LOOK_SECONDS)
        await self._end(session, f"{session.target.instance_id}: {why}")
