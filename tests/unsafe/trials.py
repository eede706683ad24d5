"""One preview of one edit: who refused it, or what broke."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from operations.plan import ROOT_TYPE, UnreadablePlanError, read_plan, type_of
from operations.plan_guard import judge
from operations.waivers import FILE, WaiverFileError, read_waivers
from tests.unsafe.edits import Against, Edit
from tests.unsafe.ground import Ground

SETTINGS: Final = "settings"
PROVIDER: Final = "provider"
PROGRAM: Final = "program"
UNFIT: Final = "unfit"

RULE_ID = re.compile(r"^\s*\[([a-z0-9-]+)\]", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Refusal:
    """A rule or a check of the guard, and the resource that it refuses."""

    id: str
    urn: str


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What one preview came to."""

    against: Against
    stack: str
    refusals: frozenset[Refusal]
    """By the policies and by the guard, without what they have against the unedited project."""

    broken: str = ""
    """`settings`, `provider` or `program`, where the preview failed by no policy of ours; `unfit`
    where the edit does not fit the project."""

    message: str = ""
    """What it then said."""

    @property
    def ids(self) -> set[str]:
        """By which `blocked_by` may name what happened."""
        return {refusal.id for refusal in self.refusals} | ({self.broken} - {""})

    @property
    def where(self) -> str:
        """Ground and stack."""
        return f"{self.against}/{self.stack}"


def unfit(edit: Edit, message: str) -> Trial:
    """What stands for the previews of an edit that does not fit."""
    return Trial(
        against=edit.against[0], stack="-", refusals=frozenset(), broken=UNFIT, message=message
    )


def run_trial(ground: Ground, folder: Path, against: Against, stack: str) -> Trial:
    """Preview the copy of the project in `folder`, with its own policies and its own waivers."""
    answer = ground.commands.run(
        folder,
        *("preview", "--stack", stack, "--policy-pack", "policies", "--json"),
        state=ground.state(against, stack),
    )
    refusals: set[Refusal] = set()
    broken = message = ""
    try:
        document = json.loads(answer.stdout)
        refusals |= _violations(document)
        if answer.returncode and not refusals:
            broken, message = _failure(document, stack)
        plan = read_plan(answer.stdout)
        today = datetime.datetime.now(datetime.UTC).date()
        judgement = judge(plan, read_waivers(folder / FILE), today)
        refusals |= {Refusal(finding.kind, finding.urn) for finding in judgement.refused}
    except ValueError:
        said = [line for line in answer.stderr.splitlines() if not line.startswith("emulator:")]
        broken, message = PROGRAM, "\n".join(said)[-500:] or f"exit code {answer.returncode}"
    except (UnreadablePlanError, WaiverFileError) as error:
        broken, message = broken or PROGRAM, message or str(error)
    return Trial(
        against=against,
        stack=stack,
        refusals=frozenset(refusals),
        broken=broken,
        message=message,
    )


def _violations(document: dict[str, Any]) -> set[Refusal]:
    """Mandatory ones by their rule, or by their policy where it names no rule."""
    found = set()
    for item in document.get("policyViolations") or ():
        if item.get("enforcementLevel") == "mandatory":
            match = RULE_ID.search(item.get("message", ""))
            rule = match.group(1) if match else item.get("policyName", "")
            found.add(Refusal(rule, item.get("urn", "")))
    return found


def _failure(document: dict[str, Any], stack: str) -> tuple[str, str]:
    """Who ended a preview that no policy refused, and what was said."""
    errors = [d for d in document.get("diagnostics") or () if d.get("severity") == "error"]
    text = "\n".join(d.get("message", "") for d in errors)
    if re.search(rf"Pulumi\.{stack}\.yaml: \d+ problem", text):
        return SETTINGS, text
    urns = [d.get("urn", "") for d in errors]
    if any(urn and type_of(urn) != ROOT_TYPE for urn in urns):
        return PROVIDER, text
    return PROGRAM, text
