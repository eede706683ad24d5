"""Many connections in one stream of bytes: version 1 of the protocol of xtaci/smux.

A frame is version, command, length and the connection's number, then its data:
https://github.com/xtaci/smux/blob/master/frame.go
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from enum import IntEnum
from typing import Final

VERSION: Final = 1
HEADER: Final = struct.Struct("<BBHI")
FRAME_BYTES: Final = 16_384
"""Data of a frame; a length has 16 bits."""
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Send = Callable[[bytes], Awaitable[None]]


class Command(IntEnum):
    """What a frame says."""

    OPEN = 0
    END = 1
    DATA = 2
    NOTHING = 3


class MultiplexingError(Exception):
    """Bytes that are no frame."""


def frame(command: Command, number: int, data: bytes = b"") -> bytes:
    """A frame for the connection of that number."""
    return HEADER.pack(VERSION, command, len(data), number) + data


class Multiplexer:
    """One end of the stream: what arrives goes to sockets, what sockets say is sent."""

    def __init__(self, send: Send, opened: Callable[[int], Awaitable[Streams | None]]) -> None:
        """Send frames by `send`; ask `opened` for what the other end opens, None refuses it."""
        self._send = send
        self._opened = opened
        self._buffer = b""
        self._sockets: dict[int, asyncio.StreamWriter] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._next = 1

    async def receive(self, data: bytes) -> None:
        """Take in bytes of the other end. Raises MultiplexingError."""
        self._buffer += data
        while len(self._buffer) >= HEADER.size:
            version, command, length, number = HEADER.unpack_from(self._buffer)
            if version != VERSION or command not in list(Command):
                msg = f"frame of version {version}, command {command}"
                raise MultiplexingError(msg)
            if len(self._buffer) < HEADER.size + length:
                return
            content = self._buffer[HEADER.size : HEADER.size + length]
            self._buffer = self._buffer[HEADER.size + length :]
            await self._handle(Command(command), number, content)

    async def _handle(self, command: Command, number: int, data: bytes) -> None:
        if command is Command.OPEN:
            streams = await self._opened(number)
            if streams is None:
                await self._send(frame(Command.END, number))
            else:
                self._serve(number, streams)
        elif command is Command.DATA and number in self._sockets:
            socket = self._sockets[number]
            try:
                socket.write(data)
                await socket.drain()
            except OSError:
                socket.close()
        elif command is Command.END and number in self._sockets:
            self._sockets.pop(number).close()

    async def open(self, streams: Streams) -> None:
        """Carry a connection of this end."""
        self._next += 2  # the side that opens has the odd numbers
        await self._send(frame(Command.OPEN, self._next))
        self._serve(self._next, streams)

    def _serve(self, number: int, streams: Streams) -> None:
        self._sockets[number] = streams[1]
        task = asyncio.create_task(self._carry(number, streams[0]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, number: int, reader: asyncio.StreamReader) -> None:
        """Send what a socket says, until either side ends it."""
        try:
            while data := await reader.read(FRAME_BYTES):
                await self._send(frame(Command.DATA, number, data))
        except OSError:
            pass  # the end of the socket, too
        socket = self._sockets.pop(number, None)
        if socket is not None:
            socket.close()
        await self._send(frame(Command.END, number))

    async def close(self) -> None:
        """End every connection."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for socket in self._sockets.values():
            socket.close()
        self._sockets.clear()
