"""How much of the public rule sets the pack answers: `python -m policies.scorecard`.

The sets and what is left out of them are in scorecard.yaml; what is enforced is what some rule's
`frameworks` name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from rich.console import Console
from rich.table import Table

from policies.catalogue import RULES
from policies.rule import Rule

FILE = Path(__file__).with_name("scorecard.yaml")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2)]


class RuleSet(BaseModel):
    """One public rule set, as far as it applies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Text
    source: Text
    ids: Mapping[str, tuple[Text, ...]]
    """Applicable ids by kind of resource."""

    beyond: tuple[Text, ...] = ()
    """Ids for other kinds of resource that rules may name as well."""

    corrections: tuple[Text, ...] = ()

    @property
    def applicable(self) -> tuple[str, ...]:
        """Ids that have to be enforced or excluded."""
        return tuple(id_ for ids in self.ids.values() for id_ in ids)


class Exclusion(BaseModel):
    """A public rule that the pack does not enforce."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Text
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10)]


class Scorecard(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sets: tuple[RuleSet, ...]
    exclusions: tuple[Exclusion, ...] = Field(default=())

    @property
    def reasons(self) -> dict[str, str]:
        """Why not, by id."""
        return {exclusion.id: exclusion.reason for exclusion in self.exclusions}


@dataclass(frozen=True, kw_only=True)
class Score:
    """Where one set stands; the three add up to what is applicable."""

    set: RuleSet
    enforced: tuple[str, ...]
    excluded: tuple[str, ...]
    open: tuple[str, ...]


def read_scorecard(file: Path = FILE) -> Scorecard:
    """The file's content.

    Raises pydantic.ValidationError, which names entry, key and what is wrong.
    """
    return Scorecard.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def enforced_by(rules: Iterable[Rule]) -> dict[str, list[str]]:
    """Rules by the public ids that they answer."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        for id_ in rule.frameworks:
            found.setdefault(id_, []).append(rule.id)
    return found


def score(card: Scorecard, rules: Iterable[Rule]) -> list[Score]:
    """Where each set stands."""
    enforced, reasons = enforced_by(rules), card.reasons
    return [
        Score(
            set=item,
            enforced=tuple(i for i in item.applicable if i in enforced),
            excluded=tuple(i for i in item.applicable if i not in enforced and i in reasons),
            open=tuple(i for i in item.applicable if i not in enforced and i not in reasons),
        )
        for item in card.sets
    ]


def problems(card: Scorecard, rules: Iterable[Rule]) -> list[str]:
    """What contradicts itself in the file, or between it and the rules; open ids are none."""
    enforced = enforced_by(rules)
    applicable = [id_ for item in card.sets for id_ in item.applicable]
    known = {*applicable, *(id_ for item in card.sets for id_ in item.beyond)}
    excluded = [exclusion.id for exclusion in card.exclusions]
    return [
        *(
            f"rule {rule} names {id_!r}, which is in no set: correct it, or list it under beyond"
            for id_ in sorted(enforced.keys() - known)
            for rule in enforced[id_]
        ),
        *(
            f"{i!r} is listed twice"
            for i in sorted({i for i in applicable if applicable.count(i) > 1})
        ),
        *(
            f"{i!r} is excluded twice"
            for i in sorted({i for i in excluded if excluded.count(i) > 1})
        ),
        *(
            f"{id_!r} is excluded and enforced by {', '.join(enforced[id_])}: remove the exclusion"
            for id_ in sorted(set(excluded) & enforced.keys())
        ),
        *(
            f"{id_!r} is excluded and applicable in no set"
            for id_ in sorted(set(excluded) - set(applicable))
        ),
    ]


def main() -> int:
    """Exit code 1 where an id is open or something contradicts itself."""
    card = read_scorecard()
    scores, wrong = score(card, RULES), problems(card, RULES)
    console = Console(width=None if sys.stdout.isatty() else 200, soft_wrap=True)
    table = Table("rule set", "applicable", "enforced", "excluded", "open")
    for item in scores:
        counts = (item.set.applicable, item.enforced, item.excluded, item.open)
        table.add_row(item.set.title, *(str(len(ids)) for ids in counts))
    console.print(table)
    for item in scores:
        for id_ in item.excluded:
            console.print(f"{id_}: excluded: {card.reasons[id_]}", markup=False)
    for item in scores:
        if item.open:
            console.print(f"open in {item.set.title}: {', '.join(item.open)}", markup=False)
    for problem in wrong:
        console.print(problem, markup=False)
    return int(bool(wrong) or any(item.open for item in scores))


if __name__ == "__main__":
    sys.exit(main())
