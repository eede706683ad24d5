"""How this package's gRPC servers and connections are set up."""

from __future__ import annotations

from typing import Final

MAX_MESSAGE_BYTES: Final = 400 * 1024 * 1024
"""What Pulumi's own SDK allows a message to be."""
CHANNEL_OPTIONS: Final = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    # Providers attached to one address are told apart by their connection.
    ("grpc.use_local_subchannel_pool", 1),
    # A proxy of the caller's is not the way to a port of this machine.
    ("grpc.enable_http_proxy", 0),
)
