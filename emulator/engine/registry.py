"""Provider instances of a deployment by reference, and the life of provider resources."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final

from emulator.engine.builtin import BuiltinProvider
from emulator.engine.goal import Goal
from emulator.engine.provider_answers import Differs
from emulator.engine.provider_client import ProviderClient
from emulator.engine.resource_state import ResourceState
from emulator.engine.urn import (
    PROVIDER_TYPE_PREFIX,
    UNKNOWN_ID,
    name_of,
    package_of,
    provider_reference,
    split_reference,
)
from emulator.errors import UserError
from emulator.values import Properties

BUILTIN_PACKAGE: Final = "pulumi"
DYNAMIC_PACKAGE: Final = "pulumi-python"
ENGINE_KEYS: Final = frozenset({"version", "__internal", "pluginDownloadURL"})
"""Inputs of a provider resource that speak to the engine and never reach the provider."""


class ProviderRegistry:
    """Connects, configures and remembers provider instances.

    `targets` maps a package to the address of its plugin; `start_dynamic` starts the project's own
    dynamic providers on first use and answers their address.
    """

    def __init__(
        self,
        targets: Mapping[str, str],
        start_dynamic: Callable[[], Awaitable[str]],
        register: Callable[[Goal], Coroutine[Any, Any, ResourceState]],
        config: Mapping[str, Any],
        *,
        preview: bool,
    ) -> None:
        self._targets = targets
        self._start_dynamic = start_dynamic
        self._register = register
        self._config = config
        self._preview = preview
        self._clients: dict[str, ProviderClient] = {}
        self._checked: dict[str, ProviderClient] = {}
        self._defaults: dict[tuple[str, str], asyncio.Task[ResourceState]] = {}
        self._loading: dict[str, asyncio.Task[ProviderClient]] = {}

    async def close(self) -> None:
        """Close every connection."""
        for client in {*self._clients.values(), *self._checked.values()}:
            await client.close()

    async def cancel(self) -> None:
        """Ask every provider to stop waiting."""
        await asyncio.gather(*(client.cancel() for client in set(self._clients.values())))

    def get(self, reference: str) -> ProviderClient | None:
        """Configured provider of a reference."""
        return self._clients.get(reference)

    async def default(self, package: str, version: str) -> str:
        """Reference to a package's default provider, registered on first use."""
        key = (package, version)
        if key not in self._defaults:
            self._defaults[key] = asyncio.create_task(
                self._register(self._default_goal(package, version))
            )
        state = await self._defaults[key]
        return provider_reference(state.urn, state.id)

    async def ensure(
        self, reference: str, find_states: Callable[[], Mapping[str, ResourceState]]
    ) -> ProviderClient:
        """Provider of a reference, configured from a checkpoint where the program has not.

        `find_states` gives provider resources by reference. Raises UserError for an unknown one.
        """
        if client := self._clients.get(reference):
            return client
        if reference not in self._loading:
            state = find_states().get(reference)
            if state is None:
                msg = (
                    f"no provider {split_reference(reference)[0]} in the checkpoint or the program"
                )
                raise UserError(msg)
            self._loading[reference] = asyncio.create_task(self._load(state))
        return await self._loading[reference]

    async def _load(self, state: ResourceState) -> ProviderClient:
        client = await self._connect(package_of(state.type))
        await self._configure(client, state.urn, state.id, state.inputs)
        return client

    # A provider resource's own life: the same operations that a provider offers for others.

    async def check(self, urn: str, type_: str, news: Properties) -> tuple[Properties, list[str]]:
        """Check a provider's configuration."""
        client = await self._connect(package_of(type_))
        checked, failures = await client.check_config(urn, provider_config(news))
        kept = {key: value for key, value in news.items() if key in ENGINE_KEYS}
        if earlier := self._checked.pop(urn, None):
            await earlier.close()
        self._checked[urn] = client
        return checked | kept, failures

    async def diff(self, urn: str, type_: str, olds: Properties, news: Properties) -> Differs:
        """Compare two configurations of one provider."""
        client = self._checked.get(urn) or await self._connect(package_of(type_))
        old_config, new_config = provider_config(olds), provider_config(news)
        if old_config == new_config:
            return Differs(some=olds != news, changed=_changed(olds, news))
        differs = await client.diff_config(urn, old_config, new_config)
        differs.some = True
        differs.changed = differs.changed or _changed(olds, news)
        return differs

    async def stand(self, urn: str, id_: str, inputs: Properties) -> str:
        """Configure the provider that `check` connected; its id, a new one where it has none."""
        id_ = id_ or (UNKNOWN_ID if self._preview else str(uuid.uuid4()))
        client = self._checked.pop(urn)
        await self._configure(client, urn, id_, inputs)
        return "" if id_ == UNKNOWN_ID else id_

    async def _configure(
        self, client: ProviderClient, urn: str, id_: str, inputs: Properties
    ) -> None:
        await client.configure(urn, name_of(urn), provider_config(inputs))
        self._clients[provider_reference(urn, id_)] = client

    async def _connect(self, package: str) -> ProviderClient:
        if package == BUILTIN_PACKAGE:
            return BuiltinProvider()
        if package == DYNAMIC_PACKAGE:
            return ProviderClient(package, await self._start_dynamic())
        target = self._targets.get(package)
        if target is None:
            known = ", ".join(sorted([*self._targets, DYNAMIC_PACKAGE]))
            msg = f"the emulator has no provider for package {package!r}; it has: {known}"
            raise UserError(msg)
        return ProviderClient(package, target)

    def _default_goal(self, package: str, version: str) -> Goal:
        suffix = f"_{version}".replace(".", "_") if version else ""
        inputs: Properties = self._config_of(package)
        if version:
            inputs["version"] = version
        return Goal(
            type=PROVIDER_TYPE_PREFIX + package,
            name=f"default{suffix}",
            custom=True,
            parent="",
            properties=inputs,
        )

    def _config_of(self, package: str) -> Properties:
        """A package's configuration; dynamic providers get the project's own, by full key."""
        project = str(self._config["project"])
        values: Mapping[str, Any] = self._config["values"]
        if package == DYNAMIC_PACKAGE:
            return {k: v for k, v in values.items() if k.startswith(f"{project}:")}
        prefix = f"{package}:"
        return {k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)}


def provider_config(inputs: Properties) -> Properties:
    """Inputs of a provider resource without what only the engine reads."""
    return {key: value for key, value in inputs.items() if key not in ENGINE_KEYS}


def _changed(olds: Properties, news: Properties) -> list[str]:
    return sorted(key for key in olds | news if olds.get(key) != news.get(key))
