"""What people and CI do around a stage: `python -m operations COMMAND`."""

from __future__ import annotations

import importlib
from typing import Final

import click

COMMANDS: Final = {
    "connect": "operations.connect.commands",
    "database": "operations.database.commands",
    "prove": "operations.prove.commands",
}
"""Where each command is, under its own name: imported only when it is called."""


class Commands(click.Group):
    """The commands, each found when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Their names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = getattr(importlib.import_module(COMMANDS[cmd_name]), cmd_name)
        return found


@click.command(cls=Commands)
def main() -> None:
    """Do something around a stage."""


if __name__ == "__main__":
    main(prog_name="python -m operations")
