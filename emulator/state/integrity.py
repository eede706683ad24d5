"""What must hold of a snapshot before anything is done with it.

The checks of https://github.com/pulumi/pulumi/blob/master/pkg/resource/stack/snapshot/integrity.go
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from emulator.engine.resource_state import ResourceState, Snapshot

PROVIDER_TYPE_PREFIX: Final = "pulumi:providers:"


def integrity_problems(snapshot: Snapshot) -> list[str]:
    """Everything that is wrong with the snapshot, in the order of its resources."""
    problems: list[str] = []
    everything = {state.urn for state in snapshot.resources}
    seen: set[str] = set()
    providers: set[str] = set()
    for state in snapshot.resources:
        if not state.custom and state.id:
            problems.append(f"{state.urn}: `custom` is false, yet it has an id")
        if state.type.startswith(PROVIDER_TYPE_PREFIX):
            providers.add(f"{state.urn}::{state.id}")
        if state.provider and state.provider not in providers and not state.pending_replacement:
            problems.append(f"{state.urn}: refers to an unknown provider {state.provider}")
        for role, urn in _references(state):
            if urn in seen:
                continue
            fault = "comes after it" if urn in everything else "is missing"
            problems.append(f"{state.urn}: its {role} {urn} {fault}")
        seen.add(state.urn)
    return problems + _duplicates(snapshot.resources)


def _references(state: ResourceState) -> list[tuple[str, str]]:
    references = [("parent", state.parent)] if state.parent else []
    references += [("dependency", urn) for urn in state.dependencies]
    known = set(state.dependencies)
    references += [
        (f"dependency of property {key}", urn)
        for key, urns in state.property_dependencies.items()
        for urn in urns
        if urn not in known
    ]
    if state.deleted_with:
        references.append(("`deletedWith`", state.deleted_with))
    return references


def _duplicates(resources: list[ResourceState]) -> list[str]:
    standing = Counter(state.urn for state in resources if not state.delete)
    return [
        f"{urn}: stands {count} times and only one may not be marked for deletion"
        for urn, count in standing.items()
        if count > 1
    ]
