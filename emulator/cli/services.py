"""What the commands need of the engine and the cloud; tests give their own.

Imports wait until something is called: `--help` and `stack ls` must not pay for gRPC.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.home import Home

if TYPE_CHECKING:
    from emulator.cloud.client import Cloud
    from emulator.engine.request import DeploymentRequest, DeploymentResult


def _run(request: DeploymentRequest) -> DeploymentResult:
    from emulator.engine.deployment import run

    return run(request)


def _running(home: Home) -> Cloud | None:
    from emulator.cloud.client import running

    return running(home)


def _start(home: Home, progress: Callable[[str], None]) -> Cloud:
    from emulator.cloud.client import start

    return start(home, progress)


def _stop(home: Home) -> bool:
    from emulator.cloud.client import stop

    return stop(home)


def _describe(home: Home) -> list[str]:
    from emulator.cloud.client import status

    current = status(home)
    if current is None:
        return []
    lines = [f"accounts {', '.join(current.accounts) or 'none yet'}, since {current.started_at}"]
    lines += [
        f"database {database.identifier} in {database.account_id}: {database.state} at "
        f"{database.address}:{database.port}, PostgreSQL {database.engine_version}"
        for database in current.databases
    ]
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The engine and the cloud."""

    run: Callable[[DeploymentRequest], DeploymentResult] = _run
    running: Callable[[Home], Cloud | None] = _running
    start: Callable[[Home, Callable[[str], None]], Cloud] = _start
    stop: Callable[[Home], bool] = _stop
    describe: Callable[[Home], list[str]] = _describe
    """What the running cloud holds, a line each."""
