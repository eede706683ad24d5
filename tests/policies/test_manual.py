"""docs/policies.md is what the rules say, and what it shows works."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from policies.catalogue import RULES
from policies.manual import FILE, comment, escaped, text
from policies.parameters import PARAMETERS
from policies.rule import DESCRIPTIONS, Group, Rule
from tests.conftest import ROOT

DOCUMENT = FILE.read_text(encoding="utf-8")


def test_the_document_is_fresh() -> None:
    assert text() == DOCUMENT, "write it anew: make policy-manual"


def test_a_change_of_a_rule_changes_the_document() -> None:
    assert text(RULES[1:]) != DOCUMENT


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_is_explained_with_its_public_ids(rule: Rule) -> None:
    _, _, rest = DOCUMENT.partition(f"#### `{rule.id}`\n")
    section = rest.split("\n#", 1)[0]

    for part in (rule.what, rule.why, rule.remedy):
        assert escaped(part) in section
    assert f"**{rule.severity}**" in section
    assert all(id_ in section for id_ in rule.frameworks)


def test_the_example_of_a_configuration_names_what_there_is() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    config: dict[str, dict[str, Any]] = json.loads(example)

    for name, members in config.items():
        group = Group(name)
        disabled = members.pop("disabled_rules", [])
        members.pop("enforcementLevel", None)
        assert {r.id for r in RULES if r.group is group and r.check} >= set(disabled)
        assert {key for key, p in PARAMETERS.items() if p.group is group} >= set(members)


def test_every_make_target_and_file_that_it_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", DOCUMENT, re.MULTILINE))
    files = re.findall(r"`((?:policies|stages|operations)/[a-z_./]*)`", DOCUMENT)

    assert {"policies", "scorecard", "parity", "plan-guard"} <= named <= targets
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_every_link_within_the_document_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", DOCUMENT, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in headings}
    links = set(re.findall(r"\]\(#([^)]*)\)", DOCUMENT))

    assert links <= anchors
    assert set(DESCRIPTIONS) <= links


def test_the_examples_of_entries_come_from_the_files_themselves() -> None:
    for name in ("exemptions", "waivers"):
        lines = comment(ROOT / "policies" / f"{name}.yaml")
        assert "\n".join(lines) in DOCUMENT
        assert any(line.startswith("- ") for line in lines)
