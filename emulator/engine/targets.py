"""Which resources a deployment may touch, as `--target` and `--exclude` say.

https://www.pulumi.com/docs/iac/operations/stack-management/targeted-updates/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from emulator.engine.references import needed_urns
from emulator.engine.resource_state import ResourceState
from emulator.engine.urn import ROOT_STACK_TYPE, is_provider_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was asked for: URNs, in which `*` stands for anything but a colon, `**` for anything."""

    targets: tuple[str, ...] = ()
    target_dependents: bool = False
    excludes: tuple[str, ...] = ()
    exclude_dependents: bool = False
    replaces: tuple[str, ...] = ()
    """Replaced whatever their provider says."""


class UrnSet:
    """URNs and patterns of URNs."""

    def __init__(self, texts: Iterable[str]) -> None:
        texts = tuple(texts)
        self.literals = [text for text in texts if "*" not in text]
        self._known = set(self.literals)
        self._patterns = [_pattern(text) for text in texts if "*" in text]

    def __bool__(self) -> bool:
        return bool(self._known or self._patterns)

    def __contains__(self, urn: str) -> bool:
        return urn in self._known or any(pattern.match(urn) for pattern in self._patterns)

    def add(self, urn: str) -> None:
        """Count one more URN among them."""
        self._known.add(urn)


@dataclass(slots=True)
class Targets:
    """A selection at work: dependents join it in the order in which they register."""

    selection: Selection
    targets: UrnSet = field(init=False)
    excludes: UrnSet = field(init=False)
    replaces: UrnSet = field(init=False)
    skipped: set[str] = field(default_factory=set)
    """URNs that would have been created."""
    _targets_and_dependents: UrnSet = field(init=False)
    _excludes_and_dependents: UrnSet = field(init=False)

    def __post_init__(self) -> None:
        self.targets = UrnSet(self.selection.targets)
        self.excludes = UrnSet(self.selection.excludes)
        self.replaces = UrnSet(self.selection.replaces)
        self._targets_and_dependents = UrnSet(self.selection.targets)
        self._excludes_and_dependents = UrnSet(self.selection.excludes)

    def admits(self, state: ResourceState) -> bool:
        """Whether a registered resource may be touched; providers and the stack always may."""
        implied = is_provider_type(state.type) or state.type == ROOT_STACK_TYPE
        if self.targets:
            chosen = self._is_chosen(state)
            if chosen:
                self._targets_and_dependents.add(state.urn)
            return chosen or implied
        if self.excludes and self._is_excluded(state):
            if implied:
                return True
            self._excludes_and_dependents.add(state.urn)
            return False
        return True

    def to_refresh(
        self, states: list[tuple[int, ResourceState]]
    ) -> list[tuple[int, ResourceState]]:
        """Those of a checkpoint that are to be read."""
        if not (self.targets or self.excludes):
            return states
        return [(key, state) for key, state in states if self._admits_to_refresh(state)]

    def to_delete(
        self, states: dict[int, ResourceState], everything: Iterable[ResourceState]
    ) -> dict[int, ResourceState]:
        """Those that may be deleted.

        With a target goes what needs it, with an exclusion stays what it needs. `everything` are
        the states of the last checkpoint.
        """
        if self.targets:
            chosen = self._with_dependents(everything)
            return {key: state for key, state in states.items() if state.urn in chosen}
        if self.excludes:
            kept = self._kept(list(everything))
            return {key: state for key, state in states.items() if state.urn not in kept}
        return states

    def unspecified(self, states: Iterable[ResourceState]) -> list[str]:
        """URNs that a target would take along without having been named."""
        if not self.targets or self.selection.target_dependents:
            return []
        return [state.urn for state in states if state.urn not in self.targets]

    def _is_chosen(self, state: ResourceState) -> bool:
        if state.urn in self.targets:
            return True
        return self.selection.target_dependents and any(
            urn in self._targets_and_dependents for urn in needed_urns(state)
        )

    def _is_excluded(self, state: ResourceState) -> bool:
        if state.urn in self.excludes:
            return True
        return self.selection.exclude_dependents and any(
            urn in self._excludes_and_dependents for urn in needed_urns(state)
        )

    def _admits_to_refresh(self, state: ResourceState) -> bool:
        if self.targets:
            chosen = self._is_chosen(state)
            if chosen:
                self._targets_and_dependents.add(state.urn)
            return chosen
        excluded = self._is_excluded(state)
        if excluded:
            self._excludes_and_dependents.add(state.urn)
        return not excluded

    def _with_dependents(self, everything: Iterable[ResourceState]) -> set[str]:
        dependents: dict[str, list[str]] = {}
        frontier = []
        for state in everything:
            for urn in needed_urns(state):
                dependents.setdefault(urn, []).append(state.urn)
            if state.urn in self.targets:
                frontier.append(state.urn)
        return _closure(frontier, dependents)

    def _kept(self, everything: list[ResourceState]) -> set[str]:
        linked: dict[str, list[str]] = {}
        for state in everything:
            for urn in needed_urns(state):
                linked.setdefault(state.urn, []).append(urn)
                if self.selection.exclude_dependents:
                    linked.setdefault(urn, []).append(state.urn)
        frontier = [state.urn for state in everything if state.urn in self.excludes]
        return _closure(frontier, linked)


def missing(targets: UrnSet, known: Iterable[str]) -> list[str]:
    """A message for each URN that was named and does not exist."""
    known = set(known)
    return [
        f"Target '{urn}' could not be found in the stack."
        + ("" if "$" in urn else " Did you forget to escape $ in your shell?")
        for urn in targets.literals
        if urn not in known
    ]


def _closure(frontier: list[str], links: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    while frontier:
        urn = frontier.pop()
        if urn not in found:
            found.add(urn)
            frontier.extend(links.get(urn, ()))
    return found


def _pattern(text: str) -> re.Pattern[str]:
    anything = [
        "[^:]*".join(re.escape(part) for part in piece.split("*")) for piece in text.split("**")
    ]
    return re.compile(f"{'.*'.join(anything)}\\Z", re.DOTALL)
