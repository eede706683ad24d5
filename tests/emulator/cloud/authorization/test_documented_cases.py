"""The evaluator decides as AWS's documentation does."""

from __future__ import annotations

import pytest

from tests.emulator.cloud.authorization import (
    documented_across,
    documented_cases,
    documented_conditions,
    documented_elements,
)
from tests.emulator.cloud.authorization.documented import Case

CASES = (
    *documented_cases.CASES,
    *documented_across.CASES,
    *documented_elements.CASES,
    *documented_conditions.CASES,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_a_documented_case_is_decided_as_documented(case: Case) -> None:
    decision = case.decision()
    assert decision.allowed is case.allowed, f"{decision.reason} ({case.url})"


def test_every_case_has_a_sentence_of_its_own() -> None:
    said = [case.says for case in CASES]
    assert len(said) == len(set(said))
