"""Edits of explicit providers, one each."""

from __future__ import annotations

from typing import Final

from tests.emulator.engine.scenario import scenario

PROVIDERS: Final = [
    scenario(
        "a provider whose configuration changes is updated",
        "memory = Memory('$-provider', color='red')\nThing('$', options=Options(provider=memory))",
        "memory = Memory('$-provider', color='blue')\nThing('$', options=Options(provider=memory))",
        ["update $-provider"],
    ),
    scenario(
        "a provider that becomes another one replaces what it serves",
        "memory = Memory('$-provider', region='eu')\nThing('$', options=Options(provider=memory))",
        "memory = Memory('$-provider', region='us')\nThing('$', options=Options(provider=memory))",
        [
            "create-replacement $-provider",
            "replace $-provider",
            "create-replacement $",
            "replace $",
            "delete-replaced $",
            "delete-replaced $-provider",
        ],
    ),
    scenario(
        "a component hands its provider down",
        "",
        """
        memory = Memory('$-provider', region='asia')
        group = Group('$-group', Options(providers=[memory]))
        Thing('$', options=Options(parent=group))
        """,
        ["create $-provider", "create $-group", "create $"],
        any_order=True,
    ),
    scenario(
        "a provider of another name for the same account takes over",
        "memory = Memory('$-one', region='eu')\nThing('$', options=Options(provider=memory))",
        "memory = Memory('$-two', region='eu')\nThing('$', options=Options(provider=memory))",
        ["create $-two", "delete $-one"],
    ),
    scenario(
        "a provider for another account does not take over",
        "memory = Memory('$-one', region='eu')\nThing('$', options=Options(provider=memory))",
        "memory = Memory('$-two', region='us')\nThing('$', options=Options(provider=memory))",
        [
            "create $-two",
            "create-replacement $",
            "replace $",
            "delete-replaced $",
            "delete $-one",
        ],
    ),
    scenario(
        "a renamed provider keeps what it serves",
        "memory = Memory('$-one', region='eu')\nThing('$', options=Options(provider=memory))",
        """
        memory = Memory('$-two', region='eu', options=Options(aliases=[pulumi.Alias(name='$-one')]))
        Thing('$', options=Options(provider=memory))
        """,
        [],
    ),
]
