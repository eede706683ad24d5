"""What a resource provider does, in plain Python; `server.py` puts it on the wire.

One `Provider` object is one configured provider resource of one program run. Property values are
those of `emulator.values`, with secrets already taken off: the engine keeps track of secrecy, and a
provider wraps in `Secret` only those outputs that are secret by their nature. In a preview, inputs
and configuration may hold `UNKNOWN`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from emulator.engine.events import PropertyDifference
from emulator.values import Properties


@dataclass(slots=True, kw_only=True)
class CheckFailure:
    """A property that is wrong, and why; an empty `property` speaks of the whole resource."""

    property: str
    reason: str


@dataclass(slots=True, kw_only=True)
class Checked:
    """Inputs with defaults filled in, and what is wrong with them."""

    inputs: Properties
    failures: list[CheckFailure] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Difference:
    """How new inputs differ from what stands. No changed property: nothing to do."""

    changed: list[str] = field(default_factory=list)
    """Top-level property names that differ."""
    replaces: list[str] = field(default_factory=list)
    """Property paths that force a replacement."""
    delete_before_replace: bool = False
    stables: list[str] = field(default_factory=list)
    detailed: dict[str, PropertyDifference] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Resource:
    """A resource as it stands."""

    id: str
    outputs: Properties
    inputs: Properties = field(default_factory=dict)
    """What a program would have to say to get it; only `read` fills it."""


class PartialError(Exception):
    """A create or update that failed half way: `resource` stands and has to be recorded."""

    def __init__(self, message: str, resource: Resource) -> None:
        super().__init__(message)
        self.resource = resource


class ProviderError(Exception):
    """What the cloud or the database refused, as a person should read it."""


class Provider(ABC):
    """One configured provider."""

    def check_config(self, urn: str, news: Properties) -> Checked:
        """Check the provider's own configuration before `configure`."""
        return Checked(inputs=news)

    def diff_config(self, urn: str, olds: Properties, news: Properties) -> Difference:
        """Compare two configurations; `replaces` where the provider must become another one."""
        changed = sorted(key for key in olds | news if olds.get(key) != news.get(key))
        return Difference(changed=changed)

    @abstractmethod
    def configure(self, config: Properties) -> None:
        """Take the configuration; raises ProviderError.

        The SDKs send every value that is not a string as JSON text (`"5432"`, `"true"`, `"{…}"`).
        """

    @abstractmethod
    def check(self, urn: str, type_: str, olds: Properties, news: Properties) -> Checked:
        """Validate new inputs and fill in defaults; `olds` are the last checked inputs."""

    @abstractmethod
    def diff(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
    ) -> Difference:
        """Compare checked new inputs with what stands."""

    @abstractmethod
    def create(self, urn: str, type_: str, inputs: Properties, *, preview: bool) -> Resource:
        """Create; in a preview only say what is known of the outputs (id "" and UNKNOWN else)."""

    @abstractmethod
    def read(
        self, urn: str, type_: str, id_: str, inputs: Properties, outputs: Properties
    ) -> Resource | None:
        """The resource as it stands now, None where it is gone. Empty `inputs`: an import."""

    @abstractmethod
    def update(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        *,
        preview: bool,
    ) -> Properties:
        """Update in place; new outputs."""

    @abstractmethod
    def delete(
        self, urn: str, type_: str, id_: str, inputs: Properties, outputs: Properties
    ) -> None:
        """Delete; a resource that is gone already is no error."""

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Run a function. Raises ProviderError for one that does not exist."""
        msg = f"{token} is not a function that this provider knows"
        raise ProviderError(msg)

    def cancel(self) -> None:  # noqa: B027 - few providers wait for anything
        """Stop waiting for anything slow; called when the engine is interrupted."""
