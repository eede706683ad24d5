"""The figures of one run of the benchmark, and what follows from them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.measuring import Cost
from benchmarks.workloads import Action, Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one action cost on one engine."""

    workload: str
    tenants: int
    resources: int
    engine: Engine
    action: Action
    policies: bool
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What a workload's program costs without an engine."""

    workload: str
    action: Action
    program_alone: Cost
    importing_sdk: Cost


@dataclass(slots=True, kw_only=True)
class Figures:
    """All of them, with where they come from."""

    date: str
    machine: str
    versions: dict[str, str]
    floors: list[Floor] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    def floor(self, figure: Figure) -> Floor | None:
        """The floor under a figure: a preview's is that of the preview without changes."""
        action = Action.UP if figure.action is Action.UP else Action.PREVIEW
        for floor in self.floors:
            if floor.workload == figure.workload and floor.action is action:
                return floor
        return None

    def share_seconds(self, figure: Figure) -> float | None:
        """The engine's own share of the wall clock: the total minus the program alone."""
        floor = self.floor(figure)
        if floor is None:
            return None
        return figure.cost.wall_seconds - floor.program_alone.wall_seconds

    def other(self, figure: Figure) -> Figure | None:
        """The same action on the other engine."""
        for candidate in self.figures:
            same = (candidate.workload, candidate.action, candidate.policies) == (
                figure.workload,
                figure.action,
                figure.policies,
            )
            if same and candidate.engine is not figure.engine:
                return candidate
        return None

    def of(self, engine: Engine, action: Action) -> Iterator[Figure]:
        """Figures of the tenants' program without policies, by size."""
        for figure in sorted(self.figures, key=lambda item: item.tenants):
            plain = figure.tenants and not figure.policies
            if plain and figure.engine is engine and figure.action is action:
                yield figure

    def write(self, file: Path) -> None:
        """Write them as JSON, with the ratios."""
        document = asdict(self)
        for figure, written in zip(self.figures, document["figures"], strict=True):
            written["engine_share_seconds"] = self.share_seconds(figure)
            other = self.other(figure)
            if figure.engine is Engine.EMULATOR and other is not None:
                written["wall_ratio_to_pulumi"] = figure.cost.wall_seconds / other.cost.wall_seconds
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document, indent=2) + "\n")
