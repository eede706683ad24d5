"""The emulated AWS: moto's server on a loopback port of this process."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final
from xml.sax.saxutils import escape

from flask import request
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.exceptions import InternalServerError
from werkzeug.serving import make_server

from emulator.cloud import accounts_of_keys, bucket_policies
from emulator.cloud.principals import is_known

log = logging.getLogger(__name__)

SIGNED_WITH: Final = re.compile(r"Credential=([^/,\s]+)/")
POLL_SECONDS: Final = 0.1
"""How long the server may take to notice that it has to end."""
WITHOUT_RDS: Final = frozenset({"iam", "sts"})
"""Services that can be served before moto's RDS, which takes a second to import, is in place."""


class QuietRequestHandler(MotoRequestHandler):
    """Writes no line per request; werkzeug would."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class AwsEndpoint:
    """Serves every service of moto on one port, each imported when it is first asked for."""

    def __init__(self, install_rds: Callable[[], None]) -> None:
        accounts_of_keys.install()
        self._install_rds = install_rds
        self._is_installed = False
        self._dispatcher = DomainDispatcherApplication(self._create_app)
        self._server = make_server(
            "127.0.0.1", 0, self._application, threaded=True, request_handler=QuietRequestHandler
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": POLL_SECONDS},
            name="aws",
            daemon=True,
        )

    def start(self) -> None:
        """Serve."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()

    def install_rds(self) -> None:
        """Put RDS in place; moto's modules import each other, so one thread imports at a time."""
        with self._dispatcher.lock:
            self._install_once()

    def _install_once(self) -> None:
        if not self._is_installed:
            self._install_rds()
            self._is_installed = True

    def _create_app(self, service: Any) -> Any:
        if service not in WITHOUT_RDS:  # any other may reach into moto's RDS
            self._install_once()
        if str(service).startswith("s3"):  # "s3", "s3bucket_path"
            bucket_policies.install()
        app = create_backend_app(service)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.register_error_handler(InternalServerError, _internal_failure)
        return app

    def _application(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Refuse what AWS refuses before any service sees it, pass the rest on."""
        if environ.get("PATH_INFO", "").startswith("/moto-api"):  # it resets accounts
            start_response("404 NOT FOUND", [("Content-Type", "text/plain")])
            return [b"not part of the emulated AWS\n"]
        key = SIGNED_WITH.search(environ.get("HTTP_AUTHORIZATION", ""))
        if key is not None and not is_known(key[1]):
            # https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
            text = "The security token included in the request is invalid."
            body, content_type = _error(environ, "InvalidClientTokenId", text)
            start_response("403 FORBIDDEN", [("Content-Type", content_type)])
            return [body.encode()]
        answer: Iterable[bytes] = self._dispatcher(environ, start_response)
        return answer


def _internal_failure(error: InternalServerError) -> tuple[str, int, dict[str, str]]:
    """Answer that SDKs can read to a request that ended in an exception; the log has the rest."""
    cause = error.original_exception
    text = f"the emulated AWS failed: {type(cause).__name__}: {cause}"
    body, content_type = _error(request.environ, "InternalFailure", text)
    return body, 500, {"Content-Type": content_type}


def _error(environ: dict[str, Any], code: str, text: str) -> tuple[str, str]:
    """Body and content type of an error, in the format of the service's protocol."""
    content_type = str(environ.get("CONTENT_TYPE", ""))
    if "json" in content_type:
        return json.dumps({"__type": code, "message": text}), content_type
    body = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(text)}</Message></Error>"
    signed_for = environ.get("HTTP_AUTHORIZATION", "")
    return (body if "/s3/" in signed_for else f"<ErrorResponse>{body}</ErrorResponse>"), "text/xml"
