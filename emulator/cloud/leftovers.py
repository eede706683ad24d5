"""Cleans up what a killed cloud process left over."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

from emulator.cloud import record
from emulator.home import Home


def remove_leftovers(home: Home) -> None:
    """End servers that outlived their cloud process, and remove its files.

    Only where the kernel cannot tie a server to the process (`postgres/tether.py`) does one outlive
    it. The caller holds the lock under which nobody else starts one.
    """
    record.remove(home)
    folder = record.temporary_folder(home)
    if folder.is_symlink() or not folder.is_dir() or folder.lstat().st_uid != os.geteuid():
        return
    for pid_file in folder.glob("servers/*/data/postmaster.pid"):
        _end_server(pid_file)
    shutil.rmtree(folder, ignore_errors=True)


def _end_server(pid_file: Path) -> None:
    """Shut a server down, if the process of that number is one on this very data directory."""
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
        command = subprocess.run(
            ["ps", "-ww", "-o", "command=", "-p", str(pid)],  # -ww: else cut to 80 characters
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        if str(pid_file.parent) in command:
            os.kill(pid, signal.SIGQUIT)
    except (OSError, ValueError, subprocess.SubprocessError):
        return
