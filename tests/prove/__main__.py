"""`python -m tests.prove`: break the isolation in many ways, and see each found.

Each breakage is made on stages that stand on an emulator of its own, the proof is run, the cell
that has to show it is looked for, and what was broken is put back. The last line counts; the exit
code is 0 where all were found and nothing is wrong before and after.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.prove import in_the_accounts, in_the_program, on_the_server
from tests.prove.ground import Breakage, Ground
from tests.whole.conftest import STAGES, Project, copy_program

BREAKAGES = (*on_the_server.BREAKAGES, *in_the_accounts.BREAKAGES, *in_the_program.BREAKAGES)


def main(arguments: list[str]) -> int:
    """Break and prove; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.prove", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="breakages to try")
    chosen = _chosen(parser.parse_args(arguments).only)
    console = Console(highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="prove-") as base:
        project = Project(Path(base) / "project", Path(base) / "home")
        copy_program(project.folder)
        try:
            for stage in STAGES:
                project.up(stage)
            return _try(Ground(project), chosen, console)
        finally:
            project.run("reset", "--yes", check=False)


def _try(ground: Ground, chosen: Iterable[Breakage], console: Console) -> int:
    clean_before = _say_wrong(console, "before", ground.tried())
    found = broken = 0
    for breakage in chosen:
        started = time.monotonic()
        breakage.do(ground)
        try:
            tried = ground.tried()
        except ValueError as error:
            console.print(str(error))
            tried = []
        finally:
            breakage.undo(ground)
        is_found = breakage.wanted.is_in(tried)
        broken, found = broken + 1, found + is_found
        word, style = ("found ", "green") if is_found else ("MISSED", "bold red")
        others = sum(cell["verdict"] != "as expected" for cell in tried) - is_found
        seconds = time.monotonic() - started
        console.print(f"{word} {breakage.name}: {breakage.what}", style=style)
        console.print(
            f"       {breakage.wanted}; {others} other cells; {seconds:.0f} s", style="dim"
        )
    clean_after = _say_wrong(console, "after", ground.tried())
    console.print(f"{broken} broken, {found} found")
    return 0 if broken == found and clean_before and clean_after else 1


def _say_wrong(console: Console, when: str, tried: list[dict[str, Any]]) -> bool:
    wrong = [cell for cell in tried if cell["verdict"] != "as expected"]
    for cell in wrong:
        pair = f"{cell['principal']['name']} → {cell['target']['name']}"
        console.print(f"{when}: {cell['verdict']}: {pair}: {cell['operation']}: {cell['said']}")
    return not wrong


def _chosen(only: list[str] | None) -> list[Breakage]:
    if only is None:
        return list(BREAKAGES)
    known = {breakage.name: breakage for breakage in BREAKAGES}
    unknown = [name for name in only if name not in known]
    if unknown:
        sys.exit(f"There is no breakage {', '.join(unknown)}; there are: {', '.join(known)}")
    return [known[name] for name in only]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
