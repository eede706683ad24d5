"""Where the pack stands against public rule sets is counted from the rules themselves."""

from __future__ import annotations

import dataclasses

from policies.catalogue import RULES
from policies.rule import Rule
from policies.scorecard import (
    Exclusion,
    RuleSet,
    Scorecard,
    problems,
    read_scorecard,
    score,
)


def rule(name: str, *frameworks: str) -> Rule:
    return dataclasses.replace(RULES[0], id=name, frameworks=frameworks)


def card(*excluded: str) -> Scorecard:
    one = RuleSet(
        title="One set", source="a page", ids={"RDS": ("A1", "A2"), "S3": ("A3",)}, beyond=("A9",)
    )
    reasons = tuple(Exclusion(id=id_, reason="a good reason") for id_ in excluded)
    return Scorecard(sets=(one,), exclusions=reasons)


def test_an_id_is_enforced_by_a_rule_that_names_it_excluded_or_open() -> None:
    (found,) = score(card("A3"), [rule("a", "A1"), rule("b", "A1", "A9")])

    assert (found.enforced, found.excluded, found.open) == (("A1",), ("A3",), ("A2",))


def test_nothing_is_counted_twice() -> None:
    (found,) = score(card("A1", "A3"), [rule("a", "A1")])

    assert (found.enforced, found.excluded, found.open) == (("A1",), ("A3",), ("A2",))


def test_an_id_that_no_set_has_is_a_problem_unless_it_is_listed_beyond() -> None:
    assert problems(card(), [rule("a", "A9", "A1")]) == []
    (problem,) = problems(card(), [rule("a", "A10")])
    assert problem.startswith("rule a names 'A10', which is in no set")


def test_an_exclusion_of_what_is_enforced_or_not_applicable_is_a_problem() -> None:
    found = problems(card("A1", "A8", "A3", "A3"), [rule("a", "A1")])

    assert [problem.split(":")[0] for problem in found] == [
        "'A3' is excluded twice",
        "'A1' is excluded and enforced by a",
        "'A8' is excluded and applicable in no set",
    ]


def test_an_id_that_is_listed_twice_is_a_problem() -> None:
    twice = RuleSet(title="One set", source="a page", ids={"RDS": ("A1",), "S3": ("A1",)})

    assert problems(Scorecard(sets=(twice,)), []) == ["'A1' is listed twice"]


def test_every_public_rule_that_applies_is_enforced_or_excluded_with_a_reason() -> None:
    assert {item.set.title: item.open for item in score(read_scorecard(), RULES) if item.open} == {}


def test_the_scorecard_and_the_rules_contradict_each_other_nowhere() -> None:
    assert problems(read_scorecard(), RULES) == []
