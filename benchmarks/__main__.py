"""Measure the emulator, and the pulumi CLI where it is on PATH: `python -m benchmarks`.

Every figure is the median of as many runs as fit the budget. Nothing here passes or fails.
"""

from __future__ import annotations

import functools
import importlib.metadata
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from benchmarks.figures import Figure, Figures, Floor
from benchmarks.floor import Program
from benchmarks.measuring import Cost, measure, repeat
from benchmarks.plot import write_plot
from benchmarks.preprod import Preprod
from benchmarks.table import print_tables
from benchmarks.tenants import Tenants
from benchmarks.workloads import POLICY_PACK, ROOT, Action, Engine, Workload, processor

RESULTS: Final = ROOT / ".emulator" / "bench"


class Bench:
    """One run of the benchmark."""

    def __init__(self, place: Path, runs: int, budget_seconds: float, limit_seconds: float) -> None:
        self._place = place
        self._runs = runs
        self._budget_seconds = budget_seconds
        self._limit_seconds = limit_seconds
        self._console = Console(stderr=True, highlight=False)
        self.figures = Figures(
            date=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=f"{os.cpu_count()} cores ({processor()}), Python {platform.python_version()}, "
            f"load {os.getloadavg()[0]:.1f} before it began",
            versions=_versions(),
        )

    def run(self, workload: Workload, engines: list[Engine]) -> None:
        """Measure a workload on the engines."""
        try:
            for engine in engines:
                self._run_on(workload, engine)
        finally:
            workload.close()

    def _run_on(self, workload: Workload, engine: Engine) -> None:
        packs = [False, True] if POLICY_PACK.is_dir() else [False]
        for policies in reversed(packs):
            cut = self._up(workload, engine, policies=policies).over_limit
        if cut and not (engine is Engine.PULUMI and workload.hand_over()):
            return
        if engine is Engine.EMULATOR:
            self._add_floor(workload, Action.PREVIEW)
        for action in (Action.PREVIEW, Action.PREVIEW_CHANGE):
            for policies in packs:
                once = functools.partial(self._once, workload, engine, action, policies)
                cost = self._repeat(once)
                self._add(workload, engine, action, policies, cost)
        if engine is Engine.EMULATOR:
            workload.fresh(engine)
            self._add_floor(workload, Action.UP)

    def _up(self, workload: Workload, engine: Engine, *, policies: bool) -> Cost:
        def once() -> Cost:
            workload.fresh(engine)
            return self._once(workload, engine, Action.UP, policies)

        cost = self._repeat(once)
        if engine is Engine.EMULATOR:
            workload.count()
        self._add(workload, engine, Action.UP, policies, cost)
        return cost

    def _once(self, workload: Workload, engine: Engine, action: Action, policies: bool) -> Cost:
        command = workload.command(engine, action, policies=policies)
        self._console.print(f"{workload.name}: {action} on {engine}", style="dim")
        return measure(
            command.arguments,
            command.folder,
            command.environment,
            self._place / "log",
            self._limit_seconds,
        )

    def _add_floor(self, workload: Workload, action: Action) -> None:
        answers = self._place / "answers.json"
        self._console.print(f"{workload.name}: {action}, the program alone", style="dim")
        recording = workload.recording(action, answers)
        recording.run()
        program = Program(workload.program, answers, self._place / "log", recording.environment)
        floor = Floor(
            workload=workload.name,
            action=action,
            program_alone=program.alone(self._repeat),
            importing_sdk=program.imports(self._repeat),
        )
        self.figures.floors.append(floor)

    def _repeat(self, once: Callable[[], Cost]) -> Cost:
        return repeat(once, self._runs, self._budget_seconds)

    def _add(
        self, workload: Workload, engine: Engine, action: Action, policies: bool, cost: Cost
    ) -> None:
        figure = Figure(
            workload=workload.name,
            tenants=workload.tenants,
            resources=workload.resources,
            engine=engine,
            action=action,
            policies=policies,
            cost=cost,
        )
        self.figures.figures.append(figure)


def _versions() -> dict[str, str]:
    found = {name: importlib.metadata.version(name) for name in ("pulumi", "pulumi_aws", "grpcio")}
    if shutil.which("pulumi"):
        said = subprocess.run(["pulumi", "version"], stdout=subprocess.PIPE, text=True, check=True)
        found["pulumi CLI"] = said.stdout.strip()
    return found


def _sizes(_: click.Context, __: click.Parameter, text: str) -> list[int]:
    try:
        sizes = [int(part) for part in text.split(",") if part]
    except ValueError:
        msg = f"{text!r} is not a list of numbers such as 1,10,100"
        raise click.BadParameter(msg) from None
    return sizes


@click.command()
@click.option("--sizes", default="1,10,100,1000", callback=_sizes, help="Extra tenants.")
@click.option("--preprod/--no-preprod", default=True, help="Whether to measure preprod, too.")
@click.option("--pulumi/--no-pulumi", default=True, help="Whether to measure the CLI, too.")
@click.option("--runs", default=5, help="At most so many runs of each command.")
@click.option("--budget", default=40.0, help="Seconds after which a command is not run again.")
@click.option("--limit", default=900.0, help="Seconds after which a command is ended.")
@click.option("--results", type=click.Path(path_type=Path), default=RESULTS, help="A folder.")
def main(
    sizes: list[int],
    preprod: bool,
    pulumi: bool,
    runs: int,
    budget: float,
    limit: float,
    results: Path,
) -> None:
    """Measure the emulator, and the pulumi CLI where there is one."""
    engines = [Engine.EMULATOR]
    if pulumi and shutil.which("pulumi"):
        engines.append(Engine.PULUMI)
    elif pulumi:
        click.echo("no pulumi on PATH: only the emulator is measured", err=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        bench = Bench(Path(place), runs, budget, limit)
        if preprod:
            bench.run(Preprod(Path(place) / "preprod"), engines)
        for size in sizes:
            bench.run(Tenants(size, Path(place) / f"tenants-{size}"), engines)
    figures = bench.figures
    print_tables(figures)
    figures.write(results / "figures.json")
    write_plot(figures, results / "figures.svg")
    click.echo(f"figures: {results / 'figures.json'}\nplot: {results / 'figures.svg'}")


if __name__ == "__main__":
    main()
