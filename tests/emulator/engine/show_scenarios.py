"""Prints the tables of scenarios, each tried on the emulator and, where there is one, on the CLI.

python -m tests.emulator.engine.show_scenarios
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from rich.console import Console
from rich.table import Table

from tests.emulator.engine.scenarios import SCENARIOS
from tests.emulator.engine.targeted_scenarios import TARGETED

FOLDER: Final = Path(__file__).parent
EDIT_TESTS: Final = ("test_an_edit_means_these_steps", "test_a_preview_foretells_the_steps")
TARGET_TESTS: Final = ("test_a_selection_means_these_steps",)
"""Tests with one case per scenario, named by its prefix."""
EDITS_ON_CLI: Final = "test_the_table_of_edits_means_the_same_to_the_cli"
TARGETS_ON_CLI: Final = "test_targets_and_exclusions_mean_the_same_to_the_cli"


@dataclass(frozen=True, slots=True)
class Row:
    """A scenario and how it went."""

    title: str
    steps: list[str]
    passed: bool
    same_on_cli: bool

    @property
    def kinds(self) -> list[str]:
        """Kinds of the steps, without the names."""
        return [step.split(" ", 1)[0] for step in self.steps] or ["nothing"]


def main() -> int:
    """Run the scenarios and print the table; 0 where all are as expected."""
    has_cli = shutil.which("pulumi") is not None
    rows = _rows(_results())
    _show(rows, has_cli=has_cli)
    right = sum(row.passed for row in rows)
    same = sum(row.same_on_cli for row in rows)
    on_cli = f"{same} the same on the CLI" if has_cli else "no pulumi on PATH"
    sys.stdout.write(f"{len(rows)} scenarios, {right} as expected, {on_cli}\n")
    return 0 if right == len(rows) and (not has_cli or same == len(rows)) else 1


def _rows(results: dict[str, dict[str, bool]]) -> list[Row]:
    def passed(tests: tuple[str, ...], id_: str) -> bool:
        return all(results.get(test, {}).get(id_, False) for test in tests)

    edits, targets = passed((EDITS_ON_CLI,), ""), passed((TARGETS_ON_CLI,), "")
    rows = [
        Row(item.title, item.steps, passed(EDIT_TESTS, item.prefix), edits) for item in SCENARIOS
    ]
    for chosen in TARGETED:
        title = f"{chosen.title} ({' '.join(chosen.flags)})"
        rows.append(Row(title, chosen.steps, passed(TARGET_TESTS, chosen.prefix), targets))
    return rows


def _results() -> dict[str, dict[str, bool]]:
    """Whether each case passed: by test, then by the case's id."""
    files = [FOLDER / f"test_{name}.py" for name in ("edits", "targets", "same_as_cli")]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("PULUMI_CONFIG_")
        }
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *map(str, files)]
        subprocess.run(command, capture_output=True, check=False, env=environment)
        cases = ElementTree.parse(report).iter("testcase")  # noqa: S314 - our own report
        found: dict[str, dict[str, bool]] = {}
        for case in cases:
            test, _, id_ = case.get("name", "").partition("[")
            found.setdefault(test, {})[id_.removesuffix("]")] = len(case) == 0
    return found


def _show(rows: list[Row], *, has_cli: bool) -> None:
    table = Table("scenario", "steps", "emulator", "CLI")
    for row in rows:
        own = "yes" if row.passed else "NO"
        cli = ("yes" if row.same_on_cli else "NO") if has_cli else "no pulumi on PATH"
        if sys.stdout.isatty():
            table.add_row(row.title, "\n".join(row.kinds), own, cli)
        else:
            sys.stdout.write(f"{row.title}\t{', '.join(row.kinds)}\t{own}\t{cli}\n")
    if sys.stdout.isatty():
        Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
