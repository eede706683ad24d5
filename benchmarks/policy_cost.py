"""What the policy pack costs beside a preview without changes: `python -m benchmarks.policy_cost`.

Seconds of processor time, the median of some runs: beside other work on the machine a wall clock
says little. The pack starts beside the program, so its start is reported apart. `rules` is what the
rules and the library take in the calls of the engine, `pack` adds how these come and go.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import measure
from benchmarks.preprod import Preprod
from benchmarks.tenants import Tenants
from benchmarks.workloads import POLICY_PACK, ROOT, Action, Command, Engine, Workload

TIMED_PACK: Final = ROOT / "benchmarks" / "timed_pack"
LIMIT_SECONDS: Final = 600.0


@dataclass(frozen=True, kw_only=True)
class PolicyCost:
    """Seconds of processor time."""

    preview: float
    """Of a preview without the pack."""

    start: float
    """Of the pack, until the engine first asks it something."""

    rules: float
    pack: float

    def cells(self) -> tuple[str, ...]:
        """For a table."""
        shares = (f"{value:.2f} ({value / self.preview:.0%})" for value in (self.rules, self.pack))
        return (f"{self.preview:.2f}", f"{self.start:.2f}", *shares)


def policy_cost(workload: Workload, place: Path, runs: int) -> PolicyCost:
    """Bring the workload about, and preview it with and without the pack."""
    workload.fresh(Engine.EMULATOR)
    workload.command(Engine.EMULATOR, Action.UP, policies=False).run()
    workload.count()
    return _median([_once(workload, place) for _ in range(runs)])


def _once(workload: Workload, place: Path) -> PolicyCost:
    plain = workload.command(Engine.EMULATOR, Action.PREVIEW, policies=False)
    alone = measure(plain.arguments, plain.folder, plain.environment, place / "log", LIMIT_SECONDS)
    file = place / "cost.json"
    _timed(workload.command(Engine.EMULATOR, Action.PREVIEW, policies=True), file).run()
    cost = json.loads(file.read_text())
    return PolicyCost(
        preview=alone.engine_cpu_seconds + alone.program_cpu_seconds,
        start=cost["start_cpu_seconds"],
        rules=cost["calls_cpu_seconds"],
        pack=cost["process_cpu_seconds"] - cost["start_cpu_seconds"],
    )


def _timed(command: Command, file: Path) -> Command:
    packs = {str(POLICY_PACK): str(TIMED_PACK)}
    return replace(
        command,
        arguments=[packs.get(argument, argument) for argument in command.arguments],
        environment=dict(command.environment) | {"PACK_COST": str(file)},
    )


def _median(costs: list[PolicyCost]) -> PolicyCost:
    names = ("preview", "start", "rules", "pack")
    return PolicyCost(**{n: statistics.median(getattr(c, n) for c in costs) for n in names})


@click.command()
@click.option("--tenants", default=85, help="Size of the program on a provider in memory.")
@click.option("--runs", default=3, help="Runs of each preview.")
def main(tenants: int, runs: int) -> None:
    """Measure what the policy pack costs."""
    table = Table("program", "resources", "preview s", "pack's start s", "rules s", "pack s")
    with tempfile.TemporaryDirectory(prefix="bench-") as text:
        place = Path(text)
        for workload in (Preprod(place / "preprod"), Tenants(tenants, place / "tenants")):
            try:
                cost = policy_cost(workload, place, runs)
            finally:
                workload.close()
            table.add_row(workload.name, str(workload.resources), *cost.cells())
    Console().print(table)


if __name__ == "__main__":
    main()
