"""Measure what a hostile tenant costs its neighbour: `python -m benchmarks.flood`.

Nothing here passes or fails. The server, the tenant and the neighbour share this machine's cores:
compare phases with each other, not with another machine's.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from benchmarks.flood.experiment import run
from benchmarks.flood.figures import Figures
from benchmarks.flood.ground import SUPERUSER, Ground
from benchmarks.flood.plot import write_plot
from benchmarks.flood.table import print_table
from benchmarks.workloads import ROOT, processor

RESULTS: Final = ROOT / ".emulator" / "flood"


@click.command()
@click.option("--seconds", default=6.0, help="Seconds of each phase in a round.")
@click.option("--rounds", default=3, help="Rounds, each in another order.")
@click.option("--rate", default=100.0, help="Transactions a second that are due next door.")
@click.option("--results", type=click.Path(path_type=Path), default=RESULTS, help="A folder.")
def main(seconds: float, rounds: int, rate: float, results: Path) -> None:
    """Flood a server from test while preprod works on it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what it started goes, too
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="flood-") as home:
        ground = Ground(Path(home))
        try:
            ground.stand_up()
            with ground.connect(SUPERUSER, SUPERUSER) as session:
                version = session.info.parameter_status("server_version") or ""
            figures = Figures(
                date=datetime.now(UTC).isoformat(timespec="seconds"),
                machine=f"{os.cpu_count()} cores ({processor()}), load {load:.1f} before it began",
                postgresql=version,
                rate=rate,
                seconds=seconds,
                rounds=rounds,
            )
            run(ground, figures, lambda text: click.echo(text, err=True))
        finally:
            ground.close()
    print_table(figures)
    figures.write(results / "figures.json")
    write_plot(figures, results / "figures.svg")
    click.echo(f"figures: {results / 'figures.json'}\nplot: {results / 'figures.svg'}")


if __name__ == "__main__":
    main()
