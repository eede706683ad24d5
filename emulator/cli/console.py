"""What the commands say beside their results: on stderr, so that stdout stays a result."""

from __future__ import annotations

import os
import sys


def say(text: str) -> None:
    """Tell the person something."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def note(text: str) -> None:
    """Tell the person what the emulator did or decided on its own."""
    say(f"emulator: {text}")


def write(text: str) -> None:
    """Write a line of the command's result."""
    sys.stdout.write(f"{text}\n")


def is_interactive(*, non_interactive: bool) -> bool:
    """Whether somebody can be asked."""
    terminals = sys.stdin.isatty() and sys.stdout.isatty()
    return terminals and not non_interactive and not os.environ.get("CI")


def ask(question: str, answers: tuple[str, ...]) -> str:
    """One of the answers; an empty line, or the end of the input, is the last of them."""
    while True:
        try:
            text = input(f"{question} [{'/'.join(answers)}] ").strip().lower()
        except EOFError:
            return answers[-1]
        matches = [answer for answer in answers if text and answer.startswith(text)]
        if len(matches) == 1:
            return matches[0]
        if not text:
            return answers[-1]
