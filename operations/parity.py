"""Whether hosts are replicas of each other but for what stages/parity.yaml allows.

    python -m operations.parity [--json]

Registers the program in this folder once for each stack that hosts stages, against nothing (no
state is read and nothing is reached), replaces what is a stage's own by name, and compares each two
of them. Exit code 1 for a difference that is not allowed, and for an entry of the list that has
expired or that nothing needs.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from operations.differences import Difference, compare
from operations.placeholders import Placeholders
from stages.loading import parse
from stages.parity import FILE, AllowedDifference, ParityListError, read_parity_list
from stages.problems import SettingsError
from stages.settings import StackSettings
from stages.stack_files import config_of, project_name, stack_files

LIST = f"stages/{FILE.name}"


class NotRegisteredError(Exception):
    """A program that does not run, so that nothing can be compared."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A difference between two hosts."""

    stages: tuple[str, str]
    difference: Difference
    allowed: bool

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        shown = dict(zip(self.stages, self.difference.shown(), strict=True))
        return {
            "resource": self.difference.resource,
            "path": self.difference.path,
            "values": shown,
            "allowed": self.allowed,
        }

    def lines(self) -> list[str]:
        """For a person."""
        shown = zip(self.stages, self.difference.shown(), strict=True)
        width = max(map(len, self.stages)) + 1
        return [
            f"  {self.difference.resource}",
            f"    {self.difference.path or 'the resource'}",
            *(f"      {stage + ':':<{width}} {value}" for stage, value in shown),
        ]


@dataclass(kw_only=True)
class Report:
    """What a comparison found."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    resources: int = 0
    found: list[Found] = field(default_factory=list)
    expired: list[AllowedDifference] = field(default_factory=list)
    unused: list[AllowedDifference] = field(default_factory=list)

    @property
    def unlisted(self) -> list[Found]:
        """Differences that nothing allows."""
        return [found for found in self.found if not found.allowed]

    @property
    def passes(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.unlisted or self.expired or self.unused)

    def text(self) -> str:
        """For a person: everything that fails, with the next step, and a last line that counts."""
        lines: list[str] = []
        if self.unlisted:
            lines.append("Differences that are not allowed:")
            lines += [line for found in self.unlisted for line in found.lines()]
            lines.append("  next: make both the same (components branch on no stage), or allow it")
            lines.append(f"        in {LIST} with a reason and the day on which that ends")
        lines += [
            f"{LIST}: {entry.title} expired on {entry.expires}: renew or remove it"
            for entry in self.expired
        ]
        lines += [
            f"{LIST}: {entry.title} is needed by nothing any more: remove it"
            for entry in self.unused
        ]
        pairs = ", ".join(" and ".join(pair) for pair in self.pairs) or "no two hosts"
        lines.append(
            f"parity of {pairs}: {self.resources} resources, "
            f"{len(self.found) - len(self.unlisted)} allowed differences, "
            f"{len(self.unlisted)} not allowed, {len(self.expired)} expired and "
            f"{len(self.unused)} unused entries"
        )
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {
            "passes": self.passes,
            "pairs": [list(pair) for pair in self.pairs],
            "resources": self.resources,
            "differences": [found.as_json() for found in self.found],
            "expired": [entry.title for entry in self.expired],
            "unused": [entry.title for entry in self.unused],
        }


def check(
    registered: Mapping[str, list[dict[str, Any]]],
    allowed: Sequence[AllowedDifference],
    today: datetime.date,
) -> Report:
    """Compare each two of `registered`, by stage and with placeholders."""
    current = [entry for entry in allowed if entry.expires >= today]
    report = Report(pairs=list(combinations(sorted(registered), 2)))
    report.expired = [entry for entry in allowed if entry.expires < today]
    used: set[AllowedDifference] = set()
    for first, second in report.pairs:
        report.resources += max(len(registered[first]), len(registered[second]))
        for difference in compare(registered[first], registered[second]):
            covering = [e for e in current if e.covers(difference.resource, difference.path)]
            used.update(covering)
            found = Found(stages=(first, second), difference=difference, allowed=bool(covering))
            report.found.append(found)
    report.unused = [entry for entry in current if entry not in used]
    return report


def hosts(folder: Path) -> dict[str, StackSettings]:
    """Settings of the stacks that host stages, by stage. Raises SettingsError."""
    project = project_name(folder)
    found = {
        stage: parse(config_of(file), project, stage, dags=folder / "dags")
        for stage, file in stack_files(folder).items()
    }
    return {stage: settings for stage, settings in found.items() if settings.host is not None}


def register(folder: Path, stages: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """What the program in `folder` registers as each stack, each in a process of its own.

    Raises NotRegisteredError with what the program said.
    """

    def run(stage: str) -> list[dict[str, Any]]:
        file = Path(place) / f"{stage}.json"
        command = [sys.executable, "-m", "operations.registering", stage, str(file)]
        answer = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
        if answer.returncode:
            msg = f"the program does not run as {stage}, so nothing was compared:\n{answer.stderr}"
            raise NotRegisteredError(msg)
        found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        return found

    names = list(stages)
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor() as pool:
        return dict(zip(names, pool.map(run, names), strict=True))


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 where something has to be done."""
    parser = argparse.ArgumentParser(prog="python -m operations.parity", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    as_json = parser.parse_args(arguments).json
    folder = Path()
    try:
        settings = hosts(folder)
        allowed = read_parity_list(folder / LIST)
        registered = {
            stage: Placeholders(stage=stage, settings=settings[stage]).replace(resources)
            for stage, resources in register(folder, settings).items()
        }
    except (SettingsError, ParityListError, NotRegisteredError) as error:
        print(error, file=sys.stderr)  # noqa: T201  (this is a command)
        return 1
    report = check(registered, allowed, datetime.datetime.now(datetime.UTC).date())
    shown = json.dumps(report.as_json(), indent=2) if as_json else report.text()
    print(shown)  # noqa: T201  (as above)
    return 0 if report.passes else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
