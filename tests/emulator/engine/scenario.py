"""One edit of a program, and the steps that the engine must take for it.

All of them run in one stack, so that a deployment tries the whole table: names begin with the
scenario's own prefix. Each program text runs in a function of its own.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A program before and after an edit, and the steps that the edit means."""

    title: str
    before: str
    after: str
    steps: list[str]
    """`kind name`, without steps of kind SAME, in the order in which they must end."""
    any_order: bool = False
    gone_on_purpose: tuple[str, ...] = ()
    """Names that the provider keeps although the state gives them up."""
    standing: tuple[str, ...] = ()
    """Ids of resources that the provider holds from the start, each with `value` 1."""

    @property
    def prefix(self) -> str:
        """What the names of its resources begin with."""
        return self.title.replace(" ", "-").replace(",", "")


def program(texts: list[tuple[str, str]]) -> str:
    """Program of (prefix, text) pairs; in the texts `$` stands for the prefix."""
    bodies = []
    for number, (prefix, text) in enumerate(texts):
        body = textwrap.dedent(text).strip().replace("$", prefix) or "pass"
        bodies.append(f"def scenario_{number}():\n{textwrap.indent(body, '    ')}\n")
    calls = "".join(f"scenario_{number}()\n" for number in range(len(texts)))
    return "\n\n".join(bodies) + "\n\n" + calls


def scenario(title: str, before: str, after: str, steps: list[str], **more: object) -> Scenario:
    """A scenario whose steps name resources with `$` for the prefix."""
    bare = Scenario(title=title, before=before, after=after, steps=[])
    named = [step.replace("$", bare.prefix) for step in steps]
    return Scenario(title=title, before=before, after=after, steps=named, **more)  # type: ignore[arg-type]
