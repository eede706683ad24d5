"""Lists the rules with their state: `python -m policies.listing`.

A table on a terminal, else a line for each rule with tabs between its members.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from policies.catalogue import RULES
from policies.exemptions import Exemption, read_exemptions
from policies.pack import STACK_SUFFIX, Pack
from policies.rule import Rule

COLUMNS = ("rule", "group", "level", "severity", "kind", "frameworks", "exemptions")
STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One rule and its state."""

    rule: Rule
    level: str
    """Of its group, unless `--policy-pack-config` says otherwise."""

    exemptions: tuple[Exemption, ...]
    today: datetime.date

    @property
    def kind(self) -> str:
        """What the rule looks at."""
        return "resource" if self.rule.check else "stack"

    def cells(self) -> tuple[str, ...]:
        """Its members, in the order of COLUMNS."""
        return (
            self.rule.id,
            self.rule.group.value,
            self.level,
            self.rule.severity.value,
            self.kind,
            ", ".join(self.rule.frameworks) or "-",
            "; ".join(self._exempted(entry) for entry in self.exemptions) or "-",
        )

    def _exempted(self, entry: Exemption) -> str:
        state = "expired" if entry.expires < self.today else "until"
        return f"{entry.resource} in {', '.join(entry.stacks)} {state} {entry.expires}"


def lines(
    rules: Iterable[Rule], exemptions: Iterable[Exemption], today: datetime.date
) -> list[Line]:
    """Rules in the order of their groups and severities, the worst first."""
    rules, entries = tuple(rules), tuple(exemptions)
    policies = Pack(rules, entries, Path()).policies()
    levels = {p.name: p.enforcement_level.value for p in policies if p.enforcement_level}
    groups, severities = list(dict.fromkeys(r.group for r in rules)), list(STYLES)
    ordered = sorted(rules, key=lambda r: (groups.index(r.group), severities.index(r.severity)))
    return [
        Line(
            rule=rule,
            level=levels[rule.group.value + ("" if rule.check else STACK_SUFFIX)],
            exemptions=tuple(entry for entry in entries if entry.rule == rule.id),
            today=today,
        )
        for rule in ordered
    ]


def main() -> None:
    """Print the rules."""
    found = lines(RULES, read_exemptions(), datetime.datetime.now(datetime.UTC).date())
    if not sys.stdout.isatty():
        for line in found:
            print(*line.cells(), sep="\t")  # noqa: T201  (this is a command)
        return
    table = Table(*COLUMNS)
    for line in found:
        table.add_row(*line.cells(), style=STYLES[line.rule.severity.value])
    console = Console()
    console.print(table)
    groups = {line.rule.group for line in found}
    console.print(f"{len(found)} rules in {len(groups)} groups; docs/policies.md explains each")


if __name__ == "__main__":
    main()
