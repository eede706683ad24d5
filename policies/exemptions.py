"""Exemptions: which resource a rule does not bind, who answers for it, why, and until when."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

FILE = Path(__file__).with_name("exemptions.yaml")

LONGEST_DAYS = 366
"""What is to stay for ever is no exemption: change the rule."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]


class ExemptionFileError(Exception):
    """The file cannot be read: every entry that is wrong, by its number and rule."""


class Exemption(BaseModel):
    """One entry of exemptions.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Text
    resource: Annotated[str, StringConstraints(pattern=r"^[^:*]+:[^:*]*:[^:*]+::[^*]+$")]
    """`type::name`, as in the URN."""

    stacks: tuple[str, ...] = Field(min_length=1)
    owner: Text
    reason: Text
    expires: datetime.date
    """The last day on which it counts."""

    @property
    def title(self) -> str:
        """By which a message names it."""
        return f"{self.rule} on {self.resource}"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    exemptions: tuple[Exemption, ...]


def read_exemptions(file: Path = FILE) -> tuple[Exemption, ...]:
    """The file's entries. Raises ExemptionFileError with all that is wrong."""
    where = f"policies/{file.name}"
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        msg = f"{where} cannot be read: {' '.join(str(error).split())}"
        raise ExemptionFileError(msg) from None
    try:
        return _File.model_validate(content).exemptions
    except ValidationError as error:
        lines = [f"  {_place(content, item['loc'])}: {item['msg']}" for item in error.errors()]
        raise ExemptionFileError("\n".join([f"{where} is wrong:", *lines])) from None


def _place(content: Any, location: tuple[int | str, ...]) -> str:
    """`entry 2 (its rule), expires`, as the file's reader looks for it."""
    if len(location) < 2 or not isinstance(location[1], int):
        return ".".join(map(str, location)) or "the file"
    entry = content["exemptions"][location[1]]
    rule = entry.get("rule", "no rule") if isinstance(entry, dict) else "no mapping"
    return ", ".join([f"entry {location[1] + 1} ({rule})", *map(str, location[2:])])


def title_of(urn: str) -> str:
    """`type::name` of a URN, without the types of its parents; "" of none."""
    *_, kinds, name = ["", *urn.split("::", 3)]
    return f"{kinds.rsplit('$', 1)[-1]}::{name}" if name else ""


class Exemptions:
    """The entries that count for one stack on one day, and which of them were used."""

    def __init__(self, entries: Iterable[Exemption], stack: str, today: datetime.date) -> None:
        self._today = today
        self._all = tuple(entries)
        self.entries = [entry for entry in self._all if stack in entry.stacks]
        self._used: set[Exemption] = set()

    def cover(self, rule: str, urn: str) -> bool:
        """Whether a violation is exempted today."""
        for entry in self.entries:
            if entry.rule == rule and entry.resource == title_of(urn) and not self._flaw(entry):
                self._used.add(entry)
                return True
        return False

    def keep(self, rule: str, urn: str) -> None:
        """Let stand what may be needed once a rule knows all; without a URN, of any resource."""
        for entry in self.entries:
            if entry.rule == rule and title_of(urn) in ("", entry.resource):
                self._used.add(entry)

    def problems(
        self,
        *,
        rules: Collection[str],
        idle: Collection[str],
        resources: Collection[str],
        stacks: Collection[str],
    ) -> Iterator[str]:
        """What is wrong with the entries, once all rules have run.

        `rules` and `stacks` are all that there are, `idle` the rules that were switched off,
        `resources` what the stack has, as `type::name`.
        """
        for entry in self._all:
            if unknown := sorted(set(entry.stacks).difference(stacks)):
                yield f"{entry.title}: there is no stack {', '.join(unknown)}; correct it"
        for entry in self.entries:
            if flaw := self._flaw(entry):
                yield f"{entry.title}: {flaw}"
            elif entry.rule not in rules:
                yield f"{entry.title}: there is no such rule (make policies lists them); correct it"
            elif entry.resource not in resources:
                yield f"{entry.title}: this stack has no such resource; correct or remove it"
            elif entry.rule not in idle and entry not in self._used:
                yield f"{entry.title}: nothing needs it any more; remove it"

    def _flaw(self, entry: Exemption) -> str:
        """Why it does not count today, empty where it does."""
        if entry.expires < self._today:
            return f"expired on {entry.expires}; mend the resource, or ask {entry.owner} anew"
        if entry.expires > self._today + datetime.timedelta(days=LONGEST_DAYS):
            return f"expires on {entry.expires} only; let it expire within {LONGEST_DAYS} days"
        return ""
