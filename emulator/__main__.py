"""`python -m emulator`: the command line."""

from __future__ import annotations

import sys

from emulator.cli.main import main
from emulator.cli.startup import begin

if __name__ == "__main__":
    begin()
    sys.exit(main(sys.argv[1:]))
