"""The `emulator` command: finds the subcommand, and turns errors into messages and exit codes."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from emulator.cli import exit_codes
from emulator.cli.console import say
from emulator.cli.options import UNSUPPORTED
from emulator.cli.services import Services
from emulator.errors import UserError

COMMANDS: Final = {
    "up": "deployment_commands:up",
    "preview": "deployment_commands:preview",
    "refresh": "deployment_commands:refresh",
    "destroy": "deployment_commands:destroy",
    "stack": "stack_commands:stack",
    "state": "state_commands:state",
    "env": "env_command:env",
    "credentials": "credentials_command:credentials",
    "start": "cloud_commands:start",
    "stop": "cloud_commands:stop",
    "status": "cloud_commands:status",
    "reset": "cloud_commands:reset",
}
ALIASES: Final = {"update": "up", "pre": "preview", "down": "destroy", "dn": "destroy"}


class _Commands(click.Group):
    """Imports a command when it is called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names of the commands, in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, None where there is none."""
        target = COMMANDS.get(ALIASES.get(cmd_name, cmd_name))
        if target is None:
            return None
        module, _, attribute = target.partition(":")
        command: click.Command = getattr(
            importlib.import_module(f"emulator.cli.{module}"), attribute
        )
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Commands, options and exit codes are those of `pulumi`, as far as they go.",
)
def emulator() -> None:
    """Run a Pulumi program on this machine: no account, no CLI, no network."""


def main(arguments: Sequence[str], services: Services | None = None) -> int:
    """Run one command; its exit code."""
    try:
        result = emulator.main(
            list(arguments),
            prog_name="python -m emulator",
            standalone_mode=False,
            obj=services or Services(),
        )
    except click.NoSuchOption as error:
        return _refuse_option(error)
    except click.ClickException as error:
        say(f"error: {error.format_message()}")
        return exit_codes.FAILURE
    except UserError as error:
        say(f"error: {error}")
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        say("error: interrupted")
        return exit_codes.CANCELLED
    except BrokenPipeError:
        return exit_codes.FAILURE
    except Exception:  # noqa: BLE001 - a defect of the emulator must not end in a bare traceback
        return _log_defect()
    return result if isinstance(result, int) else exit_codes.SUCCESS


def _refuse_option(error: click.NoSuchOption) -> int:
    if error.option_name in UNSUPPORTED:
        say(f"error: {error.option_name} is an option of pulumi that the emulator does not support")
    else:
        say(f"error: {error.format_message()}")
    return exit_codes.FAILURE


def _log_defect() -> int:
    from emulator.home import find_home
    from emulator.state.atomic_file import write_atomically
    from emulator.state.project import find_project

    text = traceback.format_exc()
    what = text.rstrip().rpartition("\n")[2].split(":")[0]
    try:
        log = find_home(find_project(Path.cwd()).folder).error_log
        write_atomically(log, text.encode())
    except (OSError, UserError):
        sys.stderr.write(text)
        return exit_codes.INTERNAL
    say(f"error: a defect of the emulator ({what}); what happened is in {log}")
    return exit_codes.INTERNAL
