"""The project's stack files, read without Pulumi: what each stage says of itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

PROJECT_FILE = "Pulumi.yaml"


def project_name(folder: Path) -> str:
    """The project's name, the namespace of its own configuration keys."""
    return str(_read(folder / PROJECT_FILE)["name"])


def stack_files(folder: Path) -> dict[str, Path]:
    """Stack files by stack, in the stacks' order."""
    return {file.name.split(".")[1]: file for file in sorted(folder.glob("Pulumi.*.yaml"))}


def config_of(file: Path) -> dict[str, str]:
    """A stack file's configuration as a program gets it: text, JSON for what is structured."""
    config: dict[str, Any] = _read(file).get("config") or {}
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()
    }


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content
