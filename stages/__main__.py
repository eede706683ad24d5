"""Prints the settings of all stages side by side, defaults included: `python -m stages`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from stages.loading import parse
from stages.problems import SettingsError
from stages.stack_files import config_of, project_name, stack_files


def main() -> int:
    """Exit code 1 when a stack file is wrong; every wrong one is named."""
    console = Console(width=None if sys.stdout.isatty() else 200)
    project = project_name(Path())
    columns: dict[str, dict[str, str]] = {}
    wrong = False
    for stage, file in stack_files(Path()).items():
        try:
            settings = parse(config_of(file), project, stage)
        except SettingsError as error:
            print(error, file=sys.stderr)  # noqa: T201  (this is a command)
            wrong = True
            continue
        columns[stage] = flatten(settings.model_dump(mode="json", by_alias=True))
    console.print(_table(columns))
    return int(wrong)


def flatten(value: Any, key: str = "") -> dict[str, str]:
    """`host.server.multi_az` -> `true`, for every setting below `value`."""
    if isinstance(value, dict) and value:
        rows: dict[str, str] = {}
        for name, inner in value.items():
            rows |= flatten(inner, f"{key}.{name}" if key else name)
        return rows
    if value is None:
        return {}
    return {key: value if isinstance(value, str) else json.dumps(value)}


def _table(columns: dict[str, dict[str, str]]) -> Table:
    table = Table("setting", *columns)
    keys = dict.fromkeys(key for column in columns.values() for key in column)
    for key in sorted(keys):
        values = [column.get(key, "") for column in columns.values()]
        table.add_row(key, *values, style="bold" if len(set(values)) > 1 else "dim")
    return table


if __name__ == "__main__":
    sys.exit(main())
