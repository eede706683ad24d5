"""The first messages of PostgreSQL's protocol, as far as the front takes part in it.

Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

SSL_REQUEST: Final = 80877103
GSSENC_REQUEST: Final = 80877104
CANCEL_REQUEST: Final = 80877102
PROTOCOL_MAJOR: Final = 3
MAX_STARTUP_BYTES: Final = 10_000
"""MAX_STARTUP_PACKET_LENGTH of the server."""
MAX_PASSWORD_BYTES: Final = 65_535
"""PG_MAX_AUTH_TOKEN_LENGTH of the server."""
TLS_HANDSHAKE: Final = 0x16
"""First byte of a TLS connection that begins without being asked for (sslnegotiation=direct)."""

CLEARTEXT_PASSWORD_REQUEST: Final = b"R" + struct.pack("!ii", 8, 3)

INVALID_AUTHORIZATION: Final = "28000"
INVALID_PASSWORD: Final = "28P01"  # noqa: S105 - an error code
PROTOCOL_VIOLATION: Final = "08P01"
CANNOT_CONNECT_NOW: Final = "57P03"


class ProtocolError(Exception):
    """The client does not speak the protocol."""


@dataclass(frozen=True, slots=True)
class Startup:
    """A client's first message proper."""

    raw: bytes
    """The whole packet, as it is passed on."""
    user: str
    database: str

    @classmethod
    def parse(cls, raw: bytes) -> Startup:
        """Read a startup packet. Raises ProtocolError."""
        if int.from_bytes(raw[4:6]) != PROTOCOL_MAJOR or not raw.endswith(b"\0\0"):
            msg = "unsupported frontend protocol"
            raise ProtocolError(msg)
        try:
            fields = raw[8:-2].decode().split("\0")
        except UnicodeDecodeError:
            msg = "the startup packet is not UTF-8"
            raise ProtocolError(msg) from None
        # a name given twice: the last one counts, for the server as well
        parameters = dict(zip(fields[::2], fields[1::2], strict=False))
        user = parameters.get("user", "")
        if not user or len(fields) % 2:
            msg = "no PostgreSQL user name specified in startup packet"
            raise ProtocolError(msg)
        return cls(raw, user, parameters.get("database") or user)


def fatal(message: str, code: str) -> bytes:
    """An error that ends the connection."""
    fields = (("S", "FATAL"), ("V", "FATAL"), ("C", code), ("M", message))
    body = b"".join(kind.encode() + text.encode() + b"\0" for kind, text in fields) + b"\0"
    return b"E" + struct.pack("!i", len(body) + 4) + body
