"""`--diff`: each step with its properties, before and after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, TextIO

from emulator.display.paint import Paint
from emulator.display.record import Heading, Outcome, Record
from emulator.display.sections import closing_lines, output_lines, painted
from emulator.display.values import INDENT, Line, difference_lines, scalar_text, value_lines
from emulator.display.wording import (
    PARTS_OF_REPLACEMENT,
    ROOT_TYPE,
    WORDING,
    is_worth_a_line,
    lock,
    retention,
)
from emulator.engine.events import Event, Step, StepKind, StepOutputs, StepStarted

FORCES_REPLACEMENT: Final = "  (forces replacement)"
ENDED_AS: Final = frozenset({StepKind.UPDATE, StepKind.DELETE})
"""What a refresh that found drift ends as."""


class DiffDisplay:
    """Writes each step's properties, nested by parent."""

    def __init__(self, heading: Heading, stream: TextIO, paint: Paint) -> None:
        self._heading = heading
        self._stream = stream
        self._paint = paint
        self._record = Record()
        self._depths: dict[str, int] = {}
        self._shown: set[tuple[str, StepKind]] = set()

    def start(self) -> None:
        """Show the heading."""
        self._write(self._paint(f"{self._heading.title}:", "bold", "magenta"))

    def emit(self, event: Event) -> None:
        """Write a step when it begins, a refresh when it has found something."""
        self._record.take(event)
        if not isinstance(event, StepStarted | StepOutputs):
            return
        begins = isinstance(event, StepStarted) and event.step.kind is not StepKind.REFRESH
        if begins or (isinstance(event, StepOutputs) and self._was_refresh(event.step)):
            self._step(event.step)

    def finish(self, outcome: Outcome | None) -> None:
        """Write the outputs and the closing sections."""
        if outcome is None:
            return
        outputs = list(painted(output_lines(self._heading, outcome, INDENT), self._paint))
        if outputs:
            self._write("    --outputs:--")
            for line in outputs:
                self._write(line)
        without_outputs = Outcome(
            result=outcome.result, old_outputs=None, new_outputs=None, seconds=outcome.seconds
        )
        closing = closing_lines(self._heading, self._record, without_outputs, self._paint)
        for line in closing:
            self._write(line)

    def _was_refresh(self, step: Step) -> bool:
        return step.kind in ENDED_AS and (step.urn, step.kind) not in self._shown

    def _step(self, step: Step) -> None:
        state = step.new or step.old
        depth = self._depth(state.parent if state else "")
        self._depths[step.urn] = depth
        self._shown.add((step.urn, step.kind))
        if not self._is_shown(step):
            return
        words = WORDING[step.kind]
        indent = depth * INDENT
        planned = f"{words.planned or step.kind.value}{retention(step)}"
        title = f"{' ' * indent}{words.mark}{step.type}: ({planned}){lock(step)}"
        self._write(self._paint(title, words.colour))
        inner = " " * (indent + INDENT)
        if step.old and step.old.id:
            self._write(f"{inner}[id={step.old.id}]")
        self._write(f"{inner}[urn={step.urn}]")
        for line in painted(step_lines(step, indent + INDENT), self._paint):
            self._write(line)

    def _is_shown(self, step: Step) -> bool:
        if step.kind in PARTS_OF_REPLACEMENT:
            return self._heading.show_replacement_steps
        return is_worth_a_line(step) or step.type == ROOT_TYPE or self._heading.show_sames

    def _depth(self, parent: str) -> int:
        return self._depths[parent] + 1 if parent in self._depths else 0

    def _write(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()


def step_lines(step: Step, indent: int) -> Iterator[Line]:
    """A step's properties, with what protects it where that changes."""
    old, new = step.old, step.new
    if old and new and old.protect != new.protect:
        before, after = str(old.protect).lower(), str(new.protect).lower()
        yield Line("~", indent, f"[protect: {before} => {after}]")
    if step.type == ROOT_TYPE or step.kind is StepKind.SAME:
        return
    if old is None or new is None:
        state = new or old
        if state is not None:
            yield from value_lines(state.inputs, indent)
        return
    reasons = {_top(reason) for reason in step.replace_reasons}
    for line in difference_lines(old.inputs, new.inputs, indent):
        name = line.text.split(":", 1)[0].rstrip()
        marks = line.indent == indent and name in reasons and line.mark != " "
        closes = line.text in ("}", "]")
        suffix = FORCES_REPLACEMENT if marks and not closes else ""
        yield Line(line.mark, line.indent, line.text + suffix)
    yield from _beyond_inputs(step, old.inputs, new.inputs, indent)


def _beyond_inputs(
    step: Step, old: dict[str, Any], new: dict[str, Any], indent: int
) -> Iterator[Line]:
    """Differences that the inputs do not show: drift, and what only a provider sees."""
    for path, difference in sorted(step.differences.items()):
        top = _top(path)
        if old.get(top) != new.get(top):
            continue
        before, after = scalar_text(difference.before), scalar_text(difference.after)
        suffix = FORCES_REPLACEMENT if difference.kind.value.endswith("replace") else ""
        if before is not None and after is not None:
            yield Line("~", indent, f"{path}: {before} => {after}{suffix}")
        else:
            yield from difference_lines({path: difference.before}, {path: difference.after}, indent)


def _top(path: str) -> str:
    """First name of a property path (`tags.owner`, `routes[0]`, `["a.b"].c`)."""
    quoted = re.match(r'\["((?:[^"\\]|\\.)*)"\]', path)
    return quoted[1] if quoted else re.split(r"[.\[]", path, maxsplit=1)[0]
