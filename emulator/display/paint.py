"""Colour on a terminal, none elsewhere."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final, TextIO

CODES: Final = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}


@dataclass(frozen=True, slots=True)
class Paint:
    """Wraps text in colour codes, or leaves it alone."""

    on: bool

    def __call__(self, text: str, *styles: str) -> str:
        """The text in the styles named; an empty name is no style."""
        codes = ";".join(CODES[style] for style in styles if style)
        return f"\033[{codes}m{text}\033[0m" if self.on and codes and text else text


def paint_for(stream: TextIO, choice: str = "auto") -> Paint:
    """Paint for a stream; `choice` is that of `--color` (always, never, raw, auto)."""
    if choice == "always":
        return Paint(on=True)
    if choice in ("never", "raw") or os.environ.get("NO_COLOR"):
        return Paint(on=False)
    return Paint(on=stream.isatty() and os.environ.get("TERM") != "dumb")
