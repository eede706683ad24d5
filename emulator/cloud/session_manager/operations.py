"""The operations of Systems Manager that moto does not have: sessions.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.core.responses import ActionResult
from moto.ssm.exceptions import SSMException
from moto.ssm.models import ssm_backends
from moto.ssm.responses import SimpleSystemManagerResponse

from emulator.cloud.authorization.gate import PRINCIPAL
from emulator.cloud.authorization.services.ssm import use_sessions
from emulator.cloud.session_manager.documents import DocumentError, PortForward, port_forward
from emulator.cloud.session_manager.instances import Target
from emulator.cloud.session_manager.sessions import OpenSession, SessionManager

SHELL: Final = "SSM-SessionManagerRunShell"
"""The document of whoever names none."""
SESSION_DOCUMENT: Final = "Session"


def install(manager: SessionManager) -> None:
    """Add the operations to moto's Systems Manager."""
    operations: Mapping[str, Callable[[Any, SessionManager], dict[str, Any]]] = {
        "start_session": _start_session,
        "resume_session": _resume_session,
        "terminate_session": _terminate_session,
        "describe_sessions": _describe_sessions,
        "get_connection_status": _get_connection_status,
    }
    for name, operation in operations.items():
        setattr(SimpleSystemManagerResponse, name, _method(operation, manager))
    use_sessions(manager.find)


def _method(
    operation: Callable[[Any, SessionManager], dict[str, Any]], manager: SessionManager
) -> Callable[[Any], ActionResult]:
    def method(response: Any) -> ActionResult:
        return ActionResult(operation(response, manager))

    return method


def _start_session(response: Any, manager: SessionManager) -> dict[str, Any]:
    document = response._get_param("DocumentName") or SHELL
    forward = _read_document(response, document)
    target = _target(response)
    if target.why_not_connected():
        raise SSMException("TargetNotConnected", f"{target.instance_id} is not connected.")
    principal = response.normalized_request.environ[PRINCIPAL]
    name = principal.context.get("aws:username") or principal.arn.rpartition("/")[2]
    session = OpenSession(
        id=f"{name}-{secrets.token_hex(9)[:17]}",
        owner_arn=principal.arn,
        user_id=principal.context["aws:userid"],
        target=target,
        document=document,
        forward=forward,
        reason=response._get_param("Reason") or "",
    )
    url = manager.open(session)
    return {"SessionId": session.id, "TokenValue": session.token, "StreamUrl": url}


def _read_document(response: Any, name: str) -> PortForward:
    documents = ssm_backends[response.current_account][response.region]._documents
    found = documents.get(name.rpartition("document/")[2])
    if found is None:
        msg = f"Document with name {name} does not exist."
        if name == SHELL:
            msg += " The emulator has no shell on its instances: name a document of your own."
        raise SSMException("InvalidDocument", msg)
    document = found.get_default_version()
    if document.document_type != SESSION_DOCUMENT:
        msg = f"Document type {document.document_type} is not supported. Only Session is."
        raise SSMException("InvalidDocument", msg)
    try:
        return port_forward(
            document.content_json, response._get_param("Parameters") or {}, document.name
        )
    except DocumentError as error:
        raise SSMException(error.code, str(error)) from error


def _target(response: Any) -> Target:
    return Target(
        account_id=response.current_account,
        region=response.region,
        instance_id=response._get_param("Target"),
    )


def _found(response: Any, manager: SessionManager) -> OpenSession | None:
    return manager.find(response.current_account, response.region, response._get_param("SessionId"))


def _resume_session(response: Any, manager: SessionManager) -> dict[str, Any]:
    session = _found(response, manager)
    if session is None or session.ended:
        msg = f"Session {response._get_param('SessionId')} does not exist."
        raise SSMException("DoesNotExistException", msg)
    session.token = secrets.token_urlsafe(96)
    return {
        "SessionId": session.id,
        "TokenValue": session.token,
        "StreamUrl": manager.address(session),
    }


def _terminate_session(response: Any, manager: SessionManager) -> dict[str, Any]:
    """Whether there is such a session, AWS does not say."""
    session = _found(response, manager)
    if session is not None:
        manager.end(session)
    return {"SessionId": response._get_param("SessionId")}


def _describe_sessions(response: Any, manager: SessionManager) -> dict[str, Any]:
    are_over = response._get_param("State") == "History"
    return {
        "Sessions": [
            {
                "SessionId": session.id,
                "Target": session.target.instance_id,
                "Status": _status(session),
                "StartDate": session.started,
                "EndDate": session.ended,
                "DocumentName": session.document,
                "Owner": session.owner_arn,
                "Reason": session.reason,
            }
            for session in manager.all(response.current_account, response.region)
            if bool(session.ended) is are_over
        ]
    }


def _status(session: OpenSession) -> str:
    if session.ended:
        return "Terminated"
    return "Connected" if session.channels else "Disconnected"


def _get_connection_status(response: Any, manager: SessionManager) -> dict[str, Any]:  # noqa: ARG001
    target = _target(response)
    status = "notconnected" if target.why_not_connected() else "connected"
    return {"Target": target.instance_id, "Status": status}
