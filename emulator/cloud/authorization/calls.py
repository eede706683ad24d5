"""Which operation of which service a request calls, and with what parameters.

moto finds operations by ways of its own, and some can be led astray: by `Action=` in a query beside
another one in the body, or within a text of a JSON body. So what is ambiguous is refused here, and
moto is told which operation was authorized (`install`).
"""

from __future__ import annotations

import functools
import io
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

import botocore.session
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

_MODELS: Final = threading.Lock()
"""botocore's descriptions are completed as they are read, which two threads must not do at once."""
ROLE_ARN: Final = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]+")
CALL: Final = "emulator.call"
"""Key of the WSGI environment under which the authorized call stands."""
OPERATION: Final = "emulator.operation"
"""Key of the WSGI environment under which the authorized operation stands."""
SERVICES: Final = {"awslambda": "lambda", "s3bucket_path": "s3", "elb": "elb", "moto_api": ""}
"""moto's names of services that botocore calls otherwise, dashes aside."""
PREFIXES: Final = {"monitoring": "cloudwatch", "email": "ses", "tagging": "tag"}
"""Signing names that differ from the prefix of the service's actions:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""
SUBRESOURCES: Final = frozenset(
    {
        *("accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption"),
        *("intelligent-tiering", "inventory", "legal-hold", "lifecycle", "list-type", "location"),
        *("logging", "metrics", "notification", "object-lock", "ownershipControls", "policy"),
        *("policyStatus", "publicAccessBlock", "replication", "requestPayment", "restore"),
        *("retention", "select", "session", "tagging", "torrent", "uploadId", "uploads"),
        *("versioning", "versions", "website"),
    }
)
"""Parameters that choose an operation of S3; it refuses two of them."""


class UnknownCallError(Exception):
    """A request that calls no operation, or more than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of an operation."""

    service: str
    """botocore's name: `elbv2`, `cloudwatch`."""
    prefix: str
    """Of its IAM actions: `elasticloadbalancing`, `cloudwatch`."""
    operation: str
    """`DescribeInstances`."""
    parameters: Mapping[str, Any]
    """As boto3 takes them."""
    region: str
    account_id: str
    """The caller's; empty for somebody anonymous."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """In lower case."""
    caller_arn: str = ""
    """The caller's user or session; empty for somebody anonymous."""

    def arn(self, resource: str, service: str | None = None) -> str:
        """ARN of a resource in the caller's account and region."""
        return f"arn:aws:{service or self.prefix}:{self.region}:{self.account_id}:{resource}"

    def text(self, *names: str) -> str:
        """The first of these parameters that is a text, or nothing."""
        values = (self.parameters.get(name) for name in names)
        return next((value for value in values if isinstance(value, str) and value), "")


def service_of(moto_name: str, environ: Mapping[str, Any], body: bytes) -> str:
    """Botocore's name of the service that moto serves under a name. Raises UnknownCallError."""
    name = SERVICES.get(moto_name, moto_name)
    if name == "elb" and b"2015-12-01" in body + str(environ.get("QUERY_STRING")).encode():
        return "elbv2"
    found = _services().get(name.replace("-", "").replace("_", ""))
    if found is None:
        raise UnknownCallError(moto_name)
    return found


@functools.cache
def _services() -> dict[str, str]:
    names = botocore.session.get_session().get_available_services()
    return {name.replace("-", ""): name for name in names}


def read_call(
    environ: dict[str, Any],
    body: bytes,
    *,
    service: str,
    signing_name: str,
    region: str,
    account_id: str,
    caller_arn: str,
) -> Call:
    """The call that a request makes. Raises UnknownCallError."""
    request = Request({**environ, "wsgi.input": io.BytesIO(body)})
    try:
        with _MODELS:
            operation, parameters = _match(environ, request, service)
    except (NotFound, NotImplementedError, RequestParserError, ValueError) as error:
        msg = f"{request.method} {request.path}"
        raise UnknownCallError(msg) from error
    return Call(
        service=service,
        prefix=PREFIXES.get(signing_name, signing_name),
        operation=operation,
        parameters=parameters,
        region=region,
        account_id=account_id,
        headers={name.lower(): value for name, value in request.headers.items()},
        caller_arn=caller_arn,
    )


def _match(
    environ: Mapping[str, Any], request: Request, service: str
) -> tuple[str, Mapping[str, Any]]:
    """Name and parameters of the operation. Raises UnknownCallError, NotFound."""
    model = get_service_model(service)
    _refuse_ambiguous(environ, request, service, str(model.protocol))
    protocol = determine_request_protocol(model, request.content_type)
    operation, uri_parameters = get_service_router(service).match(request)
    if operation.input_shape is None:
        return operation.name, {}
    # S3's other bodies are data, or documents that no decision needs
    with_body = service != "s3" or operation.name == "DeleteObjects"
    parameters: Mapping[str, Any] = PROTOCOL_PARSERS[protocol](operation).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data if with_body else b"",
            "url_path": request.path,
            "url_params": uri_parameters,
        }
    )
    return operation.name, parameters or {}


def _refuse_ambiguous(
    environ: Mapping[str, Any], request: Request, service: str, protocol: str
) -> None:
    query = dict(parse_qsl(str(environ.get("QUERY_STRING", "")), keep_blank_values=True))
    names = query.keys()
    if service == "s3":
        # an upload's part and its id go together, and so do a version and anything
        if len(SUBRESOURCES & names) > 1 or "Action" in names:
            raise UnknownCallError("Conflicting query string parameters")
    elif "Action" in names and (protocol not in ("query", "ec2") or request.form):
        raise UnknownCallError("Action stands in the query string and elsewhere")
    elif "HTTP_X_AMZ_TARGET" in environ and protocol.startswith("rest"):
        raise UnknownCallError("X-Amz-Target is not for this service")


def install() -> None:
    """Have moto run the operation that was authorized, whatever it would find itself."""
    from moto.core.responses import BaseResponse

    get_action = BaseResponse._get_action
    if getattr(get_action, "is_told", False):
        return

    def told(response: Any) -> Any:
        authorized = response.normalized_request.environ.get(OPERATION)
        found = get_action(response)  # which notes the parameters in the path, too
        return found if authorized is None else authorized

    setattr(told, "is_told", True)  # noqa: B010
    setattr(BaseResponse, "_get_action", told)  # noqa: B010 - a method of moto's
