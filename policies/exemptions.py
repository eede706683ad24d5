"""Exemptions: which resource a rule does not bind, who answers for it, why, and until when."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

FILE = Path(__file__).with_name("exemptions.yaml")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]


class Exemption(BaseModel):
    """One entry of exemptions.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Text
    resource: Annotated[str, StringConstraints(pattern=r"^[^:]+:[^:]*:[^:]+::.+$")]
    """`type::name`, as in the URN."""

    stacks: tuple[str, ...] = Field(min_length=1)
    owner: Text
    reason: Text
    expires: datetime.date

    @property
    def title(self) -> str:
        """By which a message names it."""
        return f"{self.rule} on {self.resource}"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    exemptions: tuple[Exemption, ...]


def read_exemptions(file: Path = FILE) -> tuple[Exemption, ...]:
    """The file's entries.

    Raises pydantic.ValidationError, which names entry, key and what is wrong.
    """
    return _File.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))).exemptions


class Exemptions:
    """The entries that count for one stack on one day, and which of them were used."""

    def __init__(self, entries: Iterable[Exemption], stack: str, today: datetime.date) -> None:
        self._today = today
        self.entries = [entry for entry in entries if stack in entry.stacks]
        self._used: set[Exemption] = set()

    def cover(self, rule: str, urn: str) -> bool:
        """Whether a violation is exempted today."""
        for entry in self.entries:
            kind, name = entry.resource.split("::", 1)
            if entry.rule == rule and urn.endswith(f"{kind}::{name}") and not self.expired(entry):
                self._used.add(entry)
                return True
        return False

    def expired(self, entry: Exemption) -> bool:
        """Whether its last day is over."""
        return entry.expires < self._today

    def unused(self) -> list[Exemption]:
        """Entries that have covered nothing."""
        return [entry for entry in self.entries if entry not in self._used]
