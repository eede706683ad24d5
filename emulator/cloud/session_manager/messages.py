"""Messages of a session's data channel, as the session-manager-plugin and the service speak them.

A message is a header of 116 bytes, the payload's length and the payload, in a binary WebSocket
message: https://github.com/aws/session-manager-plugin/blob/mainline/src/message/clientmessage.go
"""

from __future__ import annotations

import hashlib
import json
import struct
import time
import uuid
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

INPUT: Final = "input_stream_data"
"""From the plugin."""
OUTPUT: Final = "output_stream_data"
"""To the plugin."""
ACKNOWLEDGE: Final = "acknowledge"
CHANNEL_CLOSED: Final = "channel_closed"
HEADER: Final = struct.Struct("!I32sIQqQ16s32sII")
HEADER_BYTES: Final = HEADER.size - 4
"""What a header says of its own length: the length of the payload is not counted."""
SCHEMA_VERSION: Final = 1
SYN_AND_FIN: Final = 3


class PayloadType(IntEnum):
    """What the payload of a stream message is."""

    DATA = 1
    HANDSHAKE_REQUEST = 5
    HANDSHAKE_RESPONSE = 6
    HANDSHAKE_COMPLETE = 7
    FLAG = 10


class Flag(IntEnum):
    """What a payload of the type FLAG says."""

    TERMINATE_SESSION = 2
    CONNECT_TO_PORT_ERROR = 3


class MessageError(Exception):
    """Bytes that are no message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message."""

    kind: str
    """INPUT, OUTPUT, ACKNOWLEDGE or CHANNEL_CLOSED."""
    payload: bytes = b""
    payload_type: int = 0
    sequence: int = 0
    """Position in the stream of its direction, from 0."""
    flags: int = 0
    id: uuid.UUID = field(default_factory=uuid.uuid4)

    def encode(self) -> bytes:
        """Bytes of the message."""
        halves = self.id.bytes
        header = HEADER.pack(
            HEADER_BYTES,
            self.kind.encode().ljust(32),
            SCHEMA_VERSION,
            int(time.time() * 1000),
            self.sequence,
            self.flags,
            halves[8:] + halves[:8],  # least significant half first
            hashlib.sha256(self.payload).digest(),
            self.payload_type,
            len(self.payload),
        )
        return header + self.payload

    @classmethod
    def decode(cls, data: bytes) -> Message:
        """The message of these bytes. Raises MessageError."""
        try:
            length, kind, _, _, sequence, flags, id_, digest, payload_type, payload_length = (
                HEADER.unpack_from(data)
            )
        except struct.error as error:
            raise MessageError(str(error)) from error
        payload = data[length + 4 :]
        if len(payload) != payload_length or hashlib.sha256(payload).digest() != digest:
            raise MessageError("the payload is not what the header says")
        return cls(
            kind=kind.strip(b" \0").decode(errors="replace"),
            payload=payload,
            payload_type=payload_type,
            sequence=sequence,
            flags=flags,
            id=uuid.UUID(bytes=id_[8:] + id_[:8]),
        )


def acknowledgement(of: Message) -> Message:
    """What tells the other side that a message arrived."""
    content = {
        "AcknowledgedMessageType": of.kind,
        "AcknowledgedMessageId": str(of.id),
        "AcknowledgedMessageSequenceNumber": of.sequence,
        "IsSequentialMessage": True,
    }
    return Message(kind=ACKNOWLEDGE, payload=json.dumps(content).encode(), flags=SYN_AND_FIN)


def channel_closed(session_id: str, reason: str) -> Message:
    """The end of a session, said by the service."""
    content: dict[str, Any] = {
        "MessageId": str(uuid.uuid4()),
        "CreatedDate": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "SessionId": session_id,
        "MessageType": CHANNEL_CLOSED,
        "SchemaVersion": SCHEMA_VERSION,
        "Output": reason,
    }
    return Message(kind=CHANNEL_CLOSED, payload=json.dumps(content).encode(), flags=SYN_AND_FIN)
