"""What every way of showing a deployment offers, and the choice between them."""

from __future__ import annotations

import os
from typing import Protocol, TextIO

from emulator.display.record import Heading, Outcome
from emulator.engine.events import Event


class Display(Protocol):
    """Shows one deployment; an `EventSink` between `start` and `finish`."""

    def start(self) -> None:
        """Show the heading."""

    def emit(self, event: Event) -> None:
        """Take one event."""

    def finish(self, outcome: Outcome | None) -> None:
        """Show how it ended; None where an error, shown elsewhere, ended it."""


def make_display(
    heading: Heading,
    stream: TextIO,
    *,
    color: str = "auto",
    diff: bool = False,
    json: bool = False,
    interactive: bool | None = None,
) -> Display:
    """The display that fits the stream: live on a terminal, plain lines elsewhere."""
    if json:
        from emulator.display.json_digest import JsonDigest

        return JsonDigest(heading, stream)
    from emulator.display.paint import paint_for

    paint = paint_for(stream, color)
    if diff:
        from emulator.display.diff import DiffDisplay

        return DiffDisplay(heading, stream, paint)
    if interactive is None:
        interactive = stream.isatty() and not os.environ.get("CI")
    if interactive and os.environ.get("TERM") != "dumb":
        from emulator.display.live import LiveDisplay

        return LiveDisplay(heading, stream, paint)
    from emulator.display.plain import PlainDisplay

    return PlainDisplay(heading, stream, paint)
