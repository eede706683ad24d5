"""All edits that are tried one by one: what the engine must do, by Pulumi's documentation."""

from __future__ import annotations

from typing import Final

from tests.emulator.engine.alias_scenarios import ALIASES
from tests.emulator.engine.import_scenarios import IMPORTS
from tests.emulator.engine.option_scenarios import OPTIONS
from tests.emulator.engine.provider_scenarios import PROVIDERS
from tests.emulator.engine.step_scenarios import STEPS
from tests.emulator.engine.transform_scenarios import TRANSFORMS

SCENARIOS: Final = [*STEPS, *OPTIONS, *ALIASES, *PROVIDERS, *IMPORTS, *TRANSFORMS]


def standing() -> dict[str, tuple[str, dict[str, object]]]:
    """What the provider holds from the start: URN and outputs by id."""
    return {
        id_.replace("$", item.prefix): (
            f"urn:pulumi:elsewhere::other::memory:index:Thing::{item.prefix}",
            {"value": 1, "computed": "STANDING", "shout": "1!"},
        )
        for item in SCENARIOS
        for id_ in item.standing
    }
