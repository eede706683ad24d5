"""Runs the program in a process of its own and waits until it has registered everything."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import Process

from emulator.engine import children
from emulator.engine.context import Context, DeploymentError
from emulator.engine.events import Severity
from emulator.engine.monitor import EngineService, ResourceMonitor
from emulator.engine.request import DeploymentRequest

FORGOTTEN_PREFIXES = ("AWS_", "PULUMI_CONFIG_", "PG")
"""The caller's variables that say who signs in as whom: a child gets them from its session."""


def child_environment(request: DeploymentRequest, *, preview: bool) -> dict[str, str]:
    """Environment of the program, its dynamic providers and its policy packs."""
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(FORGOTTEN_PREFIXES)
    }
    return inherited | {
        **request.session.environment,
        "ENGINE_PID": str(os.getpid()),
        "PULUMI_PROJECT": request.project,
        "PULUMI_STACK": request.stack,
        "PULUMI_ORGANIZATION": request.organization,
        "PULUMI_ROOT_DIRECTORY": str(request.project_folder),
        "PULUMI_DRY_RUN": "true" if preview else "false",
        "PULUMI_PARALLEL": str(request.parallel),
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(sorted(request.config_secret_keys)),
        "PYTHONUNBUFFERED": "1",
        "GRPC_VERBOSITY": "ERROR",
    }


async def run_program(
    context: Context,
    monitor: ResourceMonitor,
    service: EngineService,
    address: str,
    started: list[Process],
) -> Process:
    """Run the program until it has registered everything, has ended, or must be stopped.

    The process comes back: it waits for `monitor.released` where the SDK does. It is among those
    `started` from its beginning on.
    """
    request = context.request
    environment = child_environment(request, preview=context.preview)
    environment |= {"PULUMI_MONITOR": address, "PULUMI_ENGINE": address}
    arguments = ["program", str(request.program)]
    process = await children.launch(request.python, arguments, request.project_folder, environment)
    started.append(process)
    streams = [
        asyncio.create_task(_relay(context, process.stdout, Severity.INFO)),
        asyncio.create_task(_relay(context, process.stderr, Severity.INFO_ERROR)),
    ]
    ended = asyncio.create_task(process.wait())
    signalled = asyncio.create_task(monitor.signalled.wait())
    stopping = asyncio.create_task(context.stopping.wait())
    await asyncio.wait({ended, signalled, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (signalled, stopping):
        task.cancel()
    if ended.done():
        await asyncio.wait(streams)
        _judge(context, service, ended.result())
    return process


def _judge(context: Context, service: EngineService, exit_code: int) -> None:
    """A program that ended by itself has succeeded with exit code 0 and nothing else."""
    if not exit_code:
        return
    how = f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
    if not service.said_error:
        context.error(f"the program ended with {how} and said no reason")
    raise DeploymentError(how)  # what it did not come to register must not be deleted


async def _relay(context: Context, stream: asyncio.StreamReader | None, severity: Severity) -> None:
    while stream is not None and (line := await stream.readline()):
        context.say(severity, line.decode(errors="replace").rstrip("\n"))
