"""Loopback addresses for database instances: each has its own, so that all can have port 5432."""

from __future__ import annotations

import errno
import socket
from typing import Final

HOST_NUMBERS: Final = range(2, 255)
FALLBACK: Final = "127.0.0.1"
"""The only loopback address that every system has."""


class AddressTakenError(Exception):
    """No loopback address has the port free."""


def claim(port: int, preferred: str | None = None) -> socket.socket:
    """Socket bound to a loopback address where the port is free; AddressTakenError where none is.

    Binding is the claim: two emulators, or two threads, cannot get the same.
    """
    candidates = [f"127.0.0.{number}" for number in HOST_NUMBERS]
    for address in [*([preferred] if preferred else []), *candidates, FALLBACK]:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
            listener.listen(128)
        except OSError as error:
            listener.close()
            if error.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL):
                msg = f"port {port} cannot be used: {error.strerror}"
                raise AddressTakenError(msg) from error
            continue
        return listener
    msg = (
        f"port {port} is taken on every loopback address (127.0.0.1 to 127.0.0.254);"
        f" something may listen on all of them: find it with `ss -ltnp 'sport = :{port}'`,"
        " stop it, or ask for another port"
    )
    raise AddressTakenError(msg)
