"""`stack ls`, `stack output`, `stack export` and `stack init`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from emulator.cli import exit_codes
from emulator.cli.console import note, write
from emulator.cli.options import common_options, stack_option
from emulator.cli.services import Services
from emulator.cli.workspace import Workspace, open_workspace
from emulator.errors import UserError

_SHOW_SECRETS = click.option("--show-secrets", is_flag=True, help="Write secrets in plain text.")
_JSON = click.option("--json", "-j", "as_json", is_flag=True, help="Write JSON.")


@click.group()
def stack() -> None:
    """Look at stacks."""


@stack.command("ls")
@common_options
@_JSON
def ls(cwd: str | None, *, as_json: bool, **_: Any) -> None:
    """List the project's stacks."""
    workspace = open_workspace(cwd)
    rows = [_summary(workspace, name) for name in workspace.backend.stacks(workspace.project.name)]
    if as_json:
        write(json.dumps(rows, indent=2))
        return
    table = [("NAME", "LAST UPDATE", "RESOURCE COUNT")]
    table += [(row["name"], _ago(row.get("lastUpdate")), str(row["resourceCount"])) for row in rows]
    widths = [max(len(line[column]) for line in table) for column in range(2)]
    for name, updated, count in table:
        write(f"{name:<{widths[0]}}  {updated:<{widths[1]}}  {count}")
    missing = [name for name in workspace.known_stacks() if name not in {r["name"] for r in rows}]
    if missing:
        note(f"stacks that have a file and are not up: {', '.join(missing)}")


def _summary(workspace: Workspace, stack_name: str) -> dict[str, Any]:
    raw = workspace.store(workspace.stack_name(stack_name)).raw()
    summary: dict[str, Any] = {"name": stack_name, "current": False}
    if raw.time and raw.resource_count:
        summary["lastUpdate"] = raw.time
    return summary | {"resourceCount": raw.resource_count}


def _ago(time: str | None) -> str:
    if time is None:
        return "n/a"
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(time)).total_seconds())
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count = seconds // size
        if count:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "now"


@stack.command("output")
@stack_option
@common_options
@_SHOW_SECRETS
@_JSON
@click.argument("name", required=False)
@click.pass_obj
def output(
    services: Services,
    /,
    stack: str | None,
    cwd: str | None,
    name: str | None,
    *,
    show_secrets: bool,
    as_json: bool,
    **_: Any,
) -> None:
    """Show a stack's outputs, or one of them."""
    from emulator.cli.stack_outputs import root_outputs
    from emulator.state.property_json import masked
    from emulator.values import without_secrets

    workspace = open_workspace(cwd)
    store = workspace.existing(stack)
    outputs = root_outputs(store.load().snapshot) or {}
    _say_if_gone(workspace, services, store.name.stack)
    shown = masked(without_secrets(outputs) if show_secrets else outputs)
    if name is not None:
        if name not in shown:
            known = f" Its outputs: {', '.join(sorted(shown))}." if shown else ""
            msg = f"current stack does not have output property '{name}'.{known}"
            raise UserError(msg, exit_codes.FAILURE)
        write(json.dumps(shown[name], indent=2) if as_json else _text(shown[name]))
    elif as_json:
        write(json.dumps(shown, indent=2, ensure_ascii=False))
    elif not shown:
        write("No output values currently in this stack")
    else:
        width = max(map(len, [*shown, "OUTPUT"]))
        write(f"Current stack outputs ({len(shown)}):")
        write(f"    {'OUTPUT':<{width}}  VALUE")
        for key, value in shown.items():
            write(f"    {key:<{width}}  {_text(value)}")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _say_if_gone(workspace: Workspace, services: Services, stack_name: str) -> None:
    from emulator.state.made_on import is_stale

    name = workspace.stack_name(stack_name)
    cloud = services.running(workspace.home)
    if is_stale(workspace.home, name, cloud.id if cloud else None):
        note(
            f"the cloud process that stack {stack_name} was made on is gone: what is shown points "
            f"at nothing. Bring it up anew: python -m emulator up -s {stack_name}"
        )


@stack.command("export")
@stack_option
@common_options
@_SHOW_SECRETS
@click.option("--file", type=click.Path(dir_okay=False), help="Write into a file.")
def export(
    stack: str | None, cwd: str | None, file: str | None, *, show_secrets: bool, **_: Any
) -> None:
    """Write a stack's state as JSON."""
    store = open_workspace(cwd).existing(stack)
    text = json.dumps(store.exported(show_secrets=show_secrets), indent=4, ensure_ascii=False)
    if file is None:
        write(text)
        return
    from emulator.state.atomic_file import write_atomically

    write_atomically(Path(file), text.encode() + b"\n")


@stack.command("init")
@stack_option
@common_options
@click.argument("name", required=False)
def init(stack: str | None, cwd: str | None, name: str | None, **_: Any) -> None:
    """Make an empty stack."""
    workspace = open_workspace(cwd)
    stack_name = workspace.stack_name(name or stack)
    config = workspace.config(stack_name, None)
    store = workspace.store(stack_name, config.encryption_salt)
    if store.exists:
        msg = f"stack '{stack_name.full}' already exists"
        raise UserError(msg, exit_codes.FAILURE)
    store.initialise()
    note(f"created stack '{stack_name.stack}'")
