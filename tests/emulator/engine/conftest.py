"""A provider in memory on a port, and a project that runs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from emulator.providers.creations import Creations
from emulator.providers.server import ProviderServer
from tests.emulator.engine.harness import Engine
from tests.emulator.engine.memory_provider import Memory, MemoryProvider


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "pulumi_cli: needs a real `pulumi`, skipped without one")


class TimedServer(ProviderServer):
    """Also notes the time that the engine gives an operation: a Provider is not told."""

    def __init__(self, memory: Memory) -> None:
        super().__init__("1.0.0", lambda: MemoryProvider(memory), Creations())
        self._memory = memory

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._memory.record("create timeout", request.urn.rsplit("::", 1)[1], request.timeout)
        return super().Create(request, context)


@pytest.fixture(scope="session")
def make_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Engine]]:
    """Makes projects, each with a provider server and a cloud of its own."""
    engines = []

    def make() -> Engine:
        memory = Memory()
        folder: Path = tmp_path_factory.mktemp("project")
        made = Engine(folder, memory, TimedServer(memory))
        engines.append(made)
        return made

    yield make
    for engine in engines:
        engine.stop()


@pytest.fixture
def engine(make_engine: Callable[[], Engine]) -> Engine:
    return make_engine()
