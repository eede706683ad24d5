"""One edit each with `--target`, `--exclude` or `--replace`, and the steps that it means.

All begin in one stack; those with the same flags run in one deployment, in which every other
scenario's resources are bystanders.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from emulator.engine.request import DeploymentKind
from emulator.engine.targets import Selection
from tests.emulator.engine.scenario import program

DRIFTS: Final = "-drifts"
"""Ends the names of resources that are changed behind the stack's back before a refresh."""
UP, DESTROY, REFRESH = DeploymentKind.UPDATE, DeploymentKind.DESTROY, DeploymentKind.REFRESH


@dataclass(frozen=True, slots=True, kw_only=True)
class Targeted:
    """A program, an edit, what is selected, and the steps in any order (without SAME)."""

    title: str
    before: str
    after: str
    steps: list[str]
    selection: Selection
    kind: DeploymentKind

    @property
    def prefix(self) -> str:
        return self.title.replace(" ", "-").replace(",", "")

    @property
    def flags(self) -> tuple[str, ...]:
        """Which options a deployment takes beside the URNs."""
        chosen = self.selection
        given = {
            "target": chosen.targets,
            "target-dependents": chosen.target_dependents,
            "exclude": chosen.excludes,
            "exclude-dependents": chosen.exclude_dependents,
            "replace": chosen.replaces,
        }
        return (self.kind.value, *(name for name, used in given.items() if used))


def targeted(
    title: str,
    before: str,
    after: str,
    steps: list[str],
    kind: DeploymentKind = UP,
    **selection: bool | str,
) -> Targeted:
    """A scenario; `$` stands for its prefix, and names without a colon are those of Things."""
    prefix = title.replace(" ", "-").replace(",", "")

    def urn(text: str) -> str:
        text = text.replace("$", prefix)
        return text if ":" in text else f"urn:pulumi:dev::demo::memory:index:Thing::{text}"

    chosen = {
        key: tuple(urn(name) for name in value.split()) if isinstance(value, str) else value
        for key, value in selection.items()
    }
    return Targeted(
        title=title,
        before=before,
        after=after,
        steps=[step.replace("$", prefix) for step in steps],
        selection=Selection(**chosen),  # type: ignore[arg-type]
        kind=kind,
    )


PAIR: Final = "a = Thing('$-a', value={0})\nThing('$-b', value=a.shout, tags={{'n': {0}}})"
TARGETED: Final = [
    targeted(
        "only a target is updated",
        "Thing('$-a', value=1)\nThing('$-b', value=1)",
        "Thing('$-a', value=2)\nThing('$-b', value=2)",
        ["update $-a"],
        targets="$-a",
    ),
    targeted(
        "a new resource that is no target is skipped",
        "",
        "Thing('$-a')\nThing('$-b')",
        ["create $-a"],
        targets="$-a",
    ),
    targeted(
        "a skipped component with its children",
        "",
        "group = Group('$-g')\nThing('$-b', options=Options(parent=group))\nThing('$-a')",
        ["create $-a"],
        targets="$-a",
    ),
    targeted(
        "what is left alone keeps what it needed",
        "a = Thing('$-a')\nThing('$-b', value=a.computed)",
        "Thing('$-b', value=1)\nThing('$-c')",
        ["create $-c"],
        targets="$-c",
    ),
    targeted(
        "what was dropped and is no target stays",
        "Thing('$-a')\nThing('$-b', value=1)",
        "Thing('$-b', value=2)",
        ["update $-b"],
        targets="$-b",
    ),
    targeted(
        "a target that was dropped is deleted", "Thing('$-a')", "", ["delete $-a"], targets="$-a"
    ),
    targeted(
        "a target by wildcard",
        "Thing('$-ax', value=1)\nThing('$-ay', value=1)\nThing('$-b', value=1)",
        "Thing('$-ax', value=2)\nThing('$-ay', value=2)\nThing('$-b', value=2)",
        ["update $-ax", "update $-ay"],
        targets="urn:*:dev::**::$-a*",
    ),
    targeted(
        "a target is replaced",
        "a = Thing('$-a', replace=1)\nThing('$-b', value=a.computed)",
        "a = Thing('$-a', replace=2)\nThing('$-b', value=a.computed)",
        ["create-replacement $-a", "replace $-a", "delete-replaced $-a"],
        targets="$-a",
    ),
    targeted(
        "a provider needs no target",
        "memory = Memory('$-p', color='red')\nThing('$', options=Options(provider=memory))",
        "memory = Memory('$-p', color='blue')\nThing('$', options=Options(provider=memory))",
        ["update $-p"],
        targets="$",
    ),
    targeted(
        "a child is a target and its parent is none",
        "group = Group('$-g')\nThing('$-a', value=1, options=Options(parent=group))",
        "group = Group('$-g')\nThing('$-a', value=2, options=Options(parent=group))",
        ["update $-a"],
        targets="urn:pulumi:dev::demo::test:index:Group**::$-a",
    ),
    targeted(
        "a rename that is no target waits",
        "Thing('$-old', value=1)\nThing('$-a', value=1)",
        """
        Thing('$-new', value=1, options=Options(aliases=[pulumi.Alias(name='$-old')]))
        Thing('$-a', value=2)
        """,
        ["update $-a"],
        targets="$-a",
    ),
    targeted(
        "dependents of a target follow where told to",
        PAIR.format(1) + "\nThing('$-c', value=1)",
        PAIR.format(2) + "\nThing('$-c', value=2)",
        ["update $-a", "update $-b"],
        targets="$-a",
        target_dependents=True,
    ),
    targeted(
        "new dependents of a target are created where told to",
        "Thing('$-a')",
        "a = Thing('$-a')\nThing('$-b', value=a.computed)\nThing('$-c')",
        ["create $-b"],
        targets="$-a",
        target_dependents=True,
    ),
    targeted(
        "dropped dependents of a target are deleted where told to",
        PAIR.format(1),
        "",
        ["delete $-b", "delete $-a"],
        targets="$-a",
        target_dependents=True,
    ),
    targeted(
        "what is excluded stays as it was",
        PAIR.format(1),
        PAIR.format(2),
        ["update $-b"],
        excludes="$-a",
    ),
    targeted(
        "a new resource that is excluded is skipped",
        "",
        "Thing('$-a')\nThing('$-b')",
        ["create $-b"],
        excludes="$-a",
    ),
    targeted(
        "what an exclusion needs stays with it",
        "a = Thing('$-a')\nThing('$-b', value=a.computed)\nThing('$-c')",
        "",
        ["delete $-c"],
        excludes="$-b",
    ),
    targeted(
        "dependents of an exclusion stay where told to",
        PAIR.format(1) + "\nThing('$-c', value=1)",
        PAIR.format(2) + "\nThing('$-c', value=2)",
        ["update $-c"],
        excludes="$-a",
        exclude_dependents=True,
    ),
    targeted(
        "replaced on demand",
        "Thing('$-a', value=1)\nThing('$-b', value=1)",
        "Thing('$-a', value=1)\nThing('$-b', value=2)",
        ["create-replacement $-a", "replace $-a", "delete-replaced $-a", "update $-b"],
        replaces="$-a",
    ),
    targeted(
        "nothing else beside what is replaced on demand",
        "Thing('$-a', value=1)\nThing('$-b', value=1)",
        "Thing('$-a', value=1)\nThing('$-b', value=2)",
        ["create-replacement $-a", "replace $-a", "delete-replaced $-a"],
        targets="$-a",
        replaces="$-a",
    ),
    targeted("one target is destroyed", PAIR.format(1), "", ["delete $-b"], DESTROY, targets="$-b"),
    targeted(
        "a target is destroyed with its dependents where told to",
        PAIR.format(1) + "\nThing('$-c')",
        "",
        ["delete $-b", "delete $-a"],
        DESTROY,
        targets="$-a",
        target_dependents=True,
    ),
    targeted(
        "a destroy leaves an exclusion and what it needs",
        PAIR.format(1) + "\nThing('$-c')",
        "",
        ["delete $-c"],
        DESTROY,
        excludes="$-b",
    ),
    targeted(
        "one target is refreshed",
        "Thing('$-a-drifts', value=1)\nThing('$-b-drifts', value=1)",
        "",
        ["update $-a-drifts"],
        REFRESH,
        targets="$-a-drifts",
    ),
    targeted(
        "an exclusion is not refreshed",
        "Thing('$-a-drifts', value=1)\nThing('$-b-drifts', value=1)",
        "",
        ["update $-b-drifts"],
        REFRESH,
        excludes="$-a-drifts",
    ),
]
BEFORE: Final = program([(item.prefix, item.before) for item in TARGETED])


@dataclass(frozen=True, slots=True)
class Group:
    """The scenarios with the same flags, as one deployment."""

    flags: tuple[str, ...]
    members: list[Targeted]

    @property
    def kind(self) -> DeploymentKind:
        return self.members[0].kind

    @property
    def text(self) -> str:
        """The program after the edits of the members alone."""
        return program(
            [
                (item.prefix, item.after if item in self.members else item.before)
                for item in TARGETED
            ]
        )

    @property
    def selection(self) -> Selection:
        """What all members select."""
        chosen = [item.selection for item in self.members]
        return Selection(
            targets=tuple(urn for item in chosen for urn in item.targets),
            target_dependents=chosen[0].target_dependents,
            excludes=tuple(urn for item in chosen for urn in item.excludes),
            exclude_dependents=chosen[0].exclude_dependents,
            replaces=tuple(urn for item in chosen for urn in item.replaces),
        )


def groups() -> list[Group]:
    """The deployments of the table."""
    ordered = sorted(TARGETED, key=lambda item: item.flags)
    return [Group(flags, list(items)) for flags, items in groupby(ordered, lambda x: x.flags)]
