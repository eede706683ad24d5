"""What the launcher changes of the SDK, seen from inside a process of its own."""

from __future__ import annotations

import subprocess
import sys

from emulator.engine.children import LAUNCHER

PROGRAM = """
import asyncio, runpy, sys
from pulumi.runtime import stack
from pulumi.runtime.settings import SETTINGS

launcher = runpy.run_path(sys.argv[1], run_name="launcher")
launcher["wait_once_for_outputs"]()
waits = 0
wait = asyncio.wait


def counted(*arguments, **options):
    global waits
    waits += 1
    return wait(*arguments, **options)


asyncio.wait = counted


async def output(turns):
    for _ in range(turns):
        await asyncio.sleep(0)
    if turns == int(sys.argv[2]):
        raise ValueError("an output that fails")


async def main():
    ends = [asyncio.ensure_future(output(turns)) for turns in range(1, 101)]
    SETTINGS.outputs.update(ends)
    try:
        await stack.wait_for_rpcs()
    except ValueError as error:
        print(error, end=", ")
    print(waits, sum(end.done() for end in ends))


asyncio.run(main())
"""


def run(failing_turn: int) -> str:
    """How often the program waited, and how many of its hundred outputs had ended then."""
    command = [sys.executable, "-c", PROGRAM, str(LAUNCHER), str(failing_turn)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_program_waits_for_all_of_its_outputs_at_once() -> None:
    assert run(failing_turn=0) == "1 100"


def test_an_output_that_fails_is_not_waited_past() -> None:
    said, counts = run(failing_turn=3).split(", ")
    waits, ended = map(int, counts.split())

    assert said == "an output that fails"
    assert waits == 1
    assert ended < 10
