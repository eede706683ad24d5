"""Child processes that speak gRPC: dynamic providers and policy packs.

They run in a session of their own, so that a terminal's Ctrl-C reaches only the engine, and end
with the engine whatever ends it: `launcher.py` asks the kernel for that.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from emulator.errors import UserError

LAUNCHER: Final = Path(__file__).with_name("launcher.py")
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 3.0


async def launch(
    python: str, arguments: list[str], folder: Path, environment: Mapping[str, str]
) -> Process:
    """Start the launcher with the project's interpreter; its output comes through pipes."""
    try:
        return await asyncio.create_subprocess_exec(
            python,
            "-u",
            str(LAUNCHER),
            *arguments,
            cwd=folder,
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            start_new_session=True,
            limit=16 * 1024 * 1024,
        )
    except OSError as error:
        msg = f"cannot run the project's interpreter {python}: {error.strerror}"
        raise UserError(msg) from None


async def read_port(process: Process, what: str, on_line: Callable[[str], None]) -> int:
    """Port that a child prints as its first line; later lines go to `on_line`.

    Raises UserError with what the child said where it ends before.
    """
    assert process.stdout is not None  # noqa: S101 - opened by launch
    assert process.stderr is not None  # noqa: S101 - opened by launch
    said: list[str] = []
    errors = asyncio.create_task(_drain(process.stderr, said.append))
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
    except TimeoutError:
        line = b""
    if not line.strip().isdigit():
        await stop(process)
        await asyncio.wait([errors], timeout=STOP_SECONDS)
        text = "\n".join(said).strip() or line.decode(errors="replace").strip()
        msg = f"{what} did not start:\n{text or 'it ended without a word'}"
        raise UserError(msg)
    _keep(asyncio.create_task(_drain(process.stdout, on_line)))
    _keep(errors)
    return int(line)


async def stop(process: Process) -> None:
    """End a child and what it started, politely first."""
    if process.returncode is not None:
        return
    _signal(process, signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        _signal(process, signal.SIGKILL)
        await process.wait()


def _signal(process: Process, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


async def _drain(stream: asyncio.StreamReader, on_line: Callable[[str], None]) -> None:
    while line := await stream.readline():
        on_line(line.decode(errors="replace").rstrip("\n"))


_TASKS: Final[set[asyncio.Task[None]]] = set()


def _keep(task: asyncio.Task[None]) -> None:
    """Hold a reference until the task ends: the event loop itself keeps none."""
    _TASKS.add(task)
    task.add_done_callback(_TASKS.discard)
