"""`python -m operations prove`: try to break the isolation of the stages, and say what opened."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
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
from operations.prove.ways import Clients, Credentials, NoWayError, own_clients
from policies.stage_map import Stage, Stages, load_stages
from stages.problems import SettingsError
from stages.stack_files import stack_files

FINE: Final = 0
WRONG: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130
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
    help="Prints keys of the principal {arn}, as a credential_process does; of the account's "
    "administrator for arn:aws:iam::ACCOUNT:root. Without it nothing is made or changed, and "
    "IAM's policy simulator answers for roles.",
)
@click.option(
    "--profile",
    "profiles",
    metavar="NAME",
    multiple=True,
    help="AWS profiles of the stages' accounts, where no command gives keys; else the environment.",
)
def prove(
    stage: str | None,
    json_wanted: bool,
    markdown: Path | None,
    credentials_command: str | None,
    profiles: tuple[str, ...],
) -> None:
    """Try every door as every principal, and compare what opens with what should.

    Exit codes: 0 all is as it should be, 1 something leaks or a door is shut, 2 it could not be
    tried, 130 it was interrupted.
    """
    signal.signal(signal.SIGTERM, _end)
    try:
        stages = _stages()
        selected = _selected(stages, stage)
        credentials = Credentials(credentials_command) if credentials_command else None
        operators = _operators(stages, selected, credentials, profiles)
        cells = _prove(
            Proof(stages=stages, selected=selected, operators=operators, credentials=credentials)
        )
    except (NoWayError, SettingsError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(FAILED)
    except (psycopg.Error, ClientError, BotoCoreError) as error:
        click.echo(f"error: the trials broke off: {error}", err=True)
        click.echo("  next: are all stages up, and nobody changes them meanwhile?", err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        click.echo("interrupted: what was made for the trials is removed", err=True)
        sys.exit(INTERRUPTED)
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


def _operators(
    stages: Stages,
    selected: tuple[Stage, ...],
    credentials: Credentials | None,
    profiles: tuple[str, ...],
) -> dict[str, Clients]:
    """Administrators by account: of all accounts, or of as many as there are credentials for."""
    regions = {stage.account_id: stage.names.region for stage in stages.all.values()}
    if credentials is not None:
        return {id_: credentials.administrator(id_, region) for id_, region in regions.items()}
    found = dict(own_clients(name, selected[0].names.region) for name in profiles or (None,))
    for stage in selected:
        if stage.account_id not in found:
            msg = (
                f"The credentials are of account {', '.join(found)}; stage {stage.name} is in "
                f"{stage.account_id}.\n  next: name a profile of each account with --profile, or "
                "one stage with --stage."
            )
            raise NoWayError(msg)
    return {id_: clients for id_, clients in found.items() if id_ in regions}


def _prove(proof: Proof) -> list[Cell]:
    """The trials, with their progress on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("")

        def tell(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        return replace(proof, progress=tell).run()


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Let everything be removed that was made, as after Ctrl-C."""
    raise KeyboardInterrupt
