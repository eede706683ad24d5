"""What a deployment's display ends with: diagnostics, policies, outputs, resources, duration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from emulator.display.paint import Paint
from emulator.display.record import Heading, Outcome, Record
from emulator.display.values import Line, difference_lines, value_lines
from emulator.display.wording import UNCOUNTED, WORDING, name_of, type_of
from emulator.engine.events import PolicyViolation, Severity, StepKind
from emulator.engine.request import DeploymentKind

MARK_COLOURS: Final = {"+": "green", "-": "red", "~": "yellow", " ": ""}
SEVERITY_COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def painted(lines: Iterator[Line], paint: Paint) -> Iterator[str]:
    """Lines of values in the colour of their mark."""
    for line in lines:
        yield paint(str(line), MARK_COLOURS[line.mark])


def closing_lines(
    heading: Heading, record: Record, outcome: Outcome, paint: Paint
) -> Iterator[str]:
    """Every section that has something to say."""
    yield from _policies(record, paint)
    yield from _diagnostics(record, paint)
    yield from _outputs(heading, outcome, paint)
    yield from resource_lines(heading, record, outcome, paint)
    if not heading.preview:
        yield f"Duration: {duration_text(outcome.seconds)}"
        yield ""


def _diagnostics(record: Record, paint: Paint) -> Iterator[str]:
    if not record.diagnostics:
        return
    yield paint("Diagnostics:", "bold", "magenta")
    for urn, items in sorted(record.diagnostics.items()):
        if urn:
            yield f"  {paint(type_of(urn), 'blue')} ({name_of(urn)}):"
        for item in items:
            prefix = (
                f"{item.severity.value}: "
                if item.severity in (Severity.ERROR, Severity.WARNING)
                else ""
            )
            first, *more = item.message.rstrip().splitlines() or [""]
            yield f"    {paint(prefix, SEVERITY_COLOURS.get(item.severity, ''))}{first}"
            yield from (f"    {line}" for line in more)
        yield ""


def _policies(record: Record, paint: Paint) -> Iterator[str]:
    if not record.packs and not record.violations:
        return
    yield paint("Policies:", "bold", "magenta")
    packs: dict[tuple[str, str], str] = {(pack.name, pack.version): "" for pack in record.packs}
    packs |= {(pack.name, pack.version): f" (local: {pack.path})" for pack in record.packs}
    for violation in record.violations:
        packs.setdefault((violation.policy_pack, violation.policy_pack_version), "")
    for (name, version), where in packs.items():
        found = [item for item in record.violations if item.policy_pack == name]
        mandatory = any(is_mandatory(item) for item in found)
        mark = "❌" if mandatory else "⚠️ " if found else "✅"
        yield f"    {mark} {name}@v{version.removeprefix('v')}{where}"
        for item in sorted(found, key=lambda item: (not is_mandatory(item), item.policy_name)):
            level = paint(f"[{item.enforcement_level}]", "red" if is_mandatory(item) else "yellow")
            whom = f"  ({type_of(item.urn)}: {name_of(item.urn)})" if item.urn else ""
            yield f"        - {level}  {paint(item.policy_name, 'bold')}{whom}"
            text = item.message.rstrip().splitlines()
            if item.description and item.description not in item.message:
                text = [*item.description.rstrip().splitlines(), *text]
            yield from (f"          {line}" for line in text)
    yield ""


def is_mandatory(violation: PolicyViolation) -> bool:
    """Whether the violation stops a deployment."""
    return violation.enforcement_level == "mandatory"


def output_lines(heading: Heading, outcome: Outcome, indent: int) -> Iterator[Line]:
    """The stack's outputs, against those before; a preview shows only what changes."""
    new = outcome.new_outputs
    if heading.suppress_outputs or new is None or heading.kind is DeploymentKind.DESTROY:
        return iter(())
    if outcome.old_outputs is None:
        return value_lines(new, indent)
    return difference_lines(outcome.old_outputs, new, indent, only_changed=heading.preview)


def _outputs(heading: Heading, outcome: Outcome, paint: Paint) -> Iterator[str]:
    lines = list(painted(output_lines(heading, outcome, 4), paint))
    if lines:
        yield paint("Outputs:", "bold", "magenta")
        yield from lines
        yield ""


def resource_lines(
    heading: Heading, record: Record, outcome: Outcome, paint: Paint
) -> Iterator[str]:
    """Counts by kind of step."""
    changes = {
        kind: count
        for kind, count in outcome.result.changes.items()
        if count and kind not in UNCOUNTED
    }
    same = changes.pop(StepKind.SAME, 0)
    yield paint("Resources:", "bold", "magenta")
    for kind in StepKind:
        if kind in changes:
            words = WORDING[kind]
            what = f"to {words.planned}" if heading.preview else words.done
            yield paint(f"    {words.mark}{changes[kind]} {what}", words.colour)
    summary = [f"{sum(changes.values())} changes"] if len(changes) > 1 else []
    summary += [f"{same} unchanged"] if same else []
    if summary:
        yield f"    {'. '.join(summary)}"
    errors = record.errors()
    if errors:
        yield paint(f"    {errors} errored", "red")
    if not changes and not same and not errors:
        yield "    none"
    yield ""


def duration_text(seconds: float) -> str:
    """`3s`, `2m5s`; part of a second counts as one, as with the CLI."""
    whole = max(1, round(seconds + 0.499))
    minutes, rest = divmod(whole, 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
