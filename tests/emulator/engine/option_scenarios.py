"""Edits of a resource's options, one each."""

from __future__ import annotations

from typing import Final

from tests.emulator.engine.scenario import scenario

OPTIONS: Final = [
    scenario(
        "ignored changes change nothing",
        """
        Thing('$', value=1, tags={'owner': 'a', 'old': 'x'}, rows=[{'port': 1}, {'port': 2}],
              options=Options(ignore_changes=['value', 'tags', 'rows[*].port']))
        """,
        """
        Thing('$', value=2, tags={'owner': 'b', 'new': 'y'}, rows=[{'port': 3}, {'port': 4}],
              options=Options(ignore_changes=['value', 'tags', 'rows[*].port']))
        """,
        [],
    ),
    scenario(
        "what is not ignored still counts",
        "Thing('$', tags={'owner': 'a', 'team': 'x'})",
        """
        Thing('$', tags={'owner': 'b', 'team': 'y'},
              options=Options(ignore_changes=['tags.owner']))
        """,
        ["update $"],
    ),
    scenario(
        "replace on changes turns an update into a replacement",
        "Thing('$', value=1, tags={'a': 1})",
        "Thing('$', value=2, tags={'a': 1}, options=Options(replace_on_changes=['value']))",
        ["create-replacement $", "replace $", "delete-replaced $"],
    ),
    scenario(
        "replace on changes leaves other changes alone",
        "Thing('$', value=1, tags={'a': 1})",
        "Thing('$', value=1, tags={'a': 2}, options=Options(replace_on_changes=['value']))",
        ["update $"],
    ),
    scenario(
        "replace on changes of everything",
        "Thing('$', value=1)",
        "Thing('$', value=2, options=Options(replace_on_changes=['*']))",
        ["create-replacement $", "replace $", "delete-replaced $"],
    ),
    scenario(
        "a changed trigger replaces",
        "Thing('$', value=1, options=Options(replacement_trigger='v1'))",
        "Thing('$', value=1, options=Options(replacement_trigger='v2'))",
        ["create-replacement $", "replace $", "delete-replaced $"],
    ),
    scenario(
        "an unchanged trigger does not",
        "Thing('$', value=1, options=Options(replacement_trigger='v1'))",
        "Thing('$', value=1, options=Options(replacement_trigger='v1'))",
        [],
    ),
    scenario(
        "a resource kept on delete leaves only the state",
        "Thing('$', options=Options(retain_on_delete=True))",
        "",
        ["delete $"],
        gone_on_purpose=("$",),
    ),
    scenario(
        "replaced with another",
        "thing = Thing('$', replace=1)\nThing('$-too', options=Options(replace_with=[thing]))",
        "thing = Thing('$', replace=2)\nThing('$-too', options=Options(replace_with=[thing]))",
        [
            "create-replacement $",
            "replace $",
            "create-replacement $-too",
            "replace $-too",
            "delete-replaced $-too",
            "delete-replaced $",
        ],
        any_order=True,
    ),
    scenario(
        "what goes with another is not deleted by itself",
        "thing = Thing('$')\nThing('$-in', options=Options(deleted_with=thing))",
        "",
        ["delete $-in", "delete $"],
        gone_on_purpose=("$-in",),
    ),
    scenario(
        "custom timeouts alone change nothing",
        "Thing('$', value=1)",
        "Thing('$', value=1, options=Options(custom_timeouts=pulumi.CustomTimeouts(create='1h')))",
        [],
    ),
    scenario(
        "a changed dependency alone changes nothing",
        "a = Thing('$-a')\nThing('$-b')",
        "a = Thing('$-a')\nThing('$-b', options=Options(depends_on=[a]))",
        [],
    ),
    scenario(
        "a plain value made secret changes nothing at the provider",
        "Thing('$', value='plain-text')",
        "Thing('$', value=pulumi.Output.secret('plain-text'))",
        [],
    ),
]
