"""The list of rules says where each stands."""

from __future__ import annotations

import datetime

import pytest

from policies.catalogue import RULES
from policies.exemptions import Exemption
from policies.listing import COLUMNS, lines, main
from policies.rule import Group

TODAY = datetime.date(2026, 12, 1)


def exemption(rule: str, expires: datetime.date) -> Exemption:
    return Exemption(
        rule=rule,
        resource="aws:rds/instance:Instance::it",
        stacks=("preprod", "test"),
        owner="team",
        reason="tried in a test",
        expires=expires,
    )


def test_every_rule_has_a_line_the_worst_of_each_group_first() -> None:
    found = lines(RULES, (), TODAY)

    assert sorted(line.rule.id for line in found) == sorted(rule.id for rule in RULES)
    severities = [str(line.rule.severity) for line in found if line.rule.group is Group.ACCESS]
    ranks = [("critical", "high", "medium", "low").index(severity) for severity in severities]
    assert ranks == sorted(ranks)
    assert {line.level for line in found} == {"mandatory"}


def test_a_line_says_what_the_rule_looks_at_and_who_is_exempted_until_when() -> None:
    entries = (exemption(RULES[0].id, TODAY), exemption(RULES[1].id, datetime.date(2026, 11, 30)))
    found = {
        line.rule.id: dict(zip(COLUMNS, line.cells(), strict=True))
        for line in lines(RULES, entries, TODAY)
    }

    where = "aws:rds/instance:Instance::it in preprod, test"
    assert found[RULES[0].id]["exemptions"] == f"{where} until 2026-12-01"
    assert found[RULES[1].id]["exemptions"] == f"{where} expired 2026-11-30"
    for rule in RULES:
        assert found[rule.id]["kind"] == ("resource" if rule.check else "stack")


def test_where_there_is_no_terminal_a_rule_is_a_line_with_tabs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main()
    printed = capsys.readouterr().out.splitlines()

    assert len(printed) == len(RULES)
    assert {line.count("\t") for line in printed} == {len(COLUMNS) - 1}
