"""A provider that answers at once: what is left of a run's time is the engine's and the SDK's.

It speaks the same protocol through the same server as the emulator's own providers, in a process of
its own, so that both engines find it on a port. `python -m benchmarks.memory_provider` prints that
port and serves until its standard input ends.
"""

from __future__ import annotations

import sys
from typing import Final

from emulator.providers.creations import Creations
from emulator.providers.provider import Checked, Difference, Provider, Resource
from emulator.providers.server import ProviderServer, serve
from emulator.values import UNKNOWN, Properties

PACKAGE: Final = "bench"
VERSION: Final = "1.0.0"


class MemoryProvider(Provider):
    """Keeps nothing: what an engine tells of a resource is all there is to it."""

    def configure(self, config: Properties) -> None:
        """Take any configuration."""

    def check(self, urn: str, type_: str, olds: Properties, news: Properties) -> Checked:
        """Accept everything."""
        return Checked(inputs=news)

    def diff(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
    ) -> Difference:
        """Compare property by property; everything is updated in place."""
        changed = sorted(key for key in old_inputs | news if old_inputs.get(key) != news.get(key))
        return Difference(changed=changed)

    def create(self, urn: str, type_: str, inputs: Properties, *, preview: bool) -> Resource:
        """Name the resource after its URN."""
        if preview:
            return Resource(id="", outputs={**inputs, "arn": UNKNOWN})
        name = urn.rsplit("::", 1)[1]
        return Resource(id=name, outputs={**inputs, "arn": f"arn:bench:{type_}:{name}"})

    def read(
        self, urn: str, type_: str, id_: str, inputs: Properties, outputs: Properties
    ) -> Resource:
        """Answer what the engine knows."""
        return Resource(id=id_, outputs=outputs, inputs=inputs)

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
        """Take the new inputs."""
        return {**news, "arn": old_outputs["arn"]}

    def delete(
        self, urn: str, type_: str, id_: str, inputs: Properties, outputs: Properties
    ) -> None:
        """Forget nothing, since nothing was kept."""


def main() -> None:
    """Serve until standard input ends."""
    server, port = serve(ProviderServer(VERSION, MemoryProvider, Creations()))
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop(None).wait()


if __name__ == "__main__":
    main()
