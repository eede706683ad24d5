"""Former URNs under which a registered resource may stand in the last checkpoint.

The combinations are those of Pulumi's engine: every alias, and every alias under each former URN of
the parent. https://www.pulumi.com/docs/iac/concepts/options/aliases/
"""

from __future__ import annotations

from emulator.engine.goal import Alias, Goal
from emulator.engine.urn import ROOT_STACK_TYPE, make_urn, name_of, qualified_type, type_of


def former_urns(goal: Goal, stack: str, project: str, renamed: dict[str, str]) -> list[str]:
    """URNs to look for, likeliest first; `renamed` maps URNs of this run to the former ones."""
    found = [_resolve(alias, goal, stack, project, renamed) for alias in goal.aliases]
    former_parent = renamed.get(goal.parent)
    if former_parent:
        found.append(_inherit(goal.type, goal.name, goal.parent, former_parent, stack, project))
        found += [
            _inherit(type_of(urn), name_of(urn), goal.parent, former_parent, stack, project)
            for urn in found[: len(goal.aliases)]
        ]
    return list(dict.fromkeys(found))


def _resolve(alias: Alias, goal: Goal, stack: str, project: str, renamed: dict[str, str]) -> str:
    if alias.urn:
        return alias.urn
    parent = renamed.get(alias.parent, alias.parent) if alias.parent else goal.parent
    if alias.no_parent or (parent and qualified_type(parent) == ROOT_STACK_TYPE):
        parent = ""
    return make_urn(
        alias.stack or stack,
        alias.project or project,
        parent,
        alias.type or goal.type,
        alias.name or goal.name,
    )


def _inherit(
    type_: str, name: str, parent: str, former_parent: str, stack: str, project: str
) -> str:
    """Child's URN under a former parent; a name that starts with the parent's follows it."""
    parent_name = name_of(parent)
    if name.startswith(parent_name):
        name = name_of(former_parent) + name.removeprefix(parent_name)
    return make_urn(stack, project, former_parent, type_, name)
