"""The ways to kill: at each boundary from one base, in a crash loop, at random moments.

A boundary is one side of one durable write of a deployment: each journal entry (an operation
begins, an operation has ended, a component stands, an earlier run's operation is settled), the
journal's end, the checkpoint, the journal's removal.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.kill.stack_under_test import KILLED, NotConvergedError, StackUnderTest, failure

MOST_RUNS: Final = 5_000
"""Of one loop: a stack that needs more makes no progress."""


@dataclass
class Score:
    """Outcome of a campaign."""

    name: str
    boundaries: int = 0
    converged: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Campaign:
    """One series of kills on one stack."""

    score: Score
    stack: StackUnderTest
    folder: Path
    """For the lists of boundaries met."""
    every: int
    report: Callable[[Score, str], None]
    """Told after each boundary, with its name."""

    def crash_loop(self, phase: str, sides: str, *command: str, empty: bool = False) -> None:
        """Kill run after run of a command, each at the first new boundary, until one gets through.

        After each kill state and account are compared; a boundary has converged when the run after
        it got further, and in the end all stands as asked.
        """
        met = self.folder / f"{phase}-{sides}"
        arguments = (*command, "--parallel", "1")
        at = ""
        for _ in range(MOST_RUNS):
            answer = self.stack.run_until_boundary(met, sides, self.every, *arguments)
            if answer.returncode != KILLED:
                break
            if at:
                self._converged(at)
            at = self._begin(met)
            if not self._holds(at, self.stack.check_nothing_lost):
                at = ""
        if not at:
            return
        if answer.returncode:
            self._failed(at, failure(arguments, answer))
        elif self._holds(at, lambda: self.stack.check_converged(empty=empty)):
            self._converged(at)

    def each(self, phase: str, *command: str, empty: bool = False) -> bool:
        """Kill one run at a boundary not met before, run again, and check.

        False when no boundary is left, and the run got through.
        """
        met = self.folder / phase
        answer = self.stack.run_until_boundary(met, "both", self.every, *command)
        if answer.returncode == KILLED:
            at = self._begin(met)

            def again() -> None:
                self.stack.must(*command)
                self.stack.check_converged(empty=empty)

            if self._holds(at, again):
                self._converged(at)
        elif answer.returncode:
            self._failed(f"{phase} without a kill", failure(command, answer))
        return answer.returncode == KILLED

    def random_moments(self, kills: int, seed: int, longest_seconds: float) -> None:
        """Kill `up` and `destroy` in turn at random moments, each again until it gets through."""
        dice = random.Random(seed)
        left, destroys = kills, False
        while left and not self.score.problems:
            command = ("destroy" if destroys else "up", "-s", self.stack.stack, "-y", "-f")
            moments = [dice.uniform(0.0, longest_seconds) for _ in range(dice.randint(1, 4))]
            left -= self._kill_at(moments[:left], *command, empty=destroys)
            if destroys:
                self.stack.inventory.delete_final_snapshots()
            destroys = not destroys
        self.stack.must("destroy", "-s", self.stack.stack, "-y", "-f")

    def _kill_at(self, moments: list[float], *command: str, empty: bool) -> int:
        """Kill run after run, each after so many seconds, then let one through; how many died."""
        cut = []
        for seconds in moments:
            answer = self.stack.run_until(time.monotonic() + seconds, *command)
            if answer.returncode != KILLED:
                break
            self.score.boundaries += 1
            cut.append(f"{seconds:.2f} s")

        def again() -> None:
            if answer.returncode not in (0, KILLED):
                raise NotConvergedError(failure(command, answer))
            self.stack.must(*command)
            self.stack.check_converged(empty=empty)

        at = f"`{command[0]}` after {', '.join(cut) or 'no time'}"
        if self._holds(at, again):
            self.score.converged += len(cut)
            self.report(self.score, at)
        return len(cut)

    def _begin(self, met: Path) -> str:
        self.score.boundaries += 1
        return met.with_suffix(".kills").read_text().splitlines()[-1]

    def _holds(self, at: str, check: Callable[[], None]) -> bool:
        try:
            check()
        except NotConvergedError as error:
            self._failed(at, str(error))
            return False
        return True

    def _converged(self, at: str) -> None:
        self.score.converged += 1
        self.report(self.score, at)

    def _failed(self, at: str, why: str) -> None:
        self.score.problems.append(f"killed {at}: {why}")
        self.report(self.score, at)
