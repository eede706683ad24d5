"""Cases of policies/rules/sessions_ssm.py."""

from __future__ import annotations

import json
from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, violating

RULE = "session-to-one-place"
OWN = "session-to-own-server"
READER = "reader.preprod.devstages.internal"
ONE_PLACE = {
    "type": "LocalPortForwarding",
    "host": "db.example.com",
    "portNumber": "5432",
    "localPortNumber": "{{ localPortNumber }}",
}


def document(content: Any, kind: str = "Session") -> Fixture:
    """A document of that kind."""
    props = {"documentType": kind, "content": content}
    return Fixture(type="aws:ssm/document:Document", props=props)


def forwarding(session: str = "Port", **changes: Any) -> Fixture:
    """A session document, with other properties."""
    content = {"sessionType": session, "properties": ONE_PLACE | changes}
    return document(json.dumps(content))


CASES = (
    passing(OWN, forwarding(host=READER)),
    passing(OWN, document("steps: []", "Command"), title="a command"),
    violating(OWN, forwarding(), title="another machine"),
    violating(OWN, forwarding(host="server.preprod.devstages.internal"), title="the server itself"),
    violating(OWN, forwarding(host="reader.prod.devstages.internal"), title="another host's"),
    violating(OWN, forwarding(host=READER, portNumber="22"), title="another port"),
    violating(OWN, document(json.dumps({"properties": []})), title="without properties"),
    violating(OWN, document(json.dumps({}), UNKNOWN), title="of a kind that is not known"),
    violating(OWN, forwarding(host=READER), stack="prod", title="seen from prod"),
    passing(RULE, forwarding()),
    passing(RULE, document("steps: []", "Command"), title="a command"),
    violating(RULE, forwarding(host="{{ host }}"), title="any host"),
    violating(RULE, forwarding(portNumber="{{ portNumber }}"), title="any port"),
    violating(RULE, forwarding(host=""), title="no host"),
    violating(RULE, forwarding("Standard_Stream"), title="a shell"),
    violating(RULE, document(json.dumps({"sessionType": "Port"})), title="without properties"),
    violating(RULE, document("sessionType: Port"), title="in YAML"),
    violating(RULE, document("[]"), title="no object"),
    violating(RULE, document(UNKNOWN), title="unknown"),
    violating(RULE, document(json.dumps({}), UNKNOWN), title="of a kind that is not known"),
)
