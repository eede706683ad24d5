"""The emulated AWS: moto's server on a loopback port of this process."""

from __future__ import annotations

import functools
import json
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from flask import request
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.exceptions import InternalServerError
from werkzeug.serving import make_server

from emulator.cloud import bucket_policies
from emulator.cloud.authorization import (
    calls,
    gate,
    needs,
    policy_simulator,
    session_facts,
    user_boundaries,
)

log = logging.getLogger(__name__)

NOT_AWS: Final = ("/moto-api", "/favicon.ico", "/latest/meta-data/", "/latest/api/")
"""Paths of moto's own: they reset accounts, and hand out the credentials of an instance."""
CREDENTIAL: Final = "X-Amz-Credential"
POLL_SECONDS: Final = 0.1
"""How long the server may take to notice that it has to end."""
UNSIGNED: Final = "AWS4 Credential=//us-east-1/s3/"
"""Only S3 has anything for requests that nobody signed."""
S3_HOST: Final = "s3.us-east-1.amazonaws.com"
WITHOUT_RDS: Final = frozenset({"iam", "sts"})
"""Services that can be served before moto's RDS, which takes a second to import, is in place."""


class QuietRequestHandler(MotoRequestHandler):
    """Writes no line per request; werkzeug would."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class AwsEndpoint:
    """Serves every service of moto on one port, each imported when it is first asked for."""

    def __init__(
        self, install_rds: Callable[[], None], install_sessions: Callable[[], None]
    ) -> None:
        calls.install()
        session_facts.install()
        user_boundaries.install()
        policy_simulator.install()
        self._install_rds = install_rds
        self._install_sessions = install_sessions
        self._is_installed = False
        self._dispatcher = DomainDispatcherApplication(self._create_app)
        # it tries the addresses of two hundred services one by one, and is asked twice a request
        find = functools.lru_cache(maxsize=1024)(self._dispatcher.get_backend_for_host)
        setattr(self._dispatcher, "get_backend_for_host", find)  # noqa: B010 - a method of moto's
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
        if service == "ssm":
            self._install_sessions()
        needs.exact_needs(calls.SERVICES.get(service, service))
        app = create_backend_app(service)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.register_error_handler(InternalServerError, _internal_failure)
        return app

    def _application(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Refuse what AWS refuses before any service sees it, pass the rest on."""
        if environ.get("PATH_INFO", "").startswith(NOT_AWS):
            start_response("404 NOT FOUND", [("Content-Type", "text/plain")])
            return [b"not part of the emulated AWS\n"]
        try:
            refusal = gate.admit(environ, self._service(environ))
        except Exception as error:  # anything: a caller waits for an answer that it can read
            log.exception("a request could not be judged")
            text = f"the emulated AWS failed: {type(error).__name__}: {error}"
            body, content_type = _error(environ, "InternalFailure", text)
            start_response("500 INTERNAL SERVER ERROR", [("Content-Type", content_type)])
            return [body.encode()]
        if refusal is not None:
            start_response(refusal.status, list(refusal.headers))
            return [refusal.body]
        answer: Iterable[bytes] = self._dispatcher(environ, start_response)
        return answer

    def _service(self, environ: dict[str, Any]) -> str:
        """Moto's name of the service that a request goes to, made ready to serve."""
        credential = parse_qs(str(environ.get("QUERY_STRING", ""))).get(CREDENTIAL)
        if credential and "HTTP_AUTHORIZATION" not in environ:
            # moto looks for the service in this header only
            environ = {**environ, "HTTP_AUTHORIZATION": f"AWS4 Credential={credential[0]}"}
        elif "HTTP_AUTHORIZATION" not in environ:
            environ = {**environ, "HTTP_AUTHORIZATION": UNSIGNED}
        try:
            host = self._dispatcher.infer_service_region_host(environ, environ["PATH_INFO"])
        except (KeyError, IndexError):  # a header that the service's protocol has is missing
            host = None
        name = self._dispatcher.get_backend_for_host(host or S3_HOST)
        with self._dispatcher.lock:
            if name is not None and name not in self._dispatcher.app_instances:
                self._dispatcher.app_instances[name] = self._create_app(name)
        return str(name)


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
