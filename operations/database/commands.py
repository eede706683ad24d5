"""`python -m operations database …`: what is done to a stage's databases beside the program."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click
import psycopg
from rich.console import Console
from rich.table import Table

from operations.database.differences import Violation
from operations.database.errors import FailedError, RefusedError
from operations.database.truncating import Affected
from operations.server_sessions import NoSessionError
from operations.stage_files import StageFile, UnknownStageError, read_stage
from stages.problems import SettingsError

FINE: Final = 0
REFUSED: Final = 1
FAILED: Final = 2


@click.group()
def database() -> None:
    """Look after a stage's databases.

    Exit codes: 0 done, 1 refused, or violations were found, 2 it could not be done or looked at.
    """


def _command(function: Callable[..., int]) -> Callable[..., None]:
    """Turn what a command's errors say into its exit code."""

    @functools.wraps(function)
    def run(**options: Any) -> None:
        try:
            code = function(**options)
        except RefusedError as error:
            click.echo(f"refused: {error}", err=True)
            code = REFUSED
        except (FailedError, NoSessionError, SettingsError, UnknownStageError) as error:
            click.echo(f"error: {error}", err=True)
            code = FAILED
        except psycopg.Error as error:
            click.echo(f"error: {error.diag.message_primary or error}", err=True)
            code = FAILED
        sys.exit(code)

    return run


STAGE = click.option("--stage", required=True, metavar="STAGE", help="The stage.")
DATABASE = click.option(
    "--database", "name", metavar="NAME", help="One of its databases, without the stage."
)
YES = click.option("--yes", is_flag=True, help="Do not ask.")


@database.command()
@STAGE
@DATABASE
@click.option("--json", "as_json", is_flag=True, help="Write one JSON document.")
@_command
def check(stage: str, name: str | None, as_json: bool) -> int:
    """Compare the live schema with the declared one; reads only."""
    from operations.database.checking import check as find_violations

    found = read_stage(stage)
    violations = find_violations(found, _databases(found, name))
    if as_json:
        click.echo(json.dumps([asdict(violation) for violation in violations], indent=2))
    else:
        show_violations(stage, violations)
    return REFUSED if violations else FINE


@database.command()
@STAGE
@DATABASE
@_command
def migrate(stage: str, name: str | None) -> int:
    """Apply the migrations that are pending, signed in as the stage's admin."""
    from operations.database.declared import find_schema
    from operations.database.migrating import migrate as apply
    from operations.server_sessions import find_server

    found = read_stage(stage)
    server = find_server(found)
    for each in _databases(found, name):
        full_name = found.names.database(each)
        done = apply(server, found.names.admin, full_name, find_schema(each))
        click.echo(f"{full_name}: applied {', '.join(done) or 'nothing: it is up to date'}")
    return FINE


@database.command()
@STAGE
@DATABASE
@click.option("--check", "only_check", is_flag=True, help="Only say whether it is up to date.")
@_command
def declare(stage: str, name: str | None, only_check: bool) -> int:
    """Write declared.json from the migrations, tried on a disposable stage's server."""
    from operations.database.declared import find_schema
    from operations.database.declaring import declare as make
    from operations.server_sessions import find_server

    found = read_stage(stage)
    server = find_server(found)
    stale = []
    for each in _databases(found, name):
        schema = find_schema(each)
        text = make(server, found, schema).as_json()
        file = schema.snapshot_file
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            click.echo(f"{file}: up to date")
        elif only_check:
            stale.append(str(file))
        else:
            file.write_text(text, encoding="utf-8")
            click.echo(f"{file}: written")
    if stale:
        raise RefusedError(f"{', '.join(stale)} is not what the migrations make: declare it anew.")
    return FINE


@database.command()
@STAGE
@DATABASE
@click.option("--table", required=True, metavar="[SCHEMA.]TABLE", help="The table to empty.")
@click.option("--cascade", is_flag=True, help="Empty the tables that refer to it, too.")
@YES
@_command
def truncate(stage: str, name: str | None, table: str, cascade: bool, yes: bool) -> int:
    """Empty a table of a disposable stage, in one transaction."""
    from operations.database import truncating
    from operations.database.disposable import refuse_unless_disposable
    from operations.server_sessions import find_server

    found = read_stage(stage)
    refuse_unless_disposable(found, "truncate")
    full_name = found.names.database(_one_database(found, name))
    with find_server(found).connect(
        found.names.admin, full_name, application="database truncate"
    ) as connection:
        affected = truncating.find_affected(connection, table)
        show_affected(full_name, affected)
        truncating.refuse_dependants(affected, cascade=cascade)
        confirm(f"Empty {'all of these' if affected[1:] else 'this'} in {full_name}?", yes=yes)
        truncating.truncate(connection, affected)
    click.echo(f"{full_name}: {', '.join(one.name for one in affected)} emptied")
    return FINE


@database.command()
@STAGE
@DATABASE
@YES
@click.option(
    "--engine",
    default="pulumi",
    envvar="ENGINE",
    show_default=True,
    help="The command that previews and ups, also from the variable ENGINE.",
)
@click.option(
    "--grace",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="Seconds that sessions get to end a transaction.",
)
@_command
def recreate(stage: str, name: str | None, yes: bool, engine: str, grace: float) -> int:
    """Drop a disposable stage's database and make it anew, with grants and schema.

    It raises the database's generation in the stack file and ups. Run it again where it was cut
    short: it goes on from there.
    """
    from operations.database.declared import find_schema
    from operations.database.disposable import refuse_unless_disposable
    from operations.database.engine import Engine
    from operations.database.recreating import Recreation
    from operations.server_sessions import find_server

    found = read_stage(stage)
    refuse_unless_disposable(found, "recreate")
    recreation = Recreation(
        stage=found,
        schema=find_schema(_one_database(found, name)),
        server=find_server(found),
        engine=Engine(command=engine, folder=Path()),
        grace_seconds=grace,
        say=click.echo,
        confirm=functools.partial(confirm, yes=yes),
    )
    violations = recreation.run()
    show_violations(stage, violations)
    return REFUSED if violations else FINE


def confirm(question: str, *, yes: bool) -> None:
    """Ask, unless that is not wanted. Raises RefusedError for a no, and where nobody can answer."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise RefusedError("There is nobody to ask; nothing was changed. --yes does not ask.")
    if not click.confirm(question):
        raise RefusedError("nothing was changed.")


def _one_database(stage: StageFile, name: str | None) -> str:
    databases = _databases(stage, name)
    if len(databases) > 1:
        msg = f"{stage.file.name} has {', '.join(databases)}: name one with --database."
        raise FailedError(msg)
    return databases[0]


def _databases(stage: StageFile, name: str | None) -> tuple[str, ...]:
    known = tuple(stage.settings.tenant.databases)
    if name is None:
        return known
    if name not in known:
        msg = f"{stage.file.name} has no database {name!r}; it has {', '.join(known)}."
        raise FailedError(msg)
    return (name,)


def show_affected(database: str, affected: list[Affected]) -> None:
    """Print what would go."""
    table = Table("table", "rows", "MB", "sequences", "why", title=database, title_justify="left")
    for one in affected:
        size = f"{one.size_bytes / 1e6:,.1f}"
        sequences = ", ".join(one.sequences)
        table.add_row(one.name, f"{one.rows:,}", size, sequences, one.because or "named")
    Console(highlight=False, width=None if sys.stdout.isatty() else 120).print(table)


def show_violations(stage: str, violations: list[Violation]) -> None:
    """Print what was found, each with what to do, and a last line that counts."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for violation in violations:
        console.print(f"{violation.kind}: {violation.what}, in {violation.where}", style="bold")
        console.print(f"  expected: {violation.expected}")
        console.print(f"  found:    {violation.found}")
        console.print(f"  next:     {violation.next_step}")
    count = len(violations)
    console.print(f"{stage}: {count} violation{'' if count == 1 else 's'} of the declared schema")
