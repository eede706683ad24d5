"""Systems Manager: parameters, documents, sessions.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-sessiondocumentaccesscheck.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from moto.ssm.models import ssm_backends

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.needs import ANYTHING, Need
from emulator.cloud.authorization.services.ec2 import instance_tags
from emulator.cloud.authorization.services.kms import key_need

DEFAULT_DOCUMENT: Final = "SSM-SessionManagerRunShell"
PARAMETER_OPERATIONS: Final = frozenset(
    {
        "DeleteParameter",
        "DeleteParameters",
        "GetParameter",
        "GetParameterHistory",
        "GetParameters",
        "GetParametersByPath",
        "LabelParameterVersion",
        "PutParameter",
        "UnlabelParameterVersion",
    }
)
SESSION_OPERATIONS: Final = frozenset({"ResumeSession", "TerminateSession"})
TAGGED_TYPES: Final = {
    "Parameter": "parameter",
    "Document": "document",
    "MaintenanceWindow": "maintenancewindow",
    "PatchBaseline": "patchbaseline",
    "ManagedInstance": "managed-instance",
}


def needs(call: Call) -> Iterable[Need]:
    """What a call of Systems Manager needs."""
    action = f"ssm:{call.operation}"
    if call.operation == "StartSession":
        yield from _session_needs(call)
    elif call.operation in SESSION_OPERATIONS:
        yield _own_session_need(call)
    elif call.operation in PARAMETER_OPERATIONS:
        yield from _parameter_needs(call)
    elif call.operation == "SendCommand":
        yield Need(action=action, resource=document_arn(call, call.text("DocumentName")))
        for instance_id in call.parameters.get("InstanceIds") or []:
            yield _instance_need(call, str(instance_id))
    elif call.operation.endswith(("Document", "DocumentPermission", "DocumentDefaultVersion")):
        yield Need(
            action=action,
            resource=document_arn(call, call.text("Name")),
            context=_resource_tags(call, "Document", call.text("Name")),
        )
    elif call.text("ResourceType") in TAGGED_TYPES and call.text("ResourceId"):
        type_ = TAGGED_TYPES[call.text("ResourceType")]
        resource = call.arn(f"{type_}/{call.text('ResourceId').removeprefix('/')}")
        tags = _resource_tags(call, call.text("ResourceType"), call.text("ResourceId"))
        yield Need(action=action, resource=resource, context=tags)
    else:
        yield Need(action=action, resource=ANYTHING)


def document_arn(call: Call, name: str) -> str:
    """ARN of a document: AWS's own are in no account."""
    if name.startswith("arn:"):
        return name
    if name.startswith(("AWS-", "AWSSSO-", "Amazon")):
        return f"arn:aws:ssm:{call.region}::document/{name}"
    return call.arn(f"document/{name}")


def _session_needs(call: Call) -> Iterable[Need]:
    """The instance, and the document where the caller names one.

    `ssm:SessionDocumentAccessCheck` is set where none is named: the account's default document is
    asked for only of who has been allowed under that key, which is then true. (With a document of
    the caller's the key is not there: a plain `Bool` shuts the door, `BoolIfExists` does not.)
    """
    name, target = call.text("DocumentName"), call.text("Target")
    document = document_arn(call, name or DEFAULT_DOCUMENT)
    tags = _resource_tags(call, "Document", name or DEFAULT_DOCUMENT)
    if name:
        yield _instance_need(call, target)
        yield Need(action="ssm:StartSession", resource=document, context=tags)
        return
    checked = {"ssm:sessiondocumentaccesscheck": "true"}
    yield replace(
        _instance_need(call, target, {"ssm:sessiondocumentaccesscheck": "false"}),
        otherwise=(
            _instance_need(call, target, checked),
            Need(action="ssm:StartSession", resource=document, context={**tags, **checked}),
        ),
    )


def _own_session_need(call: Call) -> Need:
    """The session: by its id, which begins with the name of the user or session that opened it.

    AWS's sample policies name it by the opener's `aws:userid`, too, which is also a tag of it:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-examples.html
    """
    id_, action = call.text("SessionId"), f"ssm:{call.operation}"
    session = _sessions.find(call.account_id, call.region, id_)
    if session is None:
        return Need(action=action, resource=call.arn(f"session/{id_}"))
    context = {
        "ssm:resourcetag/aws:ssmmessages:session-id": session.user_id,
        "ssm:resourcetag/aws:ssmmessages:target-id": session.target.instance_id,
    }
    by_user = call.arn(f"session/{session.user_id}-{id_.rpartition('-')[2]}")
    return Need(
        action=action,
        resource=call.arn(f"session/{id_}"),
        context=context,
        otherwise=(Need(action=action, resource=by_user, context=context),),
    )


def use_sessions(find: Callable[[str, str, str], Any | None]) -> None:
    """Have sessions found by account, region and id; each has a `user_id` and a `target`."""
    _sessions.find = find


class _Sessions:
    """Where open sessions are found."""

    def __init__(self) -> None:
        self.find: Callable[[str, str, str], Any | None] = lambda *_: None


_sessions: Final = _Sessions()


def _instance_need(call: Call, target: str, more: Mapping[str, str] | None = None) -> Need:
    if target.startswith("mi-"):
        return Need(action=f"ssm:{call.operation}", resource=call.arn(f"managed-instance/{target}"))
    context: dict[str, Any] = dict(more or {})
    for key, value in instance_tags(target, call.account_id, call.region).items():
        context[f"ssm:resourcetag/{key.lower()}"] = value
        context[f"aws:resourcetag/{key.lower()}"] = value
    return Need(
        action=f"ssm:{call.operation}",
        resource=call.arn(f"instance/{target}", "ec2"),
        context=context,
    )


def _parameter_needs(call: Call) -> Iterable[Need]:
    names = [str(name) for name in call.parameters.get("Names") or []]
    single = call.text("Name", "Path")
    for name in [single] if single else names:
        arn = parameter_arn(call, name)
        yield Need(
            action=f"ssm:{call.operation}",
            resource=arn,
            context=_resource_tags(call, "Parameter", name),
        )
        yield from _parameter_key(call, name, arn)


def parameter_arn(call: Call, name: str) -> str:
    """ARN of a parameter: the slash before its path stands once; a version is no part of it."""
    if name.startswith("arn:"):
        return name
    return call.arn(f"parameter/{name.split(':')[0].removeprefix('/')}")


def _parameter_key(call: Call, name: str, arn: str) -> Iterable[Need]:
    """A secure parameter is encrypted by its key for whoever writes or reads it."""
    if call.operation == "PutParameter" and call.text("Type") == "SecureString":
        use, key_id = "Encrypt", call.text("KeyId")
    elif call.operation.startswith("GetParameter") and call.parameters.get("WithDecryption"):
        found = _parameter(call, name)
        use, key_id = "Decrypt", str(getattr(found, "keyid", "") or "")
    else:
        return
    need = key_id and key_need(
        call,
        use,
        key_id,
        via="ssm",
        region=call.region,
        encryption={"PARAMETER_ARN": arn},
    )
    if need:
        yield need


def _parameter(call: Call, name: str) -> Any | None:
    try:
        backend = ssm_backends[call.account_id][call.region]
        return backend.get_parameter(name)
    except Exception:  # noqa: BLE001 - moto's own kinds, for whatever is wrong with a name
        return None


def _resource_tags(call: Call, type_: str, id_: str) -> dict[str, str]:
    try:
        backend = ssm_backends[call.account_id][call.region]
    except KeyError:  # no such region
        return {}
    by_id: Mapping[str, Mapping[str, str]] = backend._resource_tags.get(type_) or {}
    return {
        f"{prefix}{key.lower()}": value
        for prefix in ("aws:resourcetag/", "ssm:resourcetag/")
        for key, value in by_id.get(id_, {}).items()
    }
