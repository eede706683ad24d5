"""What the neighbour saw in each phase, over all rounds."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Phase:
    """What the tenant does, and what holds it."""

    name: str
    kind: str = ""
    """`cpu`, `io`, or nothing: the neighbour is alone."""

    connections: int | None = None
    """Of each of its roles; None for the program's limits, -1 for none."""

    temp_file_limit: str = "-1"
    """What temporary files of a session may take at most; -1 for no limit."""


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Of what succeeded, and how much did not."""

    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    failures: dict[str, int]
    """How often each error came."""

    @property
    def failed_percent(self) -> float:
        """Failures among all."""
        failed = sum(self.failures.values())
        return 100 * failed / max(1, failed + self.count)


@dataclass(kw_only=True)
class Figure:
    """One phase."""

    phase: Phase
    tenant_sessions: list[dict[str, int]] = field(default_factory=list)
    """Sessions that it had by role, a round each."""

    refusals: set[str] = field(default_factory=set)
    """What it was told when it asked for more."""

    temporary_mb: float = 0.0
    """What its temporary files took on the disk at most."""

    seen: list[tuple[str, float, str]] = field(default_factory=list)
    """Kind, seconds and error of everything that was due."""

    def latency(self, kind: str) -> Latency:
        """Of `transaction` or `connection`."""
        return _latency((seconds, error) for what, seconds, error in self.seen if what == kind)


@dataclass(kw_only=True)
class Figures:
    """All phases, with where they come from."""

    date: str
    machine: str
    postgresql: str
    rate: float
    """Transactions a second that were due."""

    seconds: float
    """Of a phase in a round."""

    rounds: int
    figures: list[Figure] = field(default_factory=list)

    def write(self, file: Path) -> None:
        """Write them as JSON."""
        document = {key: value for key, value in vars(self).items() if key != "figures"}
        document["phases"] = [
            asdict(figure.phase)
            | {
                "tenant_sessions": figure.tenant_sessions,
                "refusals": sorted(figure.refusals),
                "temporary_mb": round(figure.temporary_mb, 1),
                "transactions": asdict(figure.latency("transaction")),
                "connections_made": asdict(figure.latency("connection")),
            }
            for figure in self.figures
        ]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _latency(seen: Iterable[tuple[float, str]]) -> Latency:
    seen = list(seen)
    good = sorted(seconds * 1000 for seconds, error in seen if not error)
    return Latency(
        count=len(good),
        p50_ms=_quantile(good, 0.5),
        p95_ms=_quantile(good, 0.95),
        p99_ms=_quantile(good, 0.99),
        max_ms=_quantile(good, 1.0),
        failures=dict(Counter(error for _, error in seen if error)),
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The nearest rank; not a number where nothing succeeded."""
    if not ordered:
        return math.nan
    return round(ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)], 2)
