"""What a command's own process does before anything else, to begin soon.

The engine needs the protocol's stubs, which lie in the middle of the `pulumi` package: importing
the SDK around them, which the engine never uses, took longer than all the engine's own modules.
"""

from __future__ import annotations

import gc
import importlib.util
import sys
import types
from typing import Final

GARBAGE_THRESHOLDS: Final = (100_000, 50, 100)
"""Modules and resource states live until the end: looking for garbage often finds none."""


def begin() -> None:
    """Have the stubs importable without the SDK; only for a process that runs one command."""
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    spec = importlib.util.find_spec("pulumi")
    if spec is None or not spec.submodule_search_locations:
        return  # the import of the stubs will say it
    folder = spec.submodule_search_locations[0]
    for name, path in (("pulumi", folder), ("pulumi.runtime", f"{folder}/runtime")):
        module = types.ModuleType(name)
        module.__path__ = [path]
        sys.modules[name] = module
