"""STS: taking on roles, with what may be asked for beside it.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.needs import ANYTHING, Need, requested_tags, tag_context

FREE: Final = frozenset({"GetCallerIdentity", "GetSessionToken"})
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""


def needs(call: Call) -> Iterable[Need]:
    """What a call of STS needs."""
    if call.operation in FREE:
        return
    if call.operation != "AssumeRole":
        yield Need(action=f"sts:{call.operation}", resource=ANYTHING)
        return
    role, context = call.text("RoleArn"), _context(call)
    yield Need(action="sts:AssumeRole", resource=role, context=context)
    tags = requested_tags(call.parameters)
    if tags:
        transitive = call.parameters.get("TransitiveTagKeys") or []
        keys = {"sts:transitivetagkeys": tuple(transitive)} if transitive else {}
        yield Need(
            action="sts:TagSession", resource=role, context={**context, **tag_context(tags), **keys}
        )
    if call.text("SourceIdentity"):
        yield Need(action="sts:SetSourceIdentity", resource=role, context=context)


def _context(call: Call) -> dict[str, Any]:
    found = {
        "sts:externalid": call.text("ExternalId"),
        "sts:rolesessionname": call.text("RoleSessionName"),
        "sts:sourceidentity": call.text("SourceIdentity"),
    }
    return {key: value for key, value in found.items() if value}
