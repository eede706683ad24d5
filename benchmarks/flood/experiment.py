"""The experiment: phases in turn, in every round in another order, under one steady load."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from benchmarks.flood.figures import Figure, Figures, Phase
from benchmarks.flood.ground import HOST, TENANT, Ground, TemporaryFiles
from benchmarks.workloads import ROOT

TEMP_FILE_LIMIT: Final = "4MB"
"""Small, as the spills of one phase are."""

PHASES: Final = (
    Phase(name="alone"),
    Phase(name="CPU, with limits", kind="cpu"),
    Phase(name="CPU, limits of 5 a role", kind="cpu", connections=5),
    Phase(name="CPU, without limits", kind="cpu", connections=-1),
    Phase(name="I/O, with limits", kind="io"),
    Phase(name="I/O, with limits, also on files", kind="io", temp_file_limit=TEMP_FILE_LIMIT),
    Phase(name="I/O, limits of 5 a role", kind="io", connections=5),
    Phase(name="I/O, without limits", kind="io", connections=-1),
)
SETTLE_SECONDS: Final = 2.0


def run(ground: Ground, figures: Figures, say: Any) -> None:
    """Fill `figures`, phase by phase."""
    found = {phase: Figure(phase=phase) for phase in PHASES}
    times: list[tuple[Phase, float, float]] = []
    with _neighbour(ground, figures.rate) as seen:
        time.sleep(SETTLE_SECONDS)
        for number in range(figures.rounds):
            for phase in (*PHASES[number:], *PHASES[:number]):
                say(f"round {number + 1} of {figures.rounds}: {phase.name}")
                began, ended = _phase(ground, found[phase], figures.seconds)
                times.append((phase, began, ended))
                ground.end_sessions()
                time.sleep(SETTLE_SECONDS)
    for phase, began, ended in times:
        found[phase].seen += [
            (kind, seconds, error) for kind, due, seconds, error in seen if began <= due < ended
        ]
    figures.figures = list(found.values())


def _phase(ground: Ground, figure: Figure, seconds: float) -> tuple[float, float]:
    """When it began and ended, by the monotonic clock."""
    phase = figure.phase
    if not phase.kind:
        began = time.monotonic()
        time.sleep(seconds)
        return began, began + seconds
    ground.configure({"temp_file_limit": phase.temp_file_limit})
    ground.limit_roles(phase.connections)
    try:
        with TemporaryFiles(ground) as files, _tenant(ground, phase.kind, seconds) as told:
            figure.tenant_sessions.append(told["sessions"])
            figure.refusals |= set(told["refusals"])
            began = time.monotonic()
            time.sleep(seconds)
        figure.temporary_mb = max(figure.temporary_mb, files.most_bytes / 1e6)
    finally:
        ground.limit_roles(None)
        ground.configure({"temp_file_limit": "-1"})
    return began, began + seconds


@contextmanager
def _tenant(ground: Ground, kind: str, seconds: float) -> Iterator[dict[str, Any]]:
    asked = {
        "folder": str(ground.folder),
        "roles": ground.roles(TENANT),
        "database": ground.database(TENANT),
        "kind": kind,
        "seconds": seconds,
    }
    with _process("benchmarks.flood.tenant", asked) as process:
        assert process.stdout is not None  # noqa: S101 - for the type checker
        yield json.loads(process.stdout.readline())
        process.communicate()


@contextmanager
def _neighbour(ground: Ground, rate: float) -> Iterator[list[tuple[str, float, float, str]]]:
    _, app, _ = ground.roles(HOST)
    asked = {
        "folder": str(ground.folder),
        "user": app,
        "database": ground.database(HOST),
        "rate": rate,
    }
    seen: list[tuple[str, float, float, str]] = []
    with _process("benchmarks.flood.neighbour", asked) as process:
        yield seen
        said, _ = process.communicate()
        seen += json.loads(said)


@contextmanager
def _process(module: str, asked: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", module, json.dumps(asked)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
