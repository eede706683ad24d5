"""`env`: what other programs need to act on the emulated accounts, as lines for a shell.

    eval "$(python -m emulator env --stack preprod)"

Afterwards the aws CLI and database clients find the emulated account, and a real `pulumi` runs the
same program on it: with the file backend, the passphrase and the providers of the emulator, and
with a copy of the stack file, since the CLI writes into the one it is given. A
`session-manager-plugin` stands at the end of PATH, for machines without AWS's own.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import yaml

from emulator.cli.cloud_session import open_session
from emulator.cli.console import note, write
from emulator.cli.options import common_options, stack_option
from emulator.cli.people import sign_in
from emulator.cli.services import Services
from emulator.cli.workspace import Workspace, open_workspace
from emulator.state.atomic_file import write_atomically

if TYPE_CHECKING:
    from emulator.cloud.client import Session
    from emulator.state.stack_store import StackStore

PROVIDERS: Final = ("aws", "postgresql")


@click.command()
@common_options
@stack_option
@click.option(
    "--providers",
    default=",".join(PROVIDERS),
    show_default=True,
    help="Providers of the emulator that a real pulumi uses; it looks for its own plugins else.",
)
@click.option(
    "--as",
    "role_name",
    metavar="ROLE",
    help="Act as somebody with this role of the account, made where there is none.",
)
@click.pass_obj
def env(
    services: Services,
    /,
    stack: str | None,
    cwd: str | None,
    providers: str,
    role_name: str | None,
    **_: Any,
) -> None:
    """Print variables for a shell: eval "$(python -m emulator env -s STACK)"."""
    workspace = open_workspace(cwd)
    name = workspace.stack_name(stack)
    config = workspace.config(name, None)
    session = open_session(
        services.start(workspace.home, note), config, workspace.project.folder, note
    )
    store = workspace.store(name, config.encryption_salt)
    file = _copy_stack_file(workspace, config.file, store)
    variables = _variables(workspace, session, providers.split(","))
    if role_name is not None:
        variables |= sign_in(session, role_name)
    for key, value in variables.items():
        write(f"export {key}={shlex.quote(value)}")
    write(f"# pulumi up --stack {name.full} --config-file {shlex.quote(str(file))}")


def _variables(workspace: Workspace, session: Session, providers: list[str]) -> dict[str, str]:
    unknown = sorted(set(providers) - set(session.provider_ports))
    if unknown:
        known = ", ".join(session.provider_ports)
        msg = f"--providers names {', '.join(unknown)}; the emulator has {known}"
        raise click.UsageError(msg)
    ports = session.provider_ports
    variables = dict(session.environment)
    variables["PULUMI_BACKEND_URL"] = f"file://{workspace.backend.root}"
    variables["PULUMI_DEBUG_PROVIDERS"] = ",".join(f"{name}:{ports[name]}" for name in providers)
    variables["PULUMI_SKIP_UPDATE_CHECK"] = "true"
    if not {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & set(os.environ):
        variables["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(workspace.home.passphrase_file)
    variables["PATH"] = _path_with_plugin(workspace)
    return variables


def _path_with_plugin(workspace: Workspace) -> str:
    """PATH with a plugin for sessions of Systems Manager at its end: AWS's own comes first."""
    folder = workspace.home.programs
    root = shlex.quote(str(Path(__file__).parents[2]))
    command = f"exec {shlex.quote(sys.executable)} -P -m emulator.session_manager_plugin"
    script = f'#!/bin/sh\nPYTHONPATH={root} {command} "$@"\n'
    write_atomically(folder / "session-manager-plugin", script.encode(), mode=0o755)
    others = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join([*(each for each in others if each != str(folder)), str(folder)])


def _copy_stack_file(workspace: Workspace, file: Path, store: StackStore) -> Path:
    """Copy of the stack file that goes with the emulator's passphrase; the original stays."""
    document = yaml.safe_load(file.read_text()) or {} if file.is_file() else {}
    document.pop("secretsprovider", None)
    document.pop("encryptedkey", None)
    if not store.exists:
        store.initialise()
    document["encryptionsalt"] = store.load().secrets.state
    copy = workspace.home.root / "stack-files" / file.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(copy, yaml.safe_dump(document, sort_keys=False).encode())
    return copy
