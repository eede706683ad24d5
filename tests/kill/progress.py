"""How far the campaigns are: rows that move on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from tests.kill.campaigns import Score

LINE_SECONDS: Final = 15.0
"""From line to line where there is no terminal."""
SHOWN: Final = 70
"""Characters of a boundary's name, from its end."""


class Reporter:
    """Shows scores; the campaigns call it from their threads."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._lock = threading.Lock()
        self._rows: dict[str, TaskID] = {}
        self._said: dict[str, float] = {}
        self._problems: dict[str, int] = {}
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description:<18} {task.completed:>5.0f} boundaries"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[at]}"),
        )
        self._bar = Progress(*columns, console=self._console, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._bar.stop()

    def report(self, score: Score, at: str) -> None:
        """Show a score, and what went wrong at once."""
        with self._lock:
            for problem in score.problems[self._problems.get(score.name, 0) :]:
                self._say(f"{score.name}: NOT CONVERGED: {problem}")
            self._problems[score.name] = len(score.problems)
            if self._console.is_terminal:
                if score.name not in self._rows:
                    self._rows[score.name] = self._bar.add_task(score.name, total=None, at="")
                row = self._rows[score.name]
                self._bar.update(row, completed=score.boundaries, at=at[-SHOWN:])
            elif time.monotonic() - self._said.get(score.name, 0.0) > LINE_SECONDS:
                self._said[score.name] = time.monotonic()
                self._say(f"{score.name}: {score.boundaries} boundaries, {at[-SHOWN:]}")

    def _say(self, line: str) -> None:
        if self._console.is_terminal:
            self._bar.console.print(line, highlight=False, markup=False)
        else:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
