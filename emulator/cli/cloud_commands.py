"""`start`, `stop`, `status` and `reset` of the emulated cloud."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click

from emulator.cli import exit_codes
from emulator.cli.console import ask, is_interactive, note, write
from emulator.cli.options import common_options
from emulator.cli.services import Services
from emulator.cli.workspace import Workspace, open_workspace
from emulator.errors import UserError


@click.command()
@common_options
@click.pass_obj
def start(services: Services, /, cwd: str | None, **_: Any) -> None:
    """Start the emulated cloud, where it does not run."""
    cloud = services.start(open_workspace(cwd).home, note)
    write(f"the emulated AWS answers at {cloud.endpoint_url} (process {cloud.pid})")


@click.command()
@common_options
@click.pass_obj
def stop(services: Services, /, cwd: str | None, **_: Any) -> None:
    """Stop the emulated cloud and all that it runs."""
    stopped = services.stop(open_workspace(cwd).home)
    write("stopped; what the stacks had made is gone" if stopped else "nothing was running")


@click.command()
@common_options
@click.pass_obj
def status(services: Services, /, cwd: str | None, **_: Any) -> None:
    """Show what runs, and what the stacks were made on."""
    from emulator.state.lock import holders
    from emulator.state.made_on import cloud_id_of

    workspace = open_workspace(cwd)
    cloud = services.running(workspace.home)
    if cloud is None:
        write("cloud    does not run (`python -m emulator start`, or any `up`)")
    else:
        write(f"cloud    process {cloud.pid} at {cloud.endpoint_url}, log {cloud.log_file}")
        for line in services.describe(workspace.home):
            write(f"         {line}")
    write(f"state    {workspace.backend.root}")
    for stack in workspace.known_stacks():
        store = workspace.store(workspace.stack_name(stack))
        if not store.exists:
            write(f"stack    {stack}: not up")
            continue
        made_on = cloud_id_of(workspace.home, store.name)
        count = store.raw().resource_count
        here = "" if not count or made_on in (None, cloud and cloud.id) else ", its cloud is gone"
        cut = ", a run was cut off" if store.files.journal.exists() else ""
        held = "".join(f", locked by {holder}" for holder in holders(store.files))
        write(f"stack    {stack}: {count} resources{here}{held or cut}")


@click.command()
@common_options
@click.option("-y", "--yes", is_flag=True, help="Go on without asking.")
@click.pass_obj
def reset(
    services: Services, /, cwd: str | None, *, yes: bool, non_interactive: bool, **_: Any
) -> int:
    """Stop the emulated cloud and remove all state of this project's stacks."""
    from emulator.state.lock import holders

    workspace = open_workspace(cwd)
    if not yes:
        if not is_interactive(non_interactive=non_interactive):
            msg = "--yes must be passed in to proceed when running in non-interactive mode"
            raise UserError(msg, exit_codes.CONFIGURATION)
        if ask(f"Remove everything in {workspace.home.root}?", ("yes", "no")) != "yes":
            return exit_codes.CANCELLED
    for stack in workspace.backend.stacks(workspace.project.name):
        for holder in holders(workspace.store(workspace.stack_name(stack)).files):
            if not holder.is_dead():
                msg = f"stack {stack!r} is locked by another run: {holder}. Wait until it ends."
                raise UserError(msg, exit_codes.FAILURE)
    services.stop(workspace.home)
    for path in _kept_files(workspace):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    write(f"everything in {workspace.home.root} is removed")
    return exit_codes.SUCCESS


def _kept_files(workspace: Workspace) -> list[Path]:
    """What the emulator keeps in its home; nothing else that may be there is touched."""
    home = workspace.home
    files = [home.passphrase_file, home.key_cache_file, home.error_log]
    return [home.state, home.cloud, home.made_on, *files]
