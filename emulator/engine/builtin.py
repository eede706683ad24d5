"""The engine's own provider, behind references to other stacks; it needs no process."""

from __future__ import annotations

from emulator.engine.provider_answers import Differs
from emulator.engine.provider_client import ProviderClient
from emulator.values import Properties


class BuiltinProvider(ProviderClient):
    """Takes any configuration and makes nothing: `reading.py` answers for its one resource."""

    def __init__(self) -> None:
        self.package = "pulumi"
        self.known = True

    async def close(self) -> None:
        """Nothing is open."""

    async def cancel(self) -> None:
        """Nothing waits."""

    async def check_config(self, urn: str, news: Properties) -> tuple[Properties, list[str]]:
        """Take the configuration as it is."""
        return news, []

    async def diff_config(self, urn: str, olds: Properties, news: Properties) -> Differs:
        """Say whether they differ; it matters to nothing."""
        return Differs(some=olds != news)

    async def configure(self, urn: str, name: str, config: Properties) -> None:
        """Do nothing."""
