"""A live tree on a terminal: what is under way, for how long, what is done."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Final, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from emulator.display.paint import Paint
from emulator.display.record import Heading, Outcome, Record, Row
from emulator.display.sections import closing_lines
from emulator.display.wording import (
    ROOT_TYPE,
    WORDING,
    brief_difference,
    is_worth_a_line,
    name_of,
    retention,
)
from emulator.engine.events import Diagnostic, Event, Severity, StepKind

REFRESHES_PER_SECOND: Final = 8
FRAMES: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
CHROME_LINES: Final = 4
"""Lines of the terminal that the tree leaves free."""


class LiveDisplay:
    """Redraws the tree of resources while the deployment runs, and leaves it standing."""

    def __init__(
        self, heading: Heading, stream: TextIO, paint: Paint, console: Console | None = None
    ) -> None:
        self._heading = heading
        self._stream = stream
        self._paint = paint
        self._record = Record()
        self._lock = threading.Lock()
        self._console = console or Console(file=stream, no_color=not paint.on, highlight=False)
        self._running = False
        self._live = Live(
            console=self._console,
            get_renderable=self._render,
            refresh_per_second=REFRESHES_PER_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def start(self) -> None:
        """Show the heading and begin to draw."""
        self._stream.write(self._paint(f"{self._heading.title}:", "bold", "magenta") + "\n\n")
        self._stream.flush()
        self._running = True
        self._live.start()

    def emit(self, event: Event) -> None:
        """Take an event; the next redraw shows it."""
        with self._lock:
            self._record.take(event)

    def finish(self, outcome: Outcome | None) -> None:
        """Leave the finished tree standing, and write the closing sections below it."""
        self._running = False
        self._live.stop()
        if outcome is None:
            return
        self._stream.write("\n")
        for line in closing_lines(self._heading, self._record, outcome, self._paint):
            self._stream.write(f"{line}\n")
        self._stream.flush()

    def _render(self) -> RenderableType:
        with self._lock:
            telling = [row for row in self._record.rows.values() if self._is_shown(row)]
            shown, hidden = telling, 0
            if self._running:
                room = max(3, self._console.height - CHROME_LINES)
                shown = _most_telling(telling, room)
                hidden = len(telling) - len(shown)
            tree = _in_tree_order(self._with_ancestors(shown))
            labels = [self._label(row, depth) for row, depth in tree]
            width = max([label.cell_len for label in labels], default=0)
            width = min(width, self._console.width // 2)
            lines = [
                self._line(row, label, width) for (row, _), label in zip(tree, labels, strict=True)
            ]
            if hidden:
                lines.append(Text(f"    … and {hidden} more", style="dim"))
            lines.append(self._status(telling))
        return Group(*lines)

    def _with_ancestors(self, rows: list[Row]) -> list[Row]:
        """The rows and whatever they are children of, so that the tree hangs together."""
        by_urn = {row.step.urn: row for row in self._record.rows.values()}
        chosen = {id(row): row for row in rows}
        for row in rows:
            parent = by_urn.get(_parent(row))
            while parent is not None and id(parent) not in chosen:
                chosen[id(parent)] = parent
                parent = by_urn.get(_parent(parent))
        return list(chosen.values())

    def _is_shown(self, row: Row) -> bool:
        step = row.step
        if step.type == ROOT_TYPE:
            return True
        return row.failed or is_worth_a_line(step)

    def _label(self, row: Row, depth: int) -> Text:
        words = WORDING[row.step.kind]
        branch = f"{'   ' * (depth - 1)}└─ " if depth else ""
        label = Text(f" {words.mark} ", style=words.colour)
        label.append(f"{branch}{row.step.type.split(':')[-1]} ", style="dim")
        return label.append(name_of(row.step.urn))

    def _line(self, row: Row, label: Text, width: int) -> Text:
        step, words = row.step, WORDING[row.step.kind]
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append_text(label)
        line.pad_right(max(1, width + 1 - label.cell_len))
        what, style = self._status_of(row)
        line.append(f" {what}", style=style or words.colour)
        line.append(f" {brief_difference(step)}", style="dim")
        said = self._said(step.urn)
        if said is not None:
            line.append(f" {said[0]}", style=said[1])
        return line

    def _status_of(self, row: Row) -> tuple[str, str]:
        words = WORDING[row.step.kind]
        if row.failed:
            return f"{words.under_way} failed", "bold red"
        if row.step.kind is StepKind.SAME:
            return ("" if row.seconds is not None else "running"), ""
        if self._heading.preview:
            return words.planned + retention(row.step), ""
        if row.seconds is not None:
            return f"{words.done} ({row.seconds:.1f}s)", ""
        now = time.monotonic()
        frame = FRAMES[int(now * REFRESHES_PER_SECOND) % len(FRAMES)]
        return f"{words.under_way} {frame} ({now - row.began:.0f}s)", "bold"

    def _said(self, urn: str) -> tuple[str, str] | None:
        """The newest error or warning about a resource, with its style."""
        items: list[Diagnostic] = self._record.diagnostics.get(urn, [])
        for severity, style in ((Severity.ERROR, "red"), (Severity.WARNING, "yellow")):
            for item in reversed(items):
                if item.severity is severity:
                    return f"{severity.value}: {item.message.partition(chr(10))[0]}", style
        return None

    def _status(self, rows: list[Row]) -> Text:
        elapsed = time.monotonic() - self._record.began
        under_way = sum(row.seconds is None for row in rows)
        failed = sum(row.failed for row in rows)
        same = sum(row.step.kind is StepKind.SAME and row.seconds is not None for row in rows)
        done = len(rows) - under_way - failed - same
        text = f"{done} {'planned' if self._heading.preview else 'done'}"
        if self._running:
            text += f", {under_way} under way"
        text += f", {failed} failed" if failed else ""
        return Text(f"@ {text}, {elapsed:.0f}s", style="dim")


def _most_telling(rows: list[Row], room: int) -> list[Row]:
    """As many rows as there is room for: failed ones and those under way before the rest."""
    order = sorted(
        range(len(rows)),
        key=lambda index: (not rows[index].failed, rows[index].seconds is not None, -index),
    )
    return [rows[index] for index in sorted(order[:room])]


def _parent(row: Row) -> str:
    state = row.step.new or row.step.old
    return state.parent if state is not None else ""


def _in_tree_order(rows: list[Row]) -> list[tuple[Row, int]]:
    """Rows with their depth, children after their parents, in the order in which they began."""
    rows = sorted(rows, key=lambda row: row.began)
    present = {row.step.urn for row in rows}
    children: dict[str, list[Row]] = {}
    for row in rows:
        parent = _parent(row)
        children.setdefault(parent if parent in present else "", []).append(row)
    return list(_walk("", 0, children, set()))


def _walk(
    urn: str, depth: int, children: dict[str, list[Row]], seen: set[str]
) -> Iterator[tuple[Row, int]]:
    for row in children.get(urn, ()):
        yield row, depth
        if row.step.urn not in seen:
            seen.add(row.step.urn)
            yield from _walk(row.step.urn, depth + 1, children, seen)
