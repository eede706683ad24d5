"""Keeps what states say of each other right when one of them is renamed or gone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

from emulator.engine.resource_state import ResourceState
from emulator.engine.urn import split_reference


def needed_urns(state: ResourceState) -> set[str]:
    """URNs of everything that must stand while a resource does."""
    needed = {state.parent, state.deleted_with, *state.dependencies, *state.replace_with}
    needed.update(urn for urns in state.property_dependencies.values() for urn in urns)
    if state.provider:
        needed.add(split_reference(state.provider)[0])
    needed.discard("")
    return needed


def renamed_states(
    states: Mapping[int, ResourceState], former: str, urn: str
) -> dict[int, ResourceState]:
    """Copies of the states that name a former URN, with the new one instead."""
    return {
        key: _with_references(state, lambda name: urn if name == former else name)
        for key, state in states.items()
        if _names(state, former)
    }


def states_without(
    states: Mapping[int, ResourceState], gone: ResourceState
) -> dict[int, ResourceState]:
    """Copies of the states that name a resource which is gone, without its name.

    Children become those of its parent. Where another state bears its URN nothing changes.
    """
    if any(state.urn == gone.urn for state in states.values()):
        return {}
    found = {}
    for key, state in states.items():
        if _names(state, gone.urn):
            found[key] = _with_references(state, lambda name: "" if name == gone.urn else name)
            found[key].parent = found[key].parent or gone.parent
    return found


def _names(state: ResourceState, urn: str) -> bool:
    return (
        urn in (state.parent, state.deleted_with)
        or urn in state.dependencies
        or urn in state.replace_with
        or state.provider.startswith(f"{urn}::")
        or any(urn in names for names in state.property_dependencies.values())
    )


def _with_references(state: ResourceState, swap: Callable[[str], str]) -> ResourceState:
    """Copy with every reference swapped; those swapped for nothing are left out."""

    def swap_all(names: list[str]) -> list[str]:
        return [other for name in names if (other := swap(name))]

    changed = copy.copy(state)
    changed.parent = swap(state.parent)
    changed.deleted_with = swap(state.deleted_with)
    changed.dependencies = swap_all(state.dependencies)
    changed.replace_with = swap_all(state.replace_with)
    changed.property_dependencies = {
        key: swap_all(names) for key, names in state.property_dependencies.items()
    }
    if state.provider:
        provider, _, id_ = state.provider.rpartition("::")
        changed.provider = f"{swap(provider) or provider}::{id_}"
    return changed
