"""Edits that create, update, replace and delete, one each."""

from __future__ import annotations

from typing import Final

from tests.emulator.engine.scenario import scenario

STEPS: Final = [
    scenario(
        "an unchanged resource is left alone",
        "Thing('$', value=1)",
        "Thing('$', value=1)",
        [],
    ),
    scenario("a new resource is created", "", "Thing('$', value=1)", ["create $"]),
    scenario(
        "a changed input updates in place",
        "Thing('$', value=1)",
        "Thing('$', value=2)",
        ["update $"],
    ),
    scenario("a dropped resource is deleted", "Thing('$')", "", ["delete $"]),
    scenario(
        "a replacement is created before the old one goes",
        "Thing('$', replace=1)",
        "Thing('$', replace=2)",
        ["create-replacement $", "replace $", "delete-replaced $"],
    ),
    scenario(
        "a provider can wish to delete first",
        "Thing('$', replace=1, deletesFirst=True)",
        "Thing('$', replace=2, deletesFirst=True)",
        ["delete-replaced $", "replace $", "create-replacement $"],
    ),
    scenario(
        "the option deletes first",
        "Thing('$', replace=1)",
        "Thing('$', replace=2, options=Options(delete_before_replace=True))",
        ["delete-replaced $", "replace $", "create-replacement $"],
    ),
    scenario(
        "the option overrules a provider that would delete first",
        "Thing('$', replace=1, deletesFirst=True)",
        "Thing('$', replace=2, deletesFirst=True, options=Options(delete_before_replace=False))",
        ["create-replacement $", "replace $", "delete-replaced $"],
    ),
    scenario(
        "what depends on a thing deleted first is replaced with it",
        """
        thing = Thing('$', replace=1, deletesFirst=True)
        user = Thing('$-user', replace=thing.computed)
        Thing('$-its-user', replace=user.computed)
        Thing('$-updated', value=thing.computed)
        """,
        """
        thing = Thing('$', replace=2, deletesFirst=True)
        user = Thing('$-user', replace=thing.computed)
        Thing('$-its-user', replace=user.computed)
        Thing('$-updated', value=thing.computed)
        """,
        [
            "delete-replaced $-its-user",
            "delete-replaced $-user",
            "delete-replaced $",
            "replace $",
            "create-replacement $",
            "replace $-user",
            "create-replacement $-user",
            "update $-updated",
            "replace $-its-user",
            "create-replacement $-its-user",
        ],
        any_order=True,
    ),
    scenario(
        "what depends on a thing replaced is updated with its outputs",
        "thing = Thing('$', replace=1)\nThing('$-user', value=thing.computed)",
        "thing = Thing('$', replace=2)\nThing('$-user', value=thing.computed)",
        ["create-replacement $", "replace $", "update $-user", "delete-replaced $"],
    ),
    scenario(
        "dependents are deleted before what they depend on",
        """
        thing = Thing('$-a')
        user = Thing('$-b', value=thing.computed)
        Thing('$-c', options=Options(depends_on=[user]))
        """,
        "",
        ["delete $-c", "delete $-b", "delete $-a"],
    ),
    scenario(
        "children are deleted before their parents",
        """
        group = Group('$-group')
        inner = Group('$-inner', Options(parent=group))
        Thing('$-child', options=Options(parent=inner))
        """,
        "",
        ["delete $-child", "delete $-inner", "delete $-group"],
    ),
    scenario(
        "protection dropped alone changes nothing",
        "Thing('$', options=Options(protect=True))",
        "Thing('$')",
        [],
    ),
    scenario(
        "protection dropped in the same edit lets a replacement through",
        "Thing('$', replace=1, options=Options(protect=True))",
        "Thing('$', replace=2)",
        ["create-replacement $", "replace $", "delete-replaced $"],
    ),
    scenario(
        "a protected resource is updated all the same",
        "Thing('$', value=1, options=Options(protect=True))",
        "Thing('$', value=2, options=Options(protect=True))",
        ["update $"],
    ),
]
