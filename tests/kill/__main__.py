"""`python -m tests.kill`: kill -9 at every operation boundary, and see that nothing is lost.

Four campaigns, as many at a time as there are cores, each on an emulator of its own:

small          a program with every kind of step: a run is killed at a boundary, the command is run
               again, the stack is checked; then the next boundary, from the same base
loop before    a whole stage: every run is killed just before the first durable write at which none
               was killed yet, until one gets through; `up`, a replacement, `destroy`
loop after     the same, just after each durable write
random         a whole stage, killed at random moments of `up` and `destroy`

The last line says how many boundaries there were, and how many converged.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emulator.cloud import client
from emulator.home import Home
from tests.kill import small_program
from tests.kill.campaigns import Campaign, Score
from tests.kill.progress import Reporter
from tests.kill.stack_under_test import NotConvergedError, StackUnderTest
from tests.whole.conftest import REGION, copy_program

ACCOUNTS: Final = {"preprod": "111111111111", "prod": "222222222222"}
CAMPAIGNS: Final = ("small", "before", "after", "random")
LONGEST_SECONDS: Final = 14.0
"""Of a random run: about what `up` of preprod takes from nothing."""


@dataclass(frozen=True)
class Plan:
    """What is to be done."""

    stack: str
    every: int
    kills: int
    seed: int
    campaigns: tuple[str, ...]


def read_plan() -> Plan:
    """The plan of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.kill", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--stack", choices=list(ACCOUNTS), default="preprod")
    parser.add_argument(
        "--every", type=int, default=1, metavar="K", help="kill at every K-th boundary only"
    )
    parser.add_argument(
        "--random", type=int, default=10, metavar="N", help="kills at random moments (10)"
    )
    parser.add_argument("--seed", type=int, help="of the random moments (default: a new one)")
    parser.add_argument(
        "--only", choices=CAMPAIGNS, action="append", help="this campaign (may be repeated)"
    )
    given = parser.parse_args()
    seed = random.randrange(10**6) if given.seed is None else given.seed
    return Plan(given.stack, given.every, given.random, seed, tuple(given.only or CAMPAIGNS))


def run_campaign(
    plan: Plan, name: str, folder: Path, report: Callable[[Score, str], None]
) -> Score:
    """Run one campaign on an emulator of its own."""
    score = Score(name)
    began = time.monotonic()
    home = Home(folder / "home")
    try:
        if name == "small":
            stack = make_small(folder / "project", home)
        else:
            stack = make_stage(plan.stack, folder / "project", home)
        campaign = Campaign(score, stack, folder, plan.every, report)
        if name == "small":
            kill_small(campaign)
        elif name == "random":
            campaign.random_moments(plan.kills, plan.seed, LONGEST_SECONDS)
        else:
            kill_stage(campaign, name)
    except NotConvergedError as error:
        score.problems.append(str(error))
    finally:
        client.stop(home)
    score.seconds = time.monotonic() - began
    return score


def make_small(folder: Path, home: Home) -> StackUnderTest:
    """The small program."""
    folder.mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text(f"name: {small_program.PROJECT}\nruntime: python\n")
    (folder / f"Pulumi.{small_program.STACK}.yaml").write_text(small_program.STACK_FILE)
    (folder / "__main__.py").write_text(small_program.PROGRAM)
    return StackUnderTest(
        folder=folder,
        home=home,
        project=small_program.PROJECT,
        stack=small_program.STACK,
        account_id=small_program.ACCOUNT_ID,
        region=small_program.REGION,
    )


def kill_small(campaign: Campaign) -> None:
    """Every boundary of `up`, of an edit and its reverse, and of `destroy`, each from its base."""
    stack = campaign.stack
    file = f"Pulumi.{stack.stack}.yaml"
    up, destroy = (
        ("up", "-s", stack.stack, "-y", "-f"),
        ("destroy", "-s", stack.stack, "-y", "-f"),
    )
    left = True
    while left and not campaign.score.problems:
        left = campaign.each("up", *up)
        stack.edit(file, "version: 1", "version: 2")
        left |= campaign.each("edit", *up)
        stack.edit(file, "version: 2", "version: 1")
        left |= campaign.each("edit back", *up)
        left |= campaign.each("destroy", *destroy, empty=True)


def make_stage(stage: str, folder: Path, home: Home) -> StackUnderTest:
    """A stage of the product, unprotected so that it can go."""
    copy_program(folder)
    stack = StackUnderTest(
        folder=folder,
        home=home,
        project="development-stages",
        stack=stage,
        account_id=ACCOUNTS[stage],
        region=REGION,
    )
    stack.edit(f"Pulumi.{stage}.yaml", "    repository:", "    protected: false\n    repository:")
    address = (
        'domain="vpc",\n                tags=tags,\n                opts=pulumi.ResourceOptions('
    )
    stack.edit("components/network.py", address, f"{address}replacement_trigger=1, ")
    return stack


def kill_stage(campaign: Campaign, sides: str) -> None:
    """A crash loop through `up` from nothing, a replacement, and `destroy`."""
    stack = campaign.stack
    up = ("up", "-s", stack.stack, "-y", "-f")
    campaign.crash_loop("up", sides, *up)
    # The database and what hangs on it go first; address and gateway go when the new ones stand.
    stack.edit(f"Pulumi.{stack.stack}.yaml", "im_data_db: {}", "im_data_db: {generation: 2}")
    stack.edit("components/network.py", "replacement_trigger=1", "replacement_trigger=2")
    campaign.crash_loop("edit", sides, *up)
    campaign.crash_loop("destroy", sides, "destroy", "-s", stack.stack, "-y", "-f", empty=True)


def main() -> int:
    """Run the plan; 0 where everything converged."""
    plan = read_plan()
    say = sys.stdout.write
    say(
        f"kill -9 of {plan.stack} and of a small program: {', '.join(plan.campaigns)}; "
        f"random moments by --seed {plan.seed}\n"
    )
    folder = Path(tempfile.mkdtemp(prefix="kill-"))
    stopping = threading.Event()

    def report(score: Score, at: str) -> None:
        reporter.report(score, at)
        if stopping.is_set():
            raise NotConvergedError("interrupted")

    # The long ones first.
    order = sorted(plan.campaigns, key=("before", "after", "small", "random").index)
    reporter = Reporter()
    try:
        with reporter, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            running = [
                pool.submit(run_campaign, plan, name, folder / name, report) for name in order
            ]
            try:
                scores = [future.result() for future in running]
            except KeyboardInterrupt:
                stopping.set()
                pool.shutdown(cancel_futures=True)
                raise
    except KeyboardInterrupt:
        say("interrupted\n")
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for score in scores:
        say(f"{score.name:<8} {score.boundaries:>5} boundaries in {score.seconds:>4.0f} s\n")
    for score in scores:
        for problem in score.problems:
            say(f"  {score.name}: {problem}\n")
    boundaries = sum(score.boundaries for score in scores)
    converged = sum(score.converged for score in scores)
    say(f"{boundaries} boundaries, {converged} converged\n")
    return 0 if boundaries == converged and not any(score.problems for score in scores) else 1


if __name__ == "__main__":
    sys.exit(main())
