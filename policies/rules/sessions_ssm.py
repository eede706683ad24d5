"""Session documents of SSM: what people who may start a session can do with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from policies.facts.values import shown, text
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource, known
from stages.door_documents import POSTGRES_PORT

DOCUMENT = "aws:ssm/document:Document"
FIXED = ("host", "portNumber")


@for_resource(
    DOCUMENT,
    id="session-to-one-place",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="A session document of ours forwards one port to one host, both written in it.",
    why="IAM lets a person use a document, not a host: one that leaves the host to its caller "
    "leads to everything in the network, and a shell to more.",
    remedy="Write host and portNumber into properties, sessionType Port, in JSON; only "
    "localPortNumber may be a parameter.",
)
def session_to_one_place(resource: Resource, context: Context) -> Iterator[Finding]:
    """Other kinds of document are commands and automations, which sessions do not run."""
    del context
    if known(resource.props, "documentType", "Session") != "Session":
        return
    content = _opened(text(resource.props, "content"))
    properties = content.get("properties")
    if content.get("sessionType") != "Port" or not isinstance(properties, Mapping):
        yield Finding(
            found=f"sessionType is {content.get('sessionType', 'not to be read')}",
            allowed="Port, in JSON that is known before the up",
        )
        return
    for key in FIXED:
        value = str(properties.get(key, ""))
        if not value or "{{" in value:
            yield Finding(found=f"{shown(properties, key)}", allowed="one that is written down")


@for_resource(
    DOCUMENT,
    id="session-to-own-server",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="A stage's session document leads to what its readers are meant to read, on its own host.",
    why="Whoever may use the document gets to the machine that it names, whatever the document is "
    "called.",
    remedy="Make it with stages.door_documents.session_document.",
)
def session_to_own_server(resource: Resource, context: Context) -> Iterator[Finding]:
    """The name is the host's own; where it leads is another rule's (record-leads-to-own-server)."""
    if known(resource.props, "documentType", "Session") != "Session":
        return
    stage = context.stages.current
    properties = _opened(text(resource.props, "content")).get("properties")
    found = properties if isinstance(properties, Mapping) else {}
    wanted = {"host": stage.names.of(stage.host).reader_host, "portNumber": str(POSTGRES_PORT)}
    for key, value in wanted.items():
        if str(found.get(key, "")).lower() != value:
            yield Finding(found=shown(found, key), allowed=value)


def _opened(content: str) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}
