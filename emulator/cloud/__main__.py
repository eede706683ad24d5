"""Entry of the cloud process: `python -m emulator.cloud HOME DESCRIPTOR`.

`client.start` runs it, and gets rid of it at once: the process goes on as nobody's child. On the
file descriptor it says `ready`, or why it cannot start.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from emulator.cloud import record
from emulator.errors import UserError
from emulator.home import Home

GARBAGE_THRESHOLDS: Final = (50_000, 20, 50)
"""What the process imports and holds lives as long as it does: looking for garbage as often as
Python does by default finds none, and takes a fifth of the time of importing it."""


def main(home: Home, descriptor: int) -> int:
    """Run a cloud process to its end; its exit code."""
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO
    )
    for noisy in ("werkzeug", "botocore", "boto3", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

    def say(text: str) -> None:
        with suppress(BrokenPipeError):  # who asked was killed; the next one finds this process
            os.write(descriptor, text.encode())
        os.close(descriptor)

    lock = record.hold_process_lock(home)
    if lock is None:
        say("Another cloud process of this home lives but does not answer.")
        return 1
    try:
        from emulator.cloud.process import CloudProcess  # takes long, and only the holder needs it

        process = CloudProcess(home)
    except UserError as error:
        say(str(error))
        return 1
    process.run(on_ready=lambda: say("ready"))
    return 0


if __name__ == "__main__":
    if os.fork() == 0:
        exit_code = main(Home(Path(sys.argv[1])), int(sys.argv[2]))
        logging.shutdown()
        # threads may be in the middle of an import; the lock ends with the process, not before
        os._exit(exit_code)
