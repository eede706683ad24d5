"""`up`, `preview`, `refresh` and `destroy`."""

from __future__ import annotations

from typing import Any

import click

from emulator.cli import exit_codes
from emulator.cli.options import (
    confirm_options,
    deployment_options,
    policy_options,
    replace_options,
    run_options,
    target_options,
)
from emulator.cli.services import Services
from emulator.errors import UserError

_JSON = click.option("--json", "-j", is_flag=True, help="Write one JSON document.")
_PREVIEW_ONLY = click.option(
    "--preview-only", is_flag=True, help="Say what would happen, do nothing."
)
_REFRESH = click.option(
    "-r", "--refresh", is_flag=True, help="Read what stands before the program runs."
)


@click.command()
@run_options
@confirm_options
@policy_options
@target_options
@replace_options
@_REFRESH
@click.pass_obj
def up(services: Services, /, **values: Any) -> int:
    """Create or update a stack's resources."""
    return _run("update", services, values)


@click.command()
@run_options
@policy_options
@target_options
@replace_options
@_REFRESH
@_JSON
@click.pass_obj
def preview(services: Services, /, **values: Any) -> int:
    """Show what `up` would do; writes nothing."""
    return _run("update", services, values | {"preview_only": True})


@click.command()
@run_options
@confirm_options
@target_options
@_PREVIEW_ONLY
@_JSON
@click.pass_obj
def refresh(services: Services, /, **values: Any) -> int:
    """Bring a stack's state up to what stands."""
    return _run("refresh", services, values)


@click.command()
@run_options
@confirm_options
@target_options
@click.option("--exclude-protected", is_flag=True, help="Leave protected resources alone.")
@_PREVIEW_ONLY
@_JSON
@click.pass_obj
def destroy(services: Services, /, **values: Any) -> int:
    """Delete a stack's resources."""
    return _run("destroy", services, values)


def _run(kind: str, services: Services, values: dict[str, Any]) -> int:
    from emulator.cli.deployment import DeploymentCommand
    from emulator.engine.request import DeploymentKind

    options = deployment_options(values)
    if options.json and not options.preview_only:
        msg = "--json is supported by previews only: add --preview-only"
        raise UserError(msg, exit_codes.CONFIGURATION)
    return DeploymentCommand(DeploymentKind(kind), options, services).execute()
