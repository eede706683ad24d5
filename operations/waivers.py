"""Waivers: what a change may do although the guard refuses it, on whose word, and until when."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from operations.plan_checks import KINDS, Finding, title

FILE: Final = Path("policies/waivers.yaml")
"""Relative to the project's folder."""

LONGEST_DAYS: Final = 90
"""A waiver is for one change that is about to be made."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]


class WaiverFileError(Exception):
    """The file cannot be read: every entry that is wrong."""


class Waiver(BaseModel):
    """One entry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Annotated[str, StringConstraints(pattern=f"^({'|'.join(KINDS)})$")]
    resource: Annotated[str, StringConstraints(pattern=r"^[^:*]+:[^*]*::[^*]+$")]
    """The URN, or `type::name`."""

    stack: Text
    owner: Text
    reason: Text
    expires: datetime.date
    """The last day on which it counts."""

    def covers(self, finding: Finding) -> bool:
        """Whether it is about what was found."""
        return self.kind == finding.kind and self.resource in (finding.urn, title(finding))


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    waivers: tuple[Waiver, ...] = Field()


def read_waivers(file: Path) -> tuple[Waiver, ...]:
    """The file's entries; none where there is no file. Raises WaiverFileError."""
    if not file.exists():
        return ()
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        return _File.model_validate(content).waivers
    except yaml.YAMLError as error:
        raise WaiverFileError(f"{file} is no YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, item['loc'])) or 'the file'}: {item['msg']}"
            for item in error.errors()
        ]
        raise WaiverFileError("\n".join([f"{file} is wrong:", *lines])) from None


def apply_waivers(
    findings: Iterable[Finding], waivers: Iterable[Waiver], stack: str, today: datetime.date
) -> tuple[list[Finding], list[tuple[Finding, Waiver]]]:
    """What stays refused, and what is waived by which waiver.

    Waivers of the stack that are out of date, or that waive nothing, are findings as well.
    """
    own = [waiver for waiver in waivers if waiver.stack == stack]
    refused: list[Finding] = []
    waived: list[tuple[Finding, Waiver]] = []
    for finding in findings:
        valid = [w for w in own if w.covers(finding) and not _flaw(w, today)]
        if valid:
            waived.append((finding, valid[0]))
        else:
            refused.append(finding)
    used = {waiver for _, waiver in waived}
    for waiver in own:
        kind, flaw, remedy = _flaw(waiver, today) or (
            "waiver-unused",
            "waives nothing that this change would do",
            "Remove it: it was for a change that is made, or it names another resource.",
        )
        if waiver not in used:
            found = f"the waiver of {waiver.kind} on {waiver.resource} {flaw}"
            refused.append(Finding(kind=kind, urn="", found=found, remedy=remedy))
    return refused, waived


def _flaw(waiver: Waiver, today: datetime.date) -> tuple[str, str, str] | None:
    """Why a waiver does not count today: kind of finding, what is wrong, remedy."""
    if waiver.expires < today:
        remedy = f"Remove it, or ask {waiver.owner} for a new one."
        return "waiver-expired", f"expired on {waiver.expires}", remedy
    if waiver.expires > today + datetime.timedelta(days=LONGEST_DAYS):
        remedy = f"Let it expire within {LONGEST_DAYS} days."
        return "waiver-too-long", f"expires on {waiver.expires} only", remedy
    return None
