"""The listener before a database server: ends TLS, judges the login, then passes bytes on."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from emulator.cloud.front import messages
from emulator.cloud.front.login import LoginRefusedError, LoginRules
from emulator.cloud.front.messages import ProtocolError, Startup

log = logging.getLogger(__name__)

AUTHENTICATION_TIMEOUT_SECONDS: Final = 60
"""PostgreSQL's `authentication_timeout`."""
CHUNK_BYTES: Final = 256 * 1024
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class FrontLoop:
    """The event loop that serves all fronts, in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="fronts", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run something in the loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def close(self) -> None:
        """End the loop."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class Front:
    """Serves one listening socket before one PostgreSQL server."""

    def __init__(
        self,
        fronts: FrontLoop,
        certificate: Path,
        socket_path: str,
        rules: LoginRules,
        force_ssl: Callable[[], bool],
    ) -> None:
        self._fronts = fronts
        self._socket_path = socket_path
        self._rules = rules
        self._force_ssl = force_ssl
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self._tls.set_alpn_protocols(["postgresql"])
        self._tls.load_cert_chain(certificate)
        self._accepting: asyncio.Task[None] | None = None
        self._connections: set[asyncio.Task[None]] = set()

    def listen(self, listener: socket.socket) -> None:
        """Serve connections to a bound socket, until `close`."""
        listener.setblocking(False)
        listener.listen(128)

        async def start() -> None:
            self._accepting = asyncio.create_task(self._accept(listener))

        self._fronts.run(start())

    def close(self) -> None:
        """Stop listening and end every connection."""

        async def end() -> None:
            tasks = [*self._connections, *([self._accepting] if self._accepting else [])]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self._fronts.run(end())

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with listener:
            while True:
                client, address = await loop.sock_accept(listener)
                client.setblocking(False)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                task = asyncio.create_task(self._serve(client, address[0]))
                self._connections.add(task)
                task.add_done_callback(self._connections.discard)

    async def _serve(self, client: socket.socket, host: str) -> None:
        """Serve one connection; whatever goes wrong ends it and nothing else."""
        try:
            async with asyncio.timeout(AUTHENTICATION_TIMEOUT_SECONDS):
                packet = await _negotiate(client)
                # from here on the socket is the transport's to close
                streams = await _streams(client, None if packet else self._tls)
        except (OSError, EOFError, TimeoutError, ProtocolError) as error:
            log.debug("connection from %s ended: %s", host, error)
            return
        try:
            async with asyncio.timeout(AUTHENTICATION_TIMEOUT_SECONDS):
                backend = await self._enter(packet, streams, host)
            if backend is not None:
                await _relay(streams, backend)
        except (OSError, EOFError, TimeoutError, ProtocolError) as error:
            log.debug("connection from %s ended: %s", host, error)
        except Exception:
            log.exception("connection from %s failed", host)
        finally:
            streams[1].close()

    async def _enter(self, packet: bytes, streams: Streams, host: str) -> Streams | None:
        """Streams to the server, for the client to go on with; None where it has nothing to say."""
        encrypted = not packet
        packet = packet or await _read_packet(streams[0].readexactly)
        if int.from_bytes(packet[4:8]) == messages.CANCEL_REQUEST:
            await self._cancel(packet)
            return None
        try:
            startup = Startup.parse(packet)
        except ProtocolError as error:
            streams[1].write(messages.fatal(str(error), messages.PROTOCOL_VIOLATION))
            await streams[1].drain()
            return None
        return await self._log_in(startup, streams, host, encrypted)

    async def _log_in(
        self, startup: Startup, streams: Streams, host: str, encrypted: bool
    ) -> Streams | None:
        """Judge the login, then enter the server as that role; None where it was refused."""
        reader, writer = streams
        try:
            self._rules.check_place(startup, host, encrypted=encrypted, force_ssl=self._force_ssl())
            writer.write(messages.CLEARTEXT_PASSWORD_REQUEST)
            await writer.drain()
            password = await _read_password(reader)
            check = self._rules.check_password
            await asyncio.to_thread(check, startup.user, password, host)
            backend = await asyncio.open_unix_connection(self._socket_path, limit=CHUNK_BYTES)
        except LoginRefusedError as refused:
            log.info("login of %s at %s refused: %s", startup.user, host, refused.reason)
            writer.write(messages.fatal(str(refused), refused.code))
            await writer.drain()
            return None
        except OSError:
            text = "the database system is shut down"
            writer.write(messages.fatal(text, messages.CANNOT_CONNECT_NOW))
            await writer.drain()
            return None
        backend[1].write(startup.raw)
        return backend

    async def _cancel(self, packet: bytes) -> None:
        """Pass a request to cancel a query on; the server answers by closing."""
        reader, writer = await asyncio.open_unix_connection(self._socket_path)
        writer.write(packet)
        await writer.drain()
        await reader.read()
        writer.close()


async def _relay(client: Streams, backend: Streams) -> None:
    """Pass bytes both ways until either side ends."""
    ways = [
        asyncio.create_task(_pump(client[0], backend[1])),
        asyncio.create_task(_pump(backend[0], client[1])),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        backend[1].close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(CHUNK_BYTES):
        writer.write(chunk)
        await writer.drain()


async def _negotiate(client: socket.socket) -> bytes:
    """First packet of a client that wants no encryption; empty where TLS is to begin.

    The socket is closed where this fails.
    """
    loop = asyncio.get_running_loop()
    try:
        while await _first_byte(client) != messages.TLS_HANDSHAKE:
            packet = await _read_packet(lambda count: _receive(client, count))
            code = int.from_bytes(packet[4:8])
            if code == messages.SSL_REQUEST:
                await loop.sock_sendall(client, b"S")
                return b""
            if code != messages.GSSENC_REQUEST:
                return packet
            await loop.sock_sendall(client, b"N")
    except BaseException:
        client.close()
        raise
    return b""


async def _first_byte(client: socket.socket) -> int:
    """First byte that the client sends, left where it is."""
    loop = asyncio.get_running_loop()
    readable = loop.create_future()
    loop.add_reader(client, readable.set_result, None)
    try:
        await readable
    finally:
        loop.remove_reader(client)
    first = client.recv(1, socket.MSG_PEEK)
    if not first:
        raise EOFError
    return first[0]


async def _receive(client: socket.socket, count: int) -> bytes:
    """Exactly `count` bytes: what follows may be the beginning of TLS."""
    received = b""
    while len(received) < count:
        chunk = await asyncio.get_running_loop().sock_recv(client, count - len(received))
        if not chunk:
            raise EOFError
        received += chunk
    return received


async def _read_packet(receive: Callable[[int], Coroutine[Any, Any, bytes]]) -> bytes:
    """A packet of the kind that a connection begins with: length, then code and parameters."""
    head = await receive(8)
    length = int.from_bytes(head[:4])
    if not len(head) <= length <= messages.MAX_STARTUP_BYTES:
        msg = "invalid length of startup packet"
        raise ProtocolError(msg)
    return head + (await receive(length - len(head)) if length > len(head) else b"")


async def _read_password(reader: asyncio.StreamReader) -> str:
    kind, length = struct.unpack("!ci", await reader.readexactly(5))
    if kind != b"p" or not 4 < length <= messages.MAX_PASSWORD_BYTES:
        msg = "expected a password message"
        raise ProtocolError(msg)
    body = await reader.readexactly(length - 4)
    return body.removesuffix(b"\0").decode(errors="replace")


async def _streams(client: socket.socket, tls: ssl.SSLContext | None) -> Streams:
    """Streams over an accepted socket, after the TLS handshake where `tls` is given."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=CHUNK_BYTES, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, client, ssl=tls)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
