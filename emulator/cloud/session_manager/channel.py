"""The service's and the instance's end of a data channel: handshake, then connections."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from emulator.cloud.session_manager import messages
from emulator.cloud.session_manager.messages import Flag, Message, PayloadType
from emulator.cloud.session_manager.multiplexing import Multiplexer, Streams

log = logging.getLogger(__name__)

AGENT_VERSION: Final = "3.3.3050.0"
"""After 3.1.1511.0 plugins carry many connections, and send nothing to keep a session alive:
https://github.com/aws/session-manager-plugin/blob/mainline/src/config/config.go"""


class Channel:
    """One connected plugin."""

    def __init__(
        self,
        socket: ServerConnection,
        properties: Mapping[str, str],
        dial: Callable[[], Awaitable[Streams | None]],
    ) -> None:
        """Serve `socket`; `dial` opens a connection to where the session leads, or gives None."""
        self._socket = socket
        self._properties = properties
        self._dial = dial
        self._sent = 0
        self._expected = 0
        self._multiplexer = Multiplexer(self._send_data, self._open)

    async def run(self) -> bool:
        """Serve until either side ends it; whether the plugin ended the session."""
        action = {
            "ActionType": "SessionType",
            "ActionParameters": {"SessionType": "Port", "Properties": dict(self._properties)},
        }
        request = {"AgentVersion": AGENT_VERSION, "RequestedClientActions": [action]}
        try:
            await self._send_stream(PayloadType.HANDSHAKE_REQUEST, json.dumps(request).encode())
            async for data in self._socket:
                if isinstance(data, bytes) and await self._receive(Message.decode(data)):
                    return True
        except ConnectionClosed:
            pass
        finally:
            await self._multiplexer.close()
        return False

    async def say_closed(self, session_id: str, reason: str) -> None:
        """Tell the plugin that the session is over."""
        await self._send(messages.channel_closed(session_id, reason))
        await self._socket.close()

    async def _receive(self, message: Message) -> bool:
        """Handle a message; whether it ends the session."""
        if message.kind != messages.INPUT:
            return False
        await self._send(messages.acknowledgement(message))
        if message.sequence != self._expected:
            return False  # sent again before the acknowledgement came
        self._expected += 1
        if message.payload_type == PayloadType.HANDSHAKE_RESPONSE:
            content = json.dumps({"HandshakeTimeToComplete": 0, "CustomerMessage": ""})
            await self._send_stream(PayloadType.HANDSHAKE_COMPLETE, content.encode())
        elif message.payload_type == PayloadType.DATA:
            await self._multiplexer.receive(message.payload)
        elif message.payload_type == PayloadType.FLAG:
            return int.from_bytes(message.payload) == Flag.TERMINATE_SESSION
        return False

    async def _open(self, number: int) -> Streams | None:
        try:
            streams = await self._dial()
        except OSError as error:
            log.info("connection %d of a session failed: %s", number, error)
            streams = None
        if streams is None:
            flag = int(Flag.CONNECT_TO_PORT_ERROR).to_bytes(4)
            await self._send_stream(PayloadType.FLAG, flag)
        return streams

    async def _send_data(self, data: bytes) -> None:
        await self._send_stream(PayloadType.DATA, data)

    async def _send_stream(self, type_: PayloadType, payload: bytes) -> None:
        message = Message(
            kind=messages.OUTPUT, payload=payload, payload_type=type_, sequence=self._sent
        )
        self._sent += 1
        await self._send(message)

    async def _send(self, message: Message) -> None:
        with suppress(ConnectionClosed):  # `run` finds out by itself
            await self._socket.send(message.encode())
