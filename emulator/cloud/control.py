"""The control address of a cloud process: JSON over HTTP on loopback, for who knows the token."""

from __future__ import annotations

import hmac
import json
import logging
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from emulator.errors import UserError

log = logging.getLogger(__name__)

MAX_REQUEST_BYTES: Final = 65_536
Operation = Callable[[Mapping[str, Any]], Any]


class Control:
    """Serves operations by name: `POST /session` with a JSON object calls `session`."""

    def __init__(self, token: str, operations: Mapping[str, Operation]) -> None:
        expected = f"Bearer {token}".encode()

        class Handler(BaseHTTPRequestHandler):
            """Answers one request."""

            timeout = 10  # seconds until a client that says nothing is dropped

            def do_POST(self) -> None:
                given = self.headers.get("Authorization", "").encode()
                operation = operations.get(self.path.removeprefix("/"))
                length = int(self.headers.get("Content-Length") or 0)
                if not hmac.compare_digest(given, expected) or length > MAX_REQUEST_BYTES:
                    self.answer(401, {"error": "the token is another one"})
                elif operation is None:
                    self.answer(404, {"error": f"no operation {self.path}"})
                else:
                    self.answer(*_call(operation, self.rfile.read(length)))

            def answer(self, status: int, content: Any) -> None:
                """Send JSON."""
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="control"
        )

    def start(self) -> None:
        """Serve."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _call(operation: Operation, body: bytes) -> tuple[int, Any]:
    """Status and content of the answer."""
    try:
        return 200, operation(json.loads(body or b"{}"))
    except UserError as error:
        return 400, {"error": str(error)}
    except Exception as error:
        log.exception("an operation failed")
        return 500, {"error": f"{type(error).__name__}: {error}"}
