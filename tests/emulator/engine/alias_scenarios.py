"""Edits that rename and move resources, one each."""

from __future__ import annotations

from typing import Final

from tests.emulator.engine.scenario import scenario

ALIASES: Final = [
    scenario(
        "a renamed resource keeps its identity",
        "Thing('$-old', value=1)",
        "Thing('$-new', value=1, options=Options(aliases=[pulumi.Alias(name='$-old')]))",
        [],
    ),
    scenario(
        "a renamed and changed resource is updated",
        "Thing('$-old', value=1)",
        "Thing('$-new', value=2, options=Options(aliases=[pulumi.Alias(name='$-old')]))",
        ["update $-new"],
    ),
    scenario(
        "a renamed and replaced resource",
        "Thing('$-old', replace=1)",
        "Thing('$-new', replace=2, options=Options(aliases=[pulumi.Alias(name='$-old')]))",
        ["create-replacement $-new", "replace $-new", "delete-replaced $-old"],
    ),
    scenario(
        "a resource moves under a component",
        "Thing('$')",
        """
        group = Group('$-group')
        root = pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)
        Thing('$', options=Options(parent=group, aliases=[root]))
        """,
        ["create $-group"],
    ),
    scenario(
        "a resource moves out of a component",
        "group = Group('$-group')\nThing('$', options=Options(parent=group))",
        """
        group = Group('$-group')
        Thing('$', options=Options(aliases=[pulumi.Alias(parent=group)]))
        """,
        [],
    ),
    scenario(
        "a changed type keeps its identity",
        "Thing('$', value=1, type_='memory:index:Old')",
        "Thing('$', value=1, options=Options(aliases=[pulumi.Alias(type_='memory:index:Old')]))",
        [],
    ),
    scenario(
        "children follow a renamed component",
        """
        group = Group('$-old')
        child = Thing('$-old-child', value=1, options=Options(parent=group))
        Thing('$-user', value=child.computed)
        """,
        """
        group = Group('$-new', Options(aliases=[pulumi.Alias(name='$-old')]))
        child = Thing('$-new-child', value=1, options=Options(parent=group))
        Thing('$-user', value=child.computed)
        """,
        [],
    ),
    scenario(
        "children follow a component of another type",
        """
        group = Group('$', type_='test:index:Old')
        Thing('$-child', options=Options(parent=group))
        """,
        """
        group = Group('$', Options(aliases=[pulumi.Alias(type_='test:index:Old')]))
        Thing('$-child', options=Options(parent=group))
        """,
        [],
    ),
    scenario(
        "an alias by URN",
        "Thing('$-old', value=1)",
        """
        urn = 'urn:pulumi:dev::demo::memory:index:Thing::$-old'
        Thing('$-new', value=1, options=Options(aliases=[urn]))
        """,
        [],
    ),
    scenario(
        "an alias that leads nowhere is no harm",
        "",
        "Thing('$', value=1, options=Options(aliases=[pulumi.Alias(name='$-never-was')]))",
        ["create $"],
    ),
    scenario(
        "a renamed thing deleted first takes its dependents along",
        """
        thing = Thing('$-old', replace=1, deletesFirst=True)
        Thing('$-user', replace=thing.computed)
        """,
        """
        thing = Thing('$-new', replace=2, deletesFirst=True,
                      options=Options(aliases=[pulumi.Alias(name='$-old')]))
        Thing('$-user', replace=thing.computed)
        """,
        [
            "delete-replaced $-user",
            "delete-replaced $-old",
            "replace $-new",
            "create-replacement $-new",
            "replace $-user",
            "create-replacement $-user",
        ],
    ),
]
