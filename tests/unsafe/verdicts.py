"""Whether an edit was blocked as it has to be, and the table of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rich.table import Table

from tests.unsafe.edits import Edit
from tests.unsafe.trials import Trial


class Verdict(StrEnum):
    """What became of an edit."""

    BLOCKED = "blocked"
    MISSED = "MISSED"
    PASSED = "passed"
    FALSE_ALARM = "FALSE ALARM"


@dataclass(frozen=True, kw_only=True)
class Result:
    """An edit and its previews."""

    edit: Edit
    trials: tuple[Trial, ...]

    @property
    def verdict(self) -> Verdict:
        """An unsafe edit has to be blocked on every ground, a safe one has to pass everywhere."""
        if self.edit.safe:
            clean = all(not trial.ids for trial in self.trials)
            return Verdict.PASSED if clean else Verdict.FALSE_ALARM
        blocked = all(any(self.blocks(t) for t in self._on(a)) for a in self.edit.against)
        return Verdict.BLOCKED if blocked else Verdict.MISSED

    @property
    def is_wrong(self) -> bool:
        """Whether it was missed or is a false alarm."""
        return self.verdict in (Verdict.MISSED, Verdict.FALSE_ALARM)

    @property
    def is_broken(self) -> bool:
        """Whether it was not judged as it should, because a preview broke down."""
        return self.is_wrong and any(trial.broken for trial in self.trials)

    def blocks(self, trial: Trial) -> bool:
        """Whether a preview was blocked by what the edit names, or by anything of ours."""
        if self.edit.blocked_by:
            return bool(trial.ids & set(self.edit.blocked_by))
        return bool(trial.refusals)

    def _on(self, against: str) -> list[Trial]:
        return [trial for trial in self.trials if trial.against == against]

    def told(self) -> str:
        """By what it was blocked, or what happened instead, a line for each preview that counts."""
        lines = []
        for trial in self.trials:
            ids = ", ".join(sorted(trial.ids)) or "nothing said against it"
            first = next(iter(trial.message.strip().splitlines()), "")
            lines.append(
                f"{trial.where}: {ids}" + (f" ({first[:160]})" if self.is_wrong and first else "")
            )
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """The result as `--json` writes it."""
        return {
            "name": self.edit.name,
            "title": self.edit.title,
            "safe": self.edit.safe,
            "verdict": self.verdict.value.lower(),
            "broken": self.is_broken,
            "blockedBy": list(self.edit.blocked_by),
            "previews": [
                {
                    "against": trial.against,
                    "stack": trial.stack,
                    "refusals": sorted(trial.ids),
                    "message": trial.message,
                }
                for trial in self.trials
            ],
        }


def table(results: Sequence[Result]) -> Table:
    """Every edit, what became of it, and by what."""
    shown = Table("edit", "verdict", "by", show_lines=False)
    for result in results:
        verdict = result.verdict.value + (" (broken)" if result.is_broken else "")
        by = result.told() if result.is_wrong else _short(result)
        shown.add_row(result.edit.name, verdict, by, style="bold red" if result.is_wrong else "")
    return shown


def _short(result: Result) -> str:
    """What the edit names and got; every rule is in `--json`."""
    if result.edit.safe:
        return ""
    got = {id_ for trial in result.trials for id_ in trial.ids if result.blocks(trial)}
    named = got & set(result.edit.blocked_by) or got
    grounds = "" if len(result.edit.against) > 1 else f" ({result.edit.against[0]} only)"
    return ", ".join(sorted(named)) + grounds


def last_line(results: Sequence[Result]) -> str:
    """The counts."""
    count = dict.fromkeys(Verdict, 0)
    for result in results:
        count[result.verdict] += 1
    return (
        f"{count[Verdict.BLOCKED]} blocked, {count[Verdict.MISSED]} missed, "
        f"{count[Verdict.PASSED]} safe passed, {count[Verdict.FALSE_ALARM]} false alarms"
    )
