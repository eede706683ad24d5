"""The one thread that starts PostgreSQL's programs.

A tethered program (see `tether.py`) dies with the *thread* that started it, and the emulated API is
served by threads that end with their request: so all of them are started here.
"""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from emulator.cloud.postgres.programs import Programs, tethered


class Spawner:
    """Starts programs that end with this process."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")

    def start(
        self, programs: Programs, command: list[str], log: Path, death_signal: int
    ) -> subprocess.Popen[bytes]:
        """Start a program in the background; what it says goes to the log."""
        return self._thread.submit(self._popen, programs, command, log, death_signal).result()

    def run(self, programs: Programs, command: list[str], log: Path, stdin: str = "") -> None:
        """Run a program to its end. Raises RuntimeError with the end of its log where it fails."""
        process = self._thread.submit(
            self._popen, programs, command, log, death_signal=9, piped=True
        ).result()
        process.communicate(stdin.encode())
        if process.returncode != 0:
            msg = f"{Path(command[0]).name} failed ({process.returncode}): {end_of(log)}"
            raise RuntimeError(msg)

    @staticmethod
    def _popen(
        programs: Programs,
        command: list[str],
        log: Path,
        death_signal: int,
        *,
        piped: bool = False,
    ) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                tethered(command, programs.user, death_signal),
                stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,  # Ctrl-C in a terminal is not for the servers
            )

    def close(self) -> None:
        """End the thread, and with it whatever it started that still runs."""
        self._thread.shutdown(wait=True)


def end_of(log: Path, lines: int = 12) -> str:
    """Last lines of a log, for an error message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"
