"""Says what to try after an `up` on the emulator: lines to copy, filled in from the outputs.

python -m operations.next_steps STACK
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from rich.console import Console


def read_outputs(stack: str) -> dict[str, Any]:
    """Outputs of a stack on the emulator. Raises CalledProcessError where it is not up."""
    command = [sys.executable, "-m", "emulator", "stack", "output", "--json", "--stack", stack]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    outputs: dict[str, Any] = json.loads(answer.stdout)
    return outputs


def next_steps(stack: str, outputs: dict[str, Any], host: dict[str, Any]) -> list[tuple[str, str]]:
    """What to try, as pairs of an explanation and a command.

    `host` holds the outputs of the stack that owns the server: the stack's own for a host.
    """
    address, port = host["server_address"], host["server_port"]
    reader, database = outputs["database_roles"]["readonly"], outputs["databases"][0]
    door = [("Read the database through the stage's door", f"make connect STAGE={stack}")]
    token = f"aws rds generate-db-auth-token --hostname {address} --port {port} --username {reader}"
    return [
        (
            "Act as the account's administrator in this shell",
            f'source .venv/bin/activate; eval "$(python -m emulator env --stack {stack})"',
        ),
        (
            "Read the stage's database, signed in by an IAM token over verified TLS",
            f'PGPASSWORD="$({token})" PGSSLMODE=verify-full '
            f"pgcli --host {address} --port {port} --username {reader} '{database}'",
        ),
        *(door if outputs.get("door") else []),
        (
            "Look at the emulated AWS",
            "aws --endpoint-url $AWS_ENDPOINT_URL rds describe-db-instances --output table",
        ),
        ("Stand up the other stages", "make up STACK=test; make up STACK=prod"),
        ("See what a change would do", f"make preview STACK={stack}"),
    ]


def main(stack: str) -> None:
    """Print the next steps of a stack that is up."""
    outputs = read_outputs(stack)
    host = outputs if outputs["host"] == stack else read_outputs(outputs["host"])
    console = Console(highlight=False, soft_wrap=True)
    console.print("\n[bold]What to try next[/bold]")
    for explanation, command in next_steps(stack, outputs, host):
        console.print(f"\n  {explanation}:")
        console.print(f"    [cyan]{command}[/cyan]", markup=True)


if __name__ == "__main__":
    main(sys.argv[1])
