"""What each resource type does on a server.

State holds every property of the type in its own kind (see `attributes.plain`), zero where unset.
"""

from __future__ import annotations

from typing import Protocol

from emulator.providers.postgresql.attributes import ResourceType
from emulator.providers.postgresql.connections import Connections
from emulator.values import Properties

Found = tuple[str, Properties]
"""Id and properties of a resource as it stands."""


class Handler(Protocol):
    """Creates, reads, updates and deletes resources of one type."""

    resource_type: ResourceType

    def create(self, connections: Connections, new: Properties) -> str:
        """Create; the id."""
        ...

    def read(self, connections: Connections, id_: str, state: Properties) -> Found | None:
        """The resource as it stands, None where it is gone. `state` is empty in an import."""
        ...

    def update(self, connections: Connections, id_: str, old: Properties, new: Properties) -> str:
        """Update in place; the id that the resource has then."""
        ...

    def delete(self, connections: Connections, state: Properties) -> None:
        """Delete."""
        ...
