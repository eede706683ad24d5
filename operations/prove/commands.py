"""`python -m operations prove`: try to break the isolation of the stages, and say what opened."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Final

import click
import psycopg
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from operations.prove.cells import Cell, Verdict
from operations.prove.matrix import count
from operations.prove.page import page
from operations.prove.proving import Proof
from operations.prove.showing import as_json, show
from operations.prove.ways import Credentials, NoWayError
from policies.stage_map import Stage, Stages, load_stages
from stages.problems import SettingsError
from stages.stack_files import stack_files

FINE: Final = 0
WRONG: Final = 1
FAILED: Final = 2
WIDTH: Final = 130
"""Columns where nobody looks on."""


@click.command()
@click.option("--stage", metavar="STAGE", help="Only what this stage reaches, and what reaches it.")
@click.option("--json", "json_wanted", is_flag=True, help="Write one JSON document.")
@click.option(
    "--markdown",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page as well.",
)
@click.option(
    "--credentials-command",
    metavar="COMMAND",
    envvar="PROVE_CREDENTIALS_COMMAND",
    required=True,
    help="Prints keys of the principal {arn}, as a credential_process does; of the account's "
    "administrator for arn:aws:iam::ACCOUNT:root.",
)
def prove(
    stage: str | None, json_wanted: bool, markdown: Path | None, credentials_command: str
) -> None:
    """Try every door as every principal, and compare what opens with what should.

    Exit codes: 0 all is as it should be, 1 something leaks or a door is shut, 2 it could not be
    tried.
    """
    signal.signal(signal.SIGTERM, _end)
    try:
        stages = _stages()
        selected = _selected(stages, stage)
        cells = _prove(stages, selected, Credentials(credentials_command))
    except (NoWayError, SettingsError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(FAILED)
    except (psycopg.Error, ClientError, BotoCoreError) as error:
        click.echo(f"error: the trials broke off: {error}", err=True)
        click.echo("  next: are all stages up, and nobody changes them meanwhile?", err=True)
        sys.exit(FAILED)
    if stage is not None:
        cells = [cell for cell in cells if stage in (cell.principal.stage, cell.target.stage)]
    if json_wanted:
        click.echo(as_json(cells))
    else:
        width = None if sys.stdout.isatty() else WIDTH
        show(Console(highlight=False, width=width), cells, list(stages.all))
    if markdown is not None:
        markdown.write_text(page(cells, list(stages.all)), encoding="utf-8")
    sys.exit(exit_code(cells))


def exit_code(cells: list[Cell]) -> int:
    """0 where all is as expected, 1 for leaks and shut doors, 2 where something was not tried."""
    counted = count(cells)
    if counted[Verdict.LEAK] or counted[Verdict.DOOR_SHUT]:
        return WRONG
    return FAILED if counted[Verdict.UNTRIED] else FINE


def _stages() -> Stages:
    names = sorted(stack_files(Path()))
    if not names:
        raise NoWayError(f"There is no stack file in {Path().resolve()}: go to the project.")
    return load_stages(Path(), names[0])


def _selected(stages: Stages, name: str | None) -> tuple[Stage, ...]:
    if name is None:
        return tuple(stages.all.values())
    if name not in stages.all:
        raise NoWayError(f"There is no stage {name!r}; there are {', '.join(stages.all)}.")
    return (stages.all[name],)


def _prove(stages: Stages, selected: tuple[Stage, ...], credentials: Credentials) -> list[Cell]:
    """The trials, with their progress on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("")

        def tell(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        return Proof(stages=stages, credentials=credentials, selected=selected, progress=tell).run()


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Let everything be removed that was made, as after Ctrl-C."""
    raise KeyboardInterrupt
