"""Resources that are imported or read, one edit each."""

from __future__ import annotations

from typing import Final

from tests.emulator.engine.scenario import scenario

IMPORTS: Final = [
    scenario(
        "a standing resource is imported",
        "",
        "Thing('$', value=1, options=Options(import_='$-id'))",
        ["import $"],
        standing=("$-id",),
    ),
    scenario(
        "an import that differs is updated",
        "",
        "Thing('$', value=2, options=Options(import_='$-id'))",
        ["import $", "update $"],
        standing=("$-id",),
    ),
    scenario(
        "ignored changes are those of the import, too",
        "",
        """
        Thing('$', value=2, options=Options(import_='$-id', ignore_changes=['value']))
        """,
        ["import $"],
        standing=("$-id",),
    ),
    scenario(
        "an import takes the place of what stood",
        "Thing('$', value=1)",
        "Thing('$', value=1, options=Options(import_='$-id'))",
        ["import-replacement $", "replace $", "delete-replaced $"],
        standing=("$-id",),
    ),
    scenario(
        "what was imported stays",
        "Thing('$', value=1, options=Options(import_='$-id'))",
        "Thing('$', value=1, options=Options(import_='$-id'))",
        [],
        standing=("$-id",),
    ),
    scenario(
        "an import dropped from the program changes nothing",
        "Thing('$', value=1, options=Options(import_='$-id'))",
        "Thing('$', value=1)",
        [],
        standing=("$-id",),
    ),
    scenario(
        "what was only read is imported",
        "Thing('$', options=Options(id='$-id'))",
        "Thing('$', value=1, options=Options(import_='$-id'))",
        ["import-replacement $", "replace $", "discard-replaced $"],
        standing=("$-id",),
    ),
    scenario(
        "a resource is read",
        "",
        "Thing('$', options=Options(id='$-id'))",
        ["read $"],
        standing=("$-id",),
        gone_on_purpose=("$",),
    ),
    scenario(
        "a resource read no more is only forgotten",
        "Thing('$', options=Options(id='$-id'))",
        "",
        ["discard $"],
        standing=("$-id",),
        gone_on_purpose=("$",),
    ),
]
