"""What one command costs: wall clock, processor time and memory, as Linux counts them."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SAMPLE_SECONDS: Final = 0.05
TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")


class CommandFailedError(Exception):
    """A command that was to be measured failed; the text is what it said last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a command cost; the median of several runs has `runs` above one."""

    wall_seconds: float
    engine_cpu_seconds: float
    """Of the command's own process: the engine, the display, the state."""
    program_cpu_seconds: float
    """Of the processes that it started and waited for: the program, a language host, a pack."""
    engine_peak_bytes: int
    """Most memory that the command's own process held at once (resident)."""
    runs: int = 1
    over_limit: bool = False
    """The command was ended when its time was up: the figures are what it had cost until then."""


def measure(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    limit_seconds: float,
) -> Cost:
    """Run a command to its end or to its limit. Raises CommandFailedError."""
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        killer = _Killer(process.pid, limit_seconds)
        memory = _MemoryWatch(process.pid)
        try:
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        finally:
            wall = time.perf_counter() - began
            killer.cancel()
        own, waited_for = _cpu_seconds(process.pid)
        code = process.wait()
    if code and not killer.fired:
        said = log.read_text(errors="replace")[-3000:]
        msg = f"{' '.join(command)} ended with exit code {code}:\n{said}"
        raise CommandFailedError(msg)
    return Cost(
        wall_seconds=wall,
        engine_cpu_seconds=own,
        program_cpu_seconds=waited_for,
        engine_peak_bytes=memory.peak_bytes,
        over_limit=killer.fired,
    )


def repeat(run: Callable[[], Cost], runs: int, budget_seconds: float) -> Cost:
    """Median of at most so many runs, as many as fit the budget, but one at least."""
    costs: list[Cost] = []
    began = time.perf_counter()
    while len(costs) < runs:
        costs.append(run())
        if costs[-1].over_limit:
            return costs[-1]
        if (time.perf_counter() - began) * (len(costs) + 1) / len(costs) > budget_seconds:
            break
    return median(costs)


def median(costs: Sequence[Cost]) -> Cost:
    """Median of each figure by itself."""

    def of(name: str) -> Any:
        return statistics.median(getattr(cost, name) for cost in costs)

    return Cost(
        wall_seconds=of("wall_seconds"),
        engine_cpu_seconds=of("engine_cpu_seconds"),
        program_cpu_seconds=of("program_cpu_seconds"),
        engine_peak_bytes=int(of("engine_peak_bytes")),
        runs=len(costs),
    )


class _Killer:
    """Ends a process group when its time is up."""

    def __init__(self, pid: int, seconds: float) -> None:
        self._pid = pid
        self.fired = False
        self._timer = threading.Timer(seconds, self._fire)
        self._timer.daemon = True
        self._timer.start()

    def _fire(self) -> None:
        self.fired = True
        os.killpg(self._pid, signal.SIGKILL)

    def cancel(self) -> None:
        self._timer.cancel()


class _MemoryWatch:
    """Follows the high-water mark of a process until it has ended."""

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self.peak_bytes = 0
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        while True:
            try:
                text = self._status.read_text()
            except OSError:
                return
            if "VmHWM:" not in text:
                return  # it has ended
            self.peak_bytes = int(text.split("VmHWM:")[1].split()[0]) * 1024
            time.sleep(SAMPLE_SECONDS)


def _cpu_seconds(pid: int) -> tuple[float, float]:
    """Processor seconds of an ended process itself, and of what it waited for.

    Fields 14 to 17 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, child_user, child_system = (int(text) for text in fields[11:15])
    return (user + system) / TICKS_PER_SECOND, (child_user + child_system) / TICKS_PER_SECOND
