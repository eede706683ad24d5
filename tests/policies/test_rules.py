"""Every rule against its cases, in the three states of what it reads, and against its mutants."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from policies.catalogue import MODULES, RULES
from policies.rule import Rule
from tests.policies.cases import UNKNOWN, Case, Fixture, Outcome, said
from tests.policies.mutants import mutants

FOLDER = Path(__file__).parent / "rules"
BY_ID = {rule.id: rule for rule in RULES}


def cases_module(module: ModuleType) -> ModuleType:
    short = module.__name__.rsplit(".", 1)[1]
    return importlib.import_module(f"tests.policies.rules.{short}_cases")


CASES: list[Case] = [case for module in MODULES for case in cases_module(module).CASES]


def test_ids_are_unique_and_every_file_of_cases_belongs_to_a_module() -> None:
    assert len(BY_ID) == len(RULES)
    shorts = {module.__name__.rsplit(".", 1)[1] for module in MODULES}
    assert {file.stem.removesuffix("_cases") for file in FOLDER.glob("*_cases.py")} == shorts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_rule_says_what_its_case_expects(case: Case) -> None:
    assert said(BY_ID[case.rule], case) is case.says


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_a_passing_and_a_violating_case(rule: Rule) -> None:
    says = {case.says for case in CASES if case.rule == rule.id}
    assert says >= {Outcome.PASSES, Outcome.VIOLATES}


def altered(value: Any) -> Iterator[Any]:
    """`value` with each of its parts, on every level, absent and unknown."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield {k: v for k, v in value.items() if k != key}
            yield {**value, key: UNKNOWN}
            for changed in altered(inner):
                yield {**value, key: changed}
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield [*value[:index], UNKNOWN, *value[index + 1 :]]
            for changed in altered(inner):
                yield [*value[:index], changed, *value[index + 1 :]]


def variants(case: Case) -> Iterator[Case]:
    for index, fixture in enumerate(case.fixtures):
        for props in altered(dict(fixture.props)):
            fixtures: list[Fixture] = list(case.fixtures)
            fixtures[index] = dataclasses.replace(fixture, props=props)
            yield dataclasses.replace(case, fixtures=tuple(fixtures))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_absent_and_no_unknown_property_makes_a_rule_throw(rule: Rule) -> None:
    for case in CASES:
        if case.rule == rule.id:
            for variant in variants(case):
                said(rule, variant)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_mutant_of_a_rule_fails_a_case(module: ModuleType) -> None:
    cases = cases_module(module)
    equivalent: set[str] = set(getattr(cases, "EQUIVALENT_MUTANTS", ()))
    survivors = set()
    for mutant in mutants(inspect.getsource(module), module.__name__):
        rules = mutant.rules()
        mutated = vars(module).get(mutant.function)
        # The mutated rule's own cases first: one of them ends the search as a rule.
        ordered = sorted(cases.CASES, key=lambda case: BY_ID[case.rule] is not mutated)
        if not any(fails(rules, case) for case in ordered):
            survivors.add(mutant.title.split(": ", 1)[1])
    assert survivors == equivalent


def fails(rules: Mapping[str, Rule], case: Case) -> bool:
    try:
        return said(rules[case.rule], case) is not case.says
    except Exception:  # noqa: BLE001  (a mutant may do anything)
        return True
