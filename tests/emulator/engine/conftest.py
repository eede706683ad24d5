"""A provider in memory on a port, and a project that runs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.providers.creations import Creations
from emulator.providers.server import ProviderServer, serve
from tests.emulator.engine.harness import Engine
from tests.emulator.engine.memory_provider import Memory, MemoryProvider


@pytest.fixture(scope="session")
def make_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Engine]]:
    """Makes projects, each with a provider server and a cloud of its own."""
    servers = []

    def make() -> Engine:
        memory = Memory()
        servicer = ProviderServer("1.0.0", lambda: MemoryProvider(memory), Creations())
        server, port = serve(servicer)
        servers.append(server)
        folder: Path = tmp_path_factory.mktemp("project")
        return Engine(folder, memory, port)

    yield make
    for server in servers:
        server.stop(None)


@pytest.fixture
def engine(make_engine: Callable[[], Engine]) -> Engine:
    return make_engine()
