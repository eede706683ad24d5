"""Refuses a preview that would lose data, drop a protection or hide a document from the policies.

    python -m emulator preview --stack preprod --json | python -m operations.plan_guard -
    python -m operations.plan_guard preview.json

Reads what `pulumi preview --json` or the emulator wrote. Exit code 0: nothing is refused; 1: it is;
2: the input is no whole plan, also because the preview failed.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from operations.plan import Plan, UnreadablePlanError, read_plan
from operations.plan_checks import Finding, findings, title
from operations.waivers import FILE, Waiver, WaiverFileError, apply_waivers, read_waivers

FINE: Final = 0
REFUSED: Final = 1
UNREADABLE: Final = 2


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the guard says of a plan."""

    stack: str
    refused: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...]
    failures: tuple[str, ...]
    """Why the preview failed; more might be refused then."""

    @property
    def exit_code(self) -> int:
        """0, 1 or 2, as the module says."""
        if self.failures:
            return UNREADABLE
        return REFUSED if self.refused else FINE


def judge(plan: Plan, waivers: tuple[Waiver, ...], today: datetime.date) -> Judgement:
    """What of a plan is refused on a day."""
    refused, waived = apply_waivers(findings(plan), waivers, plan.stack, today)
    return Judgement(
        stack=plan.stack, refused=tuple(refused), waived=tuple(waived), failures=plan.failures
    )


def as_json(judgement: Judgement) -> dict[str, Any]:
    """The judgement as `--json` writes it."""
    return {
        "stack": judgement.stack,
        "refused": [asdict(finding) for finding in judgement.refused],
        "waived": [
            asdict(finding) | {"owner": waiver.owner, "expires": str(waiver.expires)}
            for finding, waiver in judgement.waived
        ],
        "failures": list(judgement.failures),
        "exitCode": judgement.exit_code,
    }


def _show(judgement: Judgement) -> None:
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty(), markup=False)
    if judgement.refused and sys.stdout.isatty():
        table = Table("refused", "resource", "found", "remedy", show_lines=True)
        for finding in judgement.refused:
            table.add_row(finding.kind, title(finding), finding.found, finding.remedy)
        console.print(table)
    elif judgement.refused:
        for finding in judgement.refused:
            console.print(f"refused {finding.kind}: {title(finding)}: {finding.found}")
            console.print(f"  remedy: {finding.remedy}")
    for finding, waiver in judgement.waived:
        until = f"by {waiver.owner} until {waiver.expires}: {waiver.reason}"
        console.print(f"waived {finding.kind}: {title(finding)}, {until}")
    for failure in judgement.failures:
        console.print(f"the preview failed: {failure}")
    console.print(_last_line(judgement))


def _last_line(judgement: Judgement) -> str:
    counts = f"{len(judgement.refused)} refused, {len(judgement.waived)} waived"
    if judgement.failures:
        return f"{judgement.stack}: {counts}; not judged as a whole, as the preview failed"
    how = f"; to allow one, add a waiver to {FILE}" if judgement.refused else ""
    return f"{judgement.stack}: {counts}{how}"


def main(arguments: list[str] | None = None) -> int:
    """Judge the plan that the command line names; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m operations.plan_guard",
        description="Refuse a preview that would lose data or drop a protection.",
        epilog="Exit codes: 0 nothing refused, 1 something refused, 2 no whole plan.",
    )
    parser.add_argument("file", help="what `preview --json` wrote; - for standard input")
    parser.add_argument("--json", action="store_true", help="write one JSON document")
    parser.add_argument("--waivers", type=Path, default=FILE, help=f"waivers (default {FILE})")
    options = parser.parse_args(arguments)
    try:
        plan = read_plan(_read(options.file))
        judgement = judge(
            plan, read_waivers(options.waivers), datetime.datetime.now(datetime.UTC).date()
        )
    except (UnreadablePlanError, WaiverFileError) as error:
        sys.stderr.write(f"error: {error}\n")
        return UNREADABLE
    if options.json:
        sys.stdout.write(json.dumps(as_json(judgement), indent=2, ensure_ascii=False) + "\n")
    else:
        _show(judgement)
    return judgement.exit_code


def _read(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadablePlanError(f"{file} cannot be read: {error}") from None


if __name__ == "__main__":
    sys.exit(main())
