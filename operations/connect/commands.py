"""`python -m operations connect`: read a stage's database through its door."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import click
from rich.console import Console

from operations.connect import shown
from operations.connect.door import find_door
from operations.connect.errors import ConnectError
from operations.connect.opening import OpenDoor, Say, open_door
from operations.stage_files import UnknownStageError, read_stage
from stages.problems import SettingsError

FAILED: Final = 2
SESSION_ENDED: Final = 3
NOT_FOUND: Final = 127
SIGNAL_BASE: Final = 128
ENDING_SECONDS: Final = 5


@click.command()
@click.option("--stage", required=True, metavar="STAGE", help="The stage.")
@click.option("--database", metavar="NAME", help="One of its databases, without the stage.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Local port; one that is free where none is given.",
)
@click.option("--exec", "runs", is_flag=True, help="Run CLIENT through the door, and end with it.")
@click.argument("client", nargs=-1, type=click.UNPROCESSED)
def connect(
    stage: str, database: str | None, port: int, runs: bool, client: tuple[str, ...]
) -> None:
    """Read a stage's database through its read-only door.

    Takes on the door's role with your own credentials, forwards a local port through the gateway
    and signs in by a token that it renews; prints how clients come in, until Ctrl-C. With --exec
    it runs CLIENT instead, with libpq's variables set: --exec -- pgcli

    Exit codes: CLIENT's own; without one 0 after Ctrl-C, 3 where the session ended by itself;
    2 where none came about.
    """
    if runs != bool(client):
        raise click.UsageError("--exec takes a client: --exec -- pgcli")
    sys.exit(_run(stage, database, port, client))


def _run(stage: str, database: str | None, port: int, client: tuple[str, ...]) -> int:
    try:
        door = find_door(read_stage(stage, Path()), database, os.environ)
        with _ends_on_signals(), _progress() as say, open_door(door, port, say) as opened:
            say("")
            return _execute(opened, client) if client else _hold(opened)
    except (ConnectError, SettingsError, UnknownStageError) as error:
        click.echo(f"error: {error}", err=True)
        return FAILED
    except _EndedError as ended:
        return 0 if ended.number == signal.SIGINT else SIGNAL_BASE + ended.number


def _hold(opened: OpenDoor) -> int:
    """Say how to come in, and keep it so until somebody ends it."""
    client = opened.client
    door = client.door
    console = Console(highlight=False, soft_wrap=True, markup=False)
    console.print(
        f"{door.database} as {door.user}, through {opened.gateway} and "
        f"127.0.0.1:{client.port}, until Ctrl-C."
    )
    for title, text in (
        ("A client", shown.psql(client)),
        ("A URL for SQLAlchemy", shown.url(client)),
        ("A notebook", shown.notebook(client)),
    ):
        console.print(f"\n{title}:", style="bold")
        console.print(text, style="cyan")
    sys.stdout.flush()
    while True:
        try:
            opened.tunnel.process.wait(opened.renew_when_due())
        except subprocess.TimeoutExpired:
            continue
        click.echo(
            f"The session {opened.tunnel.session_id} ended by itself: the gateway stopped, "
            "somebody terminated it, or it said nothing for too long.\n  next: run this again.",
            err=True,
        )
        return SESSION_ENDED


def _execute(opened: OpenDoor, client: tuple[str, ...]) -> int:
    """Run a client; its exit code."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PGPASSWORD", "PGSERVICE")}
    # the terminal sends Ctrl-C to the client as well, for which it may mean something else
    signal.signal(signal.SIGINT, lambda *_: None)
    try:
        process = subprocess.Popen(client, env=kept | opened.client.variables)
    except OSError as error:
        click.echo(f"error: {shlex.join(client)} cannot be run: {error.strerror}", err=True)
        return NOT_FOUND
    try:
        while True:
            try:
                code = process.wait(opened.renew_when_due())
            except subprocess.TimeoutExpired:
                continue
            return code if code >= 0 else SIGNAL_BASE - code
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class _EndedError(Exception):
    """A signal asked for the end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def _ends_on_signals() -> Iterator[None]:
    """Have signals end what is running, so that everything is closed; the next one waits."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise _EndedError(number)

    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress() -> Iterator[Say]:
    """Says what is being done: in one line on a terminal, in many elsewhere."""
    console = Console(stderr=True, highlight=False, markup=False)
    if not console.is_terminal:
        yield lambda text: click.echo(text, err=True) if text else None
        return
    status = console.status("")
    status.start()

    def say(text: str) -> None:
        if text:
            status.update(text)
        else:
            status.stop()

    try:
        yield say
    finally:
        status.stop()
