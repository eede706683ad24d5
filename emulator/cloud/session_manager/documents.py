"""Session documents of port-forwards: what they allow to be said, and where they lead.

https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
THE_INSTANCE: Final = "localhost"


class DocumentError(Exception):
    """What StartSession answers: AWS's code and a text."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class PortForward:
    """Where a session leads."""

    host: str
    """As seen from the instance; `localhost` is the instance itself."""
    port: int
    properties: Mapping[str, str]
    """What the plugin is told: `portNumber`, `localPortNumber`, `type`, `host`."""


def port_forward(
    content: Mapping[str, Any], given: Mapping[str, Sequence[str]], name: str
) -> PortForward:
    """Where a document leads with these parameters. Raises DocumentError."""
    if content.get("sessionType") != "Port":
        kind = content.get("sessionType") or "no session type"
        msg = f"{name} is a document of {kind}: the emulator has sessions of the type Port"
        raise DocumentError("InvalidDocument", msg)
    values = _values(content.get("parameters") or {}, given, name)
    properties = {
        str(key): PLACEHOLDER.sub(lambda match: values[match[1]], str(value))
        for key, value in (content.get("properties") or {}).items()
        if all(used in values for used in PLACEHOLDER.findall(str(value)))
    }
    if properties.get("type") != "LocalPortForwarding":
        msg = f"{name} is no port-forward: its type is {properties.get('type')!r}"
        raise DocumentError("InvalidDocument", msg)
    port = properties.get("portNumber", "")
    if not (port.isdigit() and 0 < int(port) < 65536):
        raise DocumentError("InvalidDocument", f"{name} has no port to lead to: {port!r}")
    return PortForward(
        host=properties.get("host") or THE_INSTANCE, port=int(port), properties=properties
    )


def _values(
    declared: Mapping[str, Any], given: Mapping[str, Sequence[str]], name: str
) -> dict[str, str]:
    unknown = sorted(set(given) - set(declared))
    if unknown:
        allowed = ", ".join(sorted(declared)) or "none"
        msg = f"{name} takes no parameter {', '.join(unknown)}; it takes {allowed}"
        raise DocumentError("InvalidParameters", msg)
    values: dict[str, str] = {}
    for key, declaration in declared.items():
        texts = given.get(key)
        if texts is None and "default" not in declaration:
            msg = f"{name} needs the parameter {key}"
            raise DocumentError("InvalidParameters", msg)
        value = str(texts[0]) if texts else str(declaration.get("default", ""))
        pattern = declaration.get("allowedPattern")
        if pattern and texts and not re.search(pattern, value):
            msg = f"{key} is {value!r}, which does not match {pattern}"
            raise DocumentError("InvalidParameters", msg)
        if declaration.get("allowedValues") and value not in declaration["allowedValues"]:
            msg = f"{key} is {value!r}, which is not among {declaration['allowedValues']}"
            raise DocumentError("InvalidParameters", msg)
        values[key] = value
    return values
