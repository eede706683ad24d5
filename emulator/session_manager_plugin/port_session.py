"""The plugin's end of a port-forward: a local port, and the data channel that it leads into."""

from __future__ import annotations

import asyncio
import json
import signal
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from emulator.cloud.session_manager import messages
from emulator.cloud.session_manager.messages import Flag, Message, MessageError, PayloadType
from emulator.cloud.session_manager.multiplexing import Multiplexer, MultiplexingError, Streams

SUCCESS: Final = 1
ENDED: Final = 0
BROKEN: Final = 1
OPEN_SECONDS: Final = 10


class PortSession:
    """One session; says what AWS's plugin says."""

    def __init__(self, session_id: str, token: str, url: str) -> None:
        self._id = session_id
        self._token = token
        self._url = url
        self._sent = 0
        self._expected = 0
        self._properties: Mapping[str, Any] = {}
        self._socket: ClientConnection
        self._multiplexer = Multiplexer(self._send_data, self._refuse)

    async def run(self) -> int:
        """Serve until the session ends, or SIGINT or SIGTERM comes; an exit code."""
        _say(f"\nStarting session with SessionId: {self._id}")
        loop, serving = asyncio.get_running_loop(), asyncio.create_task(self._serve())
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, serving.cancel)
        try:
            return await serving
        except asyncio.CancelledError:
            _say(f"Terminate signal received, exiting.\n\nExiting session {self._id}.")
            return ENDED
        except (OSError, InvalidHandshake, MessageError, MultiplexingError) as error:
            _say(f"The session ended: {error}")
            return BROKEN

    async def _serve(self) -> int:
        options: dict[str, Any] = {"max_size": None, "compression": None, "proxy": None}
        async with connect(self._url, open_timeout=OPEN_SECONDS, **options) as self._socket:
            said = {
                "MessageSchemaVersion": "1.0",
                "RequestId": str(uuid.uuid4()),
                "TokenValue": self._token,
                "ClientId": str(uuid.uuid4()),
            }
            await self._socket.send(json.dumps(said))
            server: asyncio.Server | None = None
            try:
                async for data in self._socket:
                    message = Message.decode(data if isinstance(data, bytes) else b"")
                    if message.kind == messages.CHANNEL_CLOSED:
                        reason = json.loads(message.payload).get("Output") or "it was terminated"
                        _say(f"\nSessionId: {self._id} : {reason}")
                        return ENDED
                    if message.kind == messages.OUTPUT and await self._receive(message):
                        server = await self._listen()
                _say(f"The data channel was closed: {self._socket.close_reason or 'no reason'}")
                return BROKEN
            except asyncio.CancelledError:
                await self._send(PayloadType.FLAG, int(Flag.TERMINATE_SESSION).to_bytes(4))
                raise
            finally:
                if server is not None:
                    server.close()
                await self._multiplexer.close()

    async def _receive(self, message: Message) -> bool:
        """Handle a message; whether the handshake is complete with it."""
        await self._socket.send(messages.acknowledgement(message).encode())
        if message.sequence != self._expected:
            return False
        self._expected += 1
        if message.payload_type == PayloadType.HANDSHAKE_REQUEST:
            await self._agree(json.loads(message.payload))
        elif message.payload_type == PayloadType.DATA:
            await self._multiplexer.receive(message.payload)
        elif message.payload_type == PayloadType.FLAG:
            _say("\nConnection to destination port failed, check SSM Agent logs.")
        return message.payload_type == PayloadType.HANDSHAKE_COMPLETE

    async def _agree(self, request: Mapping[str, Any]) -> None:
        (action,) = request["RequestedClientActions"]
        self._properties = action["ActionParameters"]["Properties"]
        processed = {"ActionType": action["ActionType"], "ActionStatus": SUCCESS}
        answer = {"ClientVersion": "", "ProcessedClientActions": [processed], "Errors": []}
        await self._send(PayloadType.HANDSHAKE_RESPONSE, json.dumps(answer).encode())

    async def _listen(self) -> asyncio.Server:
        port = int(self._properties.get("localPortNumber") or 0)
        server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        opened = server.sockets[0].getsockname()[1]
        _say(f"Port {opened} opened for sessionId {self._id}.\nWaiting for connections...")
        return server

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._multiplexer.open((reader, writer))

    async def _refuse(self, number: int) -> Streams | None:
        """The other end opens no connections."""
        raise MultiplexingError(f"the instance opened a connection, {number}")

    async def _send_data(self, data: bytes) -> None:
        await self._send(PayloadType.DATA, data)

    async def _send(self, type_: PayloadType, payload: bytes) -> None:
        message = Message(
            kind=messages.INPUT, payload=payload, payload_type=type_, sequence=self._sent
        )
        self._sent += 1
        with suppress(ConnectionClosed):
            await self._socket.send(message.encode())


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is a command
