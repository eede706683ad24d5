"""The provider: configuration, checks and differences, and the handlers behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import psycopg

from emulator.cloud.provider_context import ProviderContext
from emulator.providers.postgresql import configuration
from emulator.providers.postgresql.attributes import ResourceType
from emulator.providers.postgresql.connections import Connections
from emulator.providers.postgresql.databases import Databases
from emulator.providers.postgresql.default_privileges import DefaultPrivileges
from emulator.providers.postgresql.differences import difference, planned, standing
from emulator.providers.postgresql.errors import describe, redact
from emulator.providers.postgresql.extensions import Extensions
from emulator.providers.postgresql.grant_roles import GrantRoles
from emulator.providers.postgresql.grants import Grants
from emulator.providers.postgresql.handler import Handler
from emulator.providers.postgresql.outputs import (
    imported_inputs,
    previewed,
    recorded,
    refreshed_inputs,
    unset_lists,
)
from emulator.providers.postgresql.roles import Roles
from emulator.providers.postgresql.schemas import Schemas
from emulator.providers.postgresql.tokens import iam_token
from emulator.providers.provider import (
    Checked,
    Difference,
    PartialError,
    Provider,
    ProviderError,
    Resource,
)
from emulator.values import Properties

VERSION: Final = "3.18.2"
HANDLERS: Final[Mapping[str, Handler]] = {
    "postgresql:index/role:Role": Roles(),
    "postgresql:index/database:Database": Databases(),
    "postgresql:index/grant:Grant": Grants(),
    "postgresql:index/grantRole:GrantRole": GrantRoles(),
    "postgresql:index/schema:Schema": Schemas(),
    "postgresql:index/defaultPrivileges:DefaultPrivileges": DefaultPrivileges(),
    "postgresql:index/defaultPrivileg:DefaultPrivileg": DefaultPrivileges(),
    "postgresql:index/extension:Extension": Extensions(),
}


class PostgresqlProvider(Provider):
    """One configured provider; acts as the context's principal where it signs in by IAM."""

    def __init__(self, context: ProviderContext) -> None:
        self._context = context
        self._connections: Connections | None = None
        self._unknown_keys: list[str] = []

    def check_config(self, urn: str, news: Properties) -> Checked:
        """Refuse unknown and unsupported settings, and values of the wrong kind."""
        failures = configuration.problems(configuration.decoded(news))
        return Checked(inputs=news, failures=failures)

    def configure(self, config: Properties) -> None:
        """Take the settings and sign the one IAM token; connects to nothing."""
        decoded = configuration.decoded(config)
        failures = configuration.problems(decoded)
        if failures:
            raise ProviderError("; ".join(failure.reason for failure in failures))
        self._connections = None
        self._unknown_keys = configuration.unknown_keys(decoded)
        if self._unknown_keys:
            return
        settings = configuration.settings(decoded, self._context.ca_file, self._context.folder)
        password = iam_token(self._context, settings) if settings.iam_auth else settings.password
        self._connections = Connections(settings, password)

    def check(self, urn: str, type_: str, olds: Properties, news: Properties) -> Checked:
        """Check inputs against the type's properties and fill in defaults."""
        inputs, failures = _handler(type_).resource_type.check(urn, olds, news)
        return Checked(inputs=inputs, failures=failures)

    def diff(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
    ) -> Difference:
        """Compare inputs with the recorded outputs; asks no server."""
        return difference(_handler(type_).resource_type, old_outputs, news)

    def create(self, urn: str, type_: str, inputs: Properties, *, preview: bool) -> Resource:
        """Create and read back."""
        handler = _handler(type_)
        kind = handler.resource_type
        new = planned(kind, {}, inputs)
        if preview:
            return Resource(id="", outputs=previewed(kind, "", new, inputs, {}))
        with self._working("create", kind, str(inputs.get("name", "")), new) as connections:
            id_ = handler.create(connections, new)
        outputs = self._read_back(handler, id_, new, inputs, unset_lists(kind, {}))
        return Resource(id=id_, outputs=outputs)

    def read(
        self, urn: str, type_: str, id_: str, inputs: Properties, outputs: Properties
    ) -> Resource | None:
        """Read from the catalogue; what the program did not say stays out of the inputs."""
        handler = _handler(type_)
        kind = handler.resource_type
        is_import = not outputs and not inputs
        if is_import and not kind.importable:
            msg = f"{kind.name} cannot be imported: the plugin cannot tell its parts from an id"
            raise ProviderError(msg)
        state = standing(kind, outputs or inputs)
        name = outputs.get("id", id_)  # a renamed resource keeps its old id everywhere else
        with self._working("read", kind, name, state) as connections:
            found = handler.read(connections, name, state)
        if found is None:
            return None
        new_id, properties = found
        unset = unset_lists(kind, outputs, after_refresh=True)
        stands = recorded(kind, new_id, properties, unset)
        found_inputs = (
            imported_inputs(kind, stands) if is_import else refreshed_inputs(kind, inputs, stands)
        )
        return Resource(id=new_id, outputs=stands, inputs=found_inputs)

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
        """Update in place and read back."""
        handler = _handler(type_)
        kind = handler.resource_type
        old, new = standing(kind, old_outputs), planned(kind, old_outputs, news)
        if preview:
            return previewed(kind, id_, new, news, old_outputs)
        id_ = old_outputs.get("id", id_)
        try:
            with self._working("update", kind, id_, {**old, **new}) as connections:
                new_id = handler.update(connections, id_, old, new)
        except ProviderError as error:
            raise self._half_done(handler, id_, old, old_inputs, error) from None
        return self._read_back(handler, new_id, new, news, unset_lists(kind, old_outputs))

    def delete(
        self, urn: str, type_: str, id_: str, inputs: Properties, outputs: Properties
    ) -> None:
        """Delete; an error counts only where the resource still stands after it."""
        handler = _handler(type_)
        state = standing(handler.resource_type, outputs)
        id_ = outputs.get("id", id_)
        try:
            with self._working("delete", handler.resource_type, id_, state) as connections:
                handler.delete(connections, state)
        except ProviderError:
            with self._working("read", handler.resource_type, id_, state) as connections:
                found = handler.read(connections, id_, state)
            if found is not None:
                raise

    def cancel(self) -> None:
        """Stop the statements that run now."""
        if self._connections is not None:
            self._connections.cancel()

    def _read_back(
        self,
        handler: Handler,
        id_: str,
        new: Properties,
        inputs: Properties,
        unset: frozenset[str],
    ) -> Properties:
        """Outputs after a change; what cannot be read back is recorded as it was wanted."""
        kind = handler.resource_type
        try:
            with self._working("read", kind, id_, new) as connections:
                found = handler.read(connections, id_, new)
        except ProviderError as error:
            outputs = recorded(kind, id_, new, unset)
            resource = Resource(id=id_, outputs=outputs, inputs=inputs)
            raise PartialError(str(error), resource) from None
        if found is None:
            msg = f"{kind.name} {id_!r} was made and is not there: see who removed it"
            raise ProviderError(msg)
        return recorded(kind, *found, unset)

    def _half_done(
        self,
        handler: Handler,
        id_: str,
        old: Properties,
        old_inputs: Properties,
        error: ProviderError,
    ) -> Exception:
        """The error, with the resource as it stands now where part of an update was done.

        The plugin records what was wanted instead, and does nothing more about it in the next run.
        """
        kind = handler.resource_type
        try:
            with self._working("read", kind, id_, old) as connections:
                found = handler.read(connections, id_, old)
        except ProviderError:
            return error
        if found is None or found[1] == old:
            return error
        outputs = recorded(kind, *found)
        inputs = refreshed_inputs(kind, old_inputs, outputs)
        return PartialError(str(error), Resource(id=found[0], outputs=outputs, inputs=inputs))

    @contextmanager
    def _working(
        self, action: str, kind: ResourceType, label: str, state: Properties
    ) -> Iterator[Connections]:
        """Connections to work with; PostgreSQL's errors come out as ProviderError."""
        if self._connections is None:
            keys = ", ".join(self._unknown_keys) or "nothing"
            msg = f"the postgresql provider is not configured: {keys} is still unknown"
            raise ProviderError(msg)
        hidden = [str(state[name]) for name, item in kind.attributes.items() if item.secret]
        what = f"could not {action} {kind.name} {label!r}".removesuffix(" ''")
        try:
            _ = self._connections.major_version  # reaches the provider's own database
            yield self._connections
        except psycopg.Error as error:
            text = redact(describe(error), hidden)
        except ProviderError as error:
            text = redact(str(error), hidden)
        else:
            return
        raise ProviderError(f"{what}: {text}")


def _handler(type_: str) -> Handler:
    if type_ not in HANDLERS:
        supported = ", ".join(sorted({handler.resource_type.name for handler in HANDLERS.values()}))
        msg = f"the emulator's postgresql provider has no {type_}; it has {supported}"
        raise ProviderError(msg)
    return HANDLERS[type_]
