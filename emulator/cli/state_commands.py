"""`state unprotect`."""

from __future__ import annotations

from typing import Any

import click

from emulator.cli import exit_codes
from emulator.cli.console import ask, is_interactive, note, write
from emulator.cli.options import common_options, stack_option
from emulator.cli.workspace import open_workspace
from emulator.errors import UserError


@click.group()
def state() -> None:
    """Edit a stack's state."""


@state.command("unprotect")
@stack_option
@common_options
@click.option("--all", "everything", is_flag=True, help="Unprotect every resource.")
@click.option("-y", "--yes", is_flag=True, help="Go on without asking.")
@click.argument("urns", nargs=-1, metavar="[URN]...")
def unprotect(
    stack: str | None,
    cwd: str | None,
    urns: tuple[str, ...],
    *,
    everything: bool,
    yes: bool,
    non_interactive: bool,
    **_: Any,
) -> int:
    """Let resources be deleted that the program protects."""
    from emulator.state.lock import locked

    if bool(urns) == everything:
        msg = "name the URNs of resources to unprotect, or --all"
        raise UserError(msg, exit_codes.CONFIGURATION)
    store = open_workspace(cwd).existing(stack)
    if not yes and not _confirmed(store.name.stack, non_interactive=non_interactive):
        note("confirmation declined, nothing was changed")
        return exit_codes.CANCELLED
    with locked(store.files, "python -m emulator state unprotect", note):
        loaded = store.load()
        store.settle(loaded)
        resources = loaded.snapshot.resources
        known = {resource.urn for resource in resources}
        unknown = [urn for urn in urns if urn not in known]
        if unknown:
            protected = "\n  ".join(item.urn for item in resources if item.protect) or "none"
            msg = (
                f"no such resource exists in the current state: {', '.join(unknown)}\n"
                f"Protected ones:\n  {protected}"
            )
            raise UserError(msg, exit_codes.FAILURE)
        for resource in resources:
            if everything or resource.urn in urns:
                resource.protect = False
        store.write(loaded, loaded.snapshot)
    write("All resources unprotected" if everything else "Resources unprotected")
    return exit_codes.SUCCESS


def _confirmed(stack: str, *, non_interactive: bool) -> bool:
    if not is_interactive(non_interactive=non_interactive):
        msg = "--yes must be passed in to proceed when running in non-interactive mode"
        raise UserError(msg, exit_codes.CONFIGURATION)
    question = f"This edits the state of stack {stack} directly. Go on?"
    return ask(question, ("yes", "no")) == "yes"
