"""Keeps what is left of the last checkpoint consistent when a resource goes by a new URN."""

from __future__ import annotations

import copy

from emulator.engine.ledger import Ledger
from emulator.engine.resource_state import ResourceState


def rename_references(ledger: Ledger, former: str, urn: str) -> None:
    """Point every state of the last checkpoint that names the former URN to the new one."""
    changes = [
        (key, _renamed(state, former, urn))
        for key, state in ledger.base.items()
        if _refers(state, former)
    ]
    if changes:
        ledger.end(None, change=changes)


def _refers(state: ResourceState, urn: str) -> bool:
    return (
        urn in (state.parent, state.deleted_with)
        or urn in state.dependencies
        or state.provider.startswith(f"{urn}::")
        or any(urn in names for names in state.property_dependencies.values())
    )


def _renamed(state: ResourceState, former: str, urn: str) -> ResourceState:
    def swap(name: str) -> str:
        return urn if name == former else name

    renamed = copy.copy(state)
    renamed.parent = swap(state.parent)
    renamed.deleted_with = swap(state.deleted_with)
    renamed.dependencies = [swap(name) for name in state.dependencies]
    renamed.property_dependencies = {
        key: [swap(name) for name in names] for key, names in state.property_dependencies.items()
    }
    if state.provider.startswith(f"{former}::"):
        renamed.provider = urn + state.provider.removeprefix(former)
    return renamed
