"""Emulator commands that can all be ended at once, so that Ctrl-C leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path


class StoppedError(Exception):
    """Somebody ended the run."""


class Commands:
    """Runs emulator commands; several at a time, from several threads."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(
        self, folder: Path, *arguments: str, state: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one in a copy of the project, on the home's own state or another file backend.

        Raises StoppedError where the run was ended.
        """
        with self._lock:
            if self._stopped:
                raise StoppedError
            process = subprocess.Popen(
                [sys.executable, "-m", "emulator", *arguments],
                env=self._variables(state),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            self._running.add(process)
        try:
            output, errors = process.communicate()
        finally:
            with self._lock:
                self._running.discard(process)
        if self._stopped:
            raise StoppedError
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def terminate(self) -> None:
        """End what runs, and let nothing else begin."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            process.terminate()
        for process in running:
            process.wait()

    def stop(self, folder: Path) -> None:
        """End what runs, and the emulated cloud with all that it keeps."""
        self.terminate()
        subprocess.run(
            [sys.executable, "-m", "emulator", "reset", "--yes"],
            env=self._variables(None),
            cwd=folder,
            capture_output=True,
            check=False,
        )

    def _variables(self, state: Path | None) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PULUMI_", "PG"))}
        backend = {"PULUMI_BACKEND_URL": state.as_uri()} if state else {}
        return kept | {"EMULATOR_HOME": str(self._home)} | backend
