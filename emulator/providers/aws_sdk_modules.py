"""Where the modules of the `pulumi_aws` SDK are, found without importing it."""

from __future__ import annotations

import functools
import importlib.util
import sys
import types
from pathlib import Path


@functools.cache
def package_folder() -> Path:
    """Folder of the installed SDK, found without importing it."""
    spec = importlib.util.find_spec("pulumi_aws")
    if spec is None or spec.origin is None:
        msg = "the package pulumi_aws is not installed"
        raise ModuleNotFoundError(msg)
    return Path(spec.origin).parent


def import_types_alone() -> None:
    """Have a type's module importable without the others of its service; where no program runs.

    A service's package imports all its types, of which a stack uses few: half of the time goes.
    """
    for folder in package_folder().iterdir():
        if (folder / "__init__.py").is_file():
            name = f"pulumi_aws.{folder.name}"
            module = types.ModuleType(name)
            module.__path__ = [str(folder)]
            sys.modules[name] = module


@functools.cache
def module_files(service: str) -> dict[str, str]:
    """Modules of a service's package by the name that they have in tokens, in small letters."""
    folder = package_folder() / service
    return {file.stem.replace("_", ""): file.stem for file in folder.glob("*.py")}
