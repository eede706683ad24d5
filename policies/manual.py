"""Writes docs/policies.md from the rules: `python -m policies.manual`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from policies.catalogue import RULES
from policies.exemptions import FILE as EXEMPTIONS
from policies.open_cells import read_open_cells
from policies.parameters import PARAMETERS
from policies.rule import ANY_TYPE, DESCRIPTIONS, Group, Rule, Severity
from policies.scorecard import Scorecard, read_scorecard, score

TEMPLATE = Path(__file__).with_name("manual.md")
FILE = Path(__file__).parents[1] / "docs" / "policies.md"
WAIVERS = EXEMPTIONS.with_name("waivers.yaml")
SEVERITIES = tuple(Severity)


def text(rules: Iterable[Rule] = RULES) -> str:
    """The document."""
    rules = tuple(rules)
    parts = {
        "groups": _groups(rules),
        "parameters": _parameters(),
        "exemptions": comment(EXEMPTIONS),
        "waivers": comment(WAIVERS),
        "open_cells": _open_cells(),
        "scorecard": _scorecard(read_scorecard(), rules),
        "rules": _rules(rules),
    }
    lines = TEMPLATE.read_text(encoding="utf-8").splitlines()
    whole = [line for place in lines for line in parts.get(place.strip("{}"), [place])]
    return "\n".join(whole).rstrip("\n") + "\n"


def comment(file: Path) -> list[str]:
    """What a file says of its own format in its first comment."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("#").removeprefix(" ") for line in lines if line.startswith("#")]


def _groups(rules: tuple[Rule, ...]) -> Iterator[str]:
    yield from ("| group | holds that | rules | of them on the whole stack |", "|---|---|---|---|")
    for group in Group:
        own = [rule for rule in rules if rule.group is group]
        whole = sum(rule.check_stack is not None for rule in own)
        yield f"| [`{group}`](#{group}) | {DESCRIPTIONS[group]} | {len(own)} | {whole} |"
    yield f"| | | **{len(rules)}** | |"


def _parameters() -> Iterator[str]:
    yield from ("| parameter | group | default | schema | what it is |", "|---|---|---|---|---|")
    for name, parameter in sorted(PARAMETERS.items()):
        schema = {key: value for key, value in parameter.schema.items() if key != "description"}
        yield (
            f"| `{name}` | `{parameter.group}` | `{json.dumps(parameter.default)}` "
            f"| `{json.dumps(schema)}` | {parameter.schema['description']} |"
        )


def _open_cells() -> Iterator[str]:
    yield from ("| from | to | when | why |", "|---|---|---|---|")
    for cell in read_open_cells():
        yield f"| {cell.source} | {cell.target} | {cell.when} | {escaped(cell.reason)} |"


def _scorecard(card: Scorecard, rules: tuple[Rule, ...]) -> Iterator[str]:
    scores = score(card, rules)
    yield from (
        "| rule set | applicable | enforced | excluded | open |",
        "|---|---|---|---|---|",
    )
    for item in scores:
        counts = (item.set.applicable, item.enforced, item.excluded, item.open)
        numbers = " | ".join(str(len(ids)) for ids in counts)
        yield f"| [{item.set.title}]({item.set.source}) | {numbers} |"
    yield ""
    corrections = [(item.set.title, text) for item in scores for text in item.set.corrections]
    for title, correction in corrections:
        yield f"- {title}, corrected: {correction}"
    yield from ("", "Excluded, and why:", "", "| public rule | reason |", "|---|---|")
    for id_, reason in sorted(card.reasons.items()):
        yield f"| {id_} | {escaped(reason)} |"


def _rules(rules: tuple[Rule, ...]) -> Iterator[str]:
    for group in Group:
        yield from (f"### {group}", "", DESCRIPTIONS[group], "")
        own = [rule for rule in rules if rule.group is group]
        for rule in sorted(own, key=lambda rule: (SEVERITIES.index(rule.severity), rule.id)):
            yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    if not rule.types:
        kind = "the whole stack"
    elif ANY_TYPE in rule.types:
        kind = "every resource"
    else:
        kind = ", ".join(f"`{type_}`" for type_ in rule.types)
    yield from (f"#### `{rule.id}`", "", f"{escaped(rule.what)} {escaped(rule.why)}", "")
    yield f"- severity: **{rule.severity}**"
    yield f"- looks at: {kind}"
    yield f"- remedy: {escaped(rule.remedy)}"
    if rule.frameworks:
        yield f"- answers: {', '.join(rule.frameworks)}"
    yield ""


def escaped(text: str) -> str:
    """Plain text for Markdown, in a table too."""
    for character in ("*", "<", "|"):
        text = text.replace(character, "\\" + character)
    return text


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
