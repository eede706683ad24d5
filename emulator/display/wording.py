"""What each kind of step is called, its mark and its colour, as the CLI has them.

Source: https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step.go
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from emulator.engine.events import Step, StepKind


@dataclass(frozen=True, slots=True)
class Wording:
    """Words for one kind of step."""

    mark: str
    """Two characters."""
    colour: str
    planned: str
    under_way: str
    done: str


WORDING: Final = {
    StepKind.SAME: Wording("  ", "", "", "", ""),
    StepKind.CREATE: Wording("+ ", "green", "create", "creating", "created"),
    StepKind.UPDATE: Wording("~ ", "yellow", "update", "updating", "updated"),
    StepKind.DELETE: Wording("- ", "red", "delete", "deleting", "deleted"),
    StepKind.REPLACE: Wording("+-", "magenta", "replace", "replacing", "replaced"),
    StepKind.CREATE_REPLACEMENT: Wording(
        "++", "green", "create replacement", "creating replacement", "created replacement"
    ),
    StepKind.DELETE_REPLACED: Wording(
        "--", "red", "delete original", "deleting original", "deleted original"
    ),
    StepKind.READ: Wording("> ", "cyan", "read", "reading", "read"),
    StepKind.READ_REPLACEMENT: Wording(
        ">>", "cyan", "read replacement", "reading replacement", "read replacement"
    ),
    StepKind.REFRESH: Wording("~ ", "yellow", "refreshing", "refreshing", "refreshed"),
    StepKind.DISCARD: Wording("< ", "red", "discard", "discarding", "discarded"),
    StepKind.DISCARD_REPLACED: Wording(
        "<<", "red", "discard original", "discarding original", "discarded original"
    ),
    StepKind.REMOVE_PENDING_REPLACE: Wording("~ ", "yellow", "", "", ""),
    StepKind.IMPORT: Wording("= ", "green", "import", "importing", "imported"),
    StepKind.IMPORT_REPLACEMENT: Wording(
        "=>", "green", "import replacement", "importing replacement", "imported replacement"
    ),
}
PARTS_OF_REPLACEMENT: Final = frozenset(
    {
        StepKind.CREATE_REPLACEMENT,
        StepKind.DELETE_REPLACED,
        StepKind.READ_REPLACEMENT,
        StepKind.DISCARD_REPLACED,
        StepKind.IMPORT_REPLACEMENT,
    }
)
"""How a replacement is carried out; the replacement itself is the step that counts."""
LEAVING: Final = frozenset(
    {StepKind.DELETE, StepKind.REPLACE, StepKind.CREATE_REPLACEMENT, StepKind.DELETE_REPLACED}
)
"""Steps that leave something in the cloud which the state forgets, where it is kept on delete."""
ROOT_TYPE: Final = "pulumi:pulumi:Stack"
UNCOUNTED: Final = PARTS_OF_REPLACEMENT | {StepKind.REMOVE_PENDING_REPLACE, StepKind.REFRESH}


def name_of(urn: str) -> str:
    """A resource's name: what follows the URN's type."""
    return urn.split("::", 3)[-1]


def type_of(urn: str) -> str:
    """A resource's type without its parents' types."""
    parts = urn.split("::", 3)
    return parts[2].split("$")[-1] if len(parts) == 4 else urn


def is_worth_a_line(step: Step) -> bool:
    """Whether a step says something: everything but what stays the same, protection included.

    Default providers come and go by themselves: they are not shown, as with the CLI.
    """
    if step.type.startswith("pulumi:providers:") and name_of(step.urn).startswith("default"):
        return False
    if step.kind is not StepKind.SAME:
        return True
    old, new = step.old, step.new
    return old is not None and new is not None and old.protect != new.protect


def retention(step: Step) -> str:
    """`[retain]` where the step leaves something behind on purpose, else empty."""
    return "[retain]" if step.kind in LEAVING and step.old and step.old.retain_on_delete else ""


def lock(step: Step) -> str:
    """A lock that is open where the step takes protection away, shut where there is some."""
    before = step.old is not None and step.old.protect
    after = step.new is not None and step.new.protect
    if before and step.new is not None and not after:
        return " 🔓"
    return " 🔒" if before or after else ""


def brief_difference(step: Step) -> str:
    """`[diff: ~size,+tags]`: the top-level properties that differ, empty where there are none."""
    if step.kind in (StepKind.CREATE, StepKind.DELETE, StepKind.DELETE_REPLACED):
        return ""
    old = step.old.inputs if step.old else {}
    new = step.new.inputs if step.new else {}
    marked = [
        ("+" if name not in old else "-" if name not in new else "~") + name
        for name in sorted(set(step.changed_properties) | set(step.replace_reasons))
    ]
    return f"[diff: {','.join(marked)}]" if marked else ""
