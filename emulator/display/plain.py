"""Plain lines, one for each thing that happens: for CI, pipes and files."""

from __future__ import annotations

from typing import TextIO

from emulator.display.paint import Paint
from emulator.display.record import Heading, Outcome, Record
from emulator.display.sections import SEVERITY_COLOURS, closing_lines
from emulator.display.wording import (
    WORDING,
    brief_difference,
    is_worth_a_line,
    name_of,
    retention,
    type_of,
)
from emulator.engine.events import (
    Diagnostic,
    Event,
    Severity,
    Step,
    StepFailed,
    StepKind,
    StepOutputs,
    StepStarted,
)


class PlainDisplay:
    """Writes a line per event, as the CLI does without a terminal."""

    def __init__(self, heading: Heading, stream: TextIO, paint: Paint) -> None:
        self._heading = heading
        self._stream = stream
        self._paint = paint
        self._record = Record()

    def start(self) -> None:
        """Show the heading."""
        self._write(self._paint(f"{self._heading.title}:", "bold", "magenta"))
        self._write("")

    def emit(self, event: Event) -> None:
        """Write the event's line, if it has one."""
        self._record.take(event)
        if isinstance(event, StepStarted):
            self._started(event.step)
        elif isinstance(event, StepOutputs):
            self._ended(event.step, event.seconds)
        elif isinstance(event, StepFailed):
            words = WORDING[event.step.kind]
            self._step(event.step, self._paint(f"**{words.under_way} failed**", "red"))
        elif isinstance(event, Diagnostic):
            self._diagnostic(event)

    def finish(self, outcome: Outcome | None) -> None:
        """Write the closing sections."""
        if outcome is None:
            return
        self._write("")
        for line in closing_lines(self._heading, self._record, outcome, self._paint):
            self._write(line)

    def _started(self, step: Step) -> None:
        if step.kind is StepKind.SAME or not is_worth_a_line(step):
            return
        words = WORDING[step.kind]
        what = words.planned if self._heading.preview else words.under_way
        self._step(step, what + retention(step))

    def _ended(self, step: Step, seconds: float) -> None:
        if not is_worth_a_line(step):
            return
        if step.kind is StepKind.SAME:
            self._step(step, "[diff: ~protect]")
        elif not self._heading.preview:
            self._step(step, f"{WORDING[step.kind].done} ({seconds:.2f}s)")

    def _diagnostic(self, event: Diagnostic) -> None:
        if event.severity is Severity.DEBUG:
            return
        first = event.message.rstrip().partition("\n")[0]
        if event.severity in SEVERITY_COLOURS:
            colour = SEVERITY_COLOURS[event.severity]
            first = f"{self._paint(f'{event.severity.value}:', colour)} {first}"
        whom = f"{type_of(event.urn)} {name_of(event.urn)} " if event.urn else ""
        self._write(f"    {whom}{first}")

    def _step(self, step: Step, what: str) -> None:
        words = WORDING[step.kind]
        mark = self._paint(words.mark, words.colour)
        line = f" {mark} {step.type} {name_of(step.urn)} {what} {brief_difference(step)}"
        self._write(line.rstrip())

    def _write(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()
