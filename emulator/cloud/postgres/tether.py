"""Run a program that dies with the process that started it, as another user where asked.

Run as a script: `tether.py UID GID PARENT_PID SIGNAL PROGRAM ARGUMENT…`. It becomes PROGRAM (exec),
after asking the kernel for SIGNAL at the death of the thread that started it (prctl(2),
PR_SET_PDEATHSIG). Changing the user clears that wish, hence the order. Systems other than Linux
have no such call: there, the next start of the cloud process cleans up.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1


def main(arguments: list[str]) -> None:
    """Become the program."""
    uid, gid, parent_pid, death_signal = (int(argument) for argument in arguments[:4])
    if os.geteuid() == 0 and uid != 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent_pid:
        sys.exit("the process that wanted this program is gone already")
    os.umask(0o077)
    os.execv(arguments[4], arguments[4:])  # noqa: S606 - an argument list, no shell


if __name__ == "__main__":
    main(sys.argv[1:])
