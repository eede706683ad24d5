"""`python -m emulator`: the command line."""

from __future__ import annotations

import gc
import sys

from emulator.cli.main import main
from emulator.cli.startup import begin

if __name__ == "__main__":
    begin()
    exit_code = main(sys.argv[1:])
    gc.freeze()  # or the interpreter looks for garbage in everything again before it ends
    sys.exit(exit_code)
