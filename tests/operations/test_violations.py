"""Violations as a table for a pull request, whoever ran the preview and however it printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from operations.violations import UnreadableError, main, read, table
from policies.catalogue import RULES
from policies.rule import DESCRIPTIONS, Finding

(RULE,) = [rule for rule in RULES if rule.id == "server-storage-encrypted"]
URN = (
    "urn:pulumi:preprod::development-stages::development-stages:components:Host"
    "$aws:rds/instance:Instance::host-server-instance"
)
MESSAGE = RULE.message(Finding(found="storageEncrypted is False", allowed="true"))
NOTE = "can't run policy 'isolation-of-stack' during preview: string value at .policy is unknown"
RESOURCE = "aws:rds/instance:Instance::host-server-instance"
ROW = (
    f"| **high** | `{RESOURCE}` | `server-storage-encrypted`<br>A server's storage is encrypted. "
    "| `storageEncrypted is False` | `true` |"
)


def emulator_json() -> str:
    violation = {
        "policyPack": "development-stages",
        "policyName": "data-safety",
        "enforcementLevel": "mandatory",
        "message": f"{DESCRIPTIONS[RULE.group]}\n{MESSAGE}",
        "urn": URN,
    }
    note = violation | {
        "policyName": "isolation-of-stack",
        "enforcementLevel": "advisory",
        "message": NOTE,
        "urn": "urn:pulumi:preprod::development-stages::pulumi:pulumi:Stack::s",
    }
    return json.dumps({"steps": [], "policyViolations": [note, violation]}, indent=4)


def cli_events() -> str:
    events = [
        {"sequence": 0, "preludeEvent": {"config": {}}},
        {
            "sequence": 1,
            "policyEvent": {
                "resourceUrn": URN,
                "message": f"{DESCRIPTIONS[RULE.group]}\n{MESSAGE}\n",
                "policyName": "data-safety",
                "policyPackName": "development-stages",
                "enforcementLevel": "mandatory",
            },
        },
        {"sequence": 2, "summaryEvent": {"result": "failed"}},
    ]
    return "\n".join(map(json.dumps, events))


def cli_text() -> str:
    """As pulumi 3.260 prints it where there is no terminal; it shortens the type."""
    indented = "\n".join(f"          {line}" for line in MESSAGE.splitlines())
    return (
        "Previewing update (preprod):\n"
        "    pulumi:pulumi:Stack development-stages-preprod running \n"
        "Policies:\n"
        "    ❌ development-stages@v0.1.0 (local: policies)\n"
        "        - [mandatory]  data-safety  (aws:rds:Instance: host-server-instance)\n"
        f"          {DESCRIPTIONS[RULE.group]}\n"
        f"{indented}\n"
        "        - [advisory]  isolation-of-stack  (pulumi:pulumi:Stack: s)\n"
        f"          {NOTE}\n"
        "\n"
        "Diagnostics:\n"
        "  aws:rds:Instance (host-server-instance):\n"
        "        - [mandatory]  none  (of: these)\n"
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [(emulator_json(), 2), (cli_events(), 1), (cli_text(), 2)],
    ids=["the emulator's JSON", "the CLI's events", "text"],
)
def test_a_violation_is_a_row_with_resource_rule_found_allowed_and_remedy(
    text: str, count: int
) -> None:
    found = read(text)
    rows = table(found).splitlines()

    assert len(found) == count
    assert rows[0].startswith("### Policies: 1 violation to mend")
    assert rows[4].replace("aws:rds:Instance::", "aws:rds/instance:Instance::").startswith(ROW)
    assert rows[4].endswith(f"| {RULE.remedy.replace('_', chr(92) + '_')} |")
    assert [violation.blocks for violation in found] == [True, False][:count]


def test_what_a_rule_could_not_decide_is_a_note_below_what_blocks() -> None:
    rows = table(read(emulator_json())).splitlines()

    assert rows[0] == "### Policies: 1 violation to mend, 1 to know of"
    assert rows[5] == (
        f"| advisory: note | `pulumi:pulumi:Stack::s` | `isolation-of-stack` | `{NOTE}` |  |  |"
    )


def test_what_stands_in_a_program_cannot_break_the_table() -> None:
    evil = RULE.message(Finding(found="a | b `c`\n| d | <script>", allowed="[x](y)"))
    text = json.dumps({"policyViolations": [{"message": evil, "enforcementLevel": "mandatory"}]})
    (row,) = table(read(text)).splitlines()[4:]

    assert "`a \\| b 'c'`<br>`\\| d \\| <script>`" in row
    assert "`[x](y)`" in row
    assert row.replace("\\|", "").count("|") == 7


def test_the_worst_comes_first_and_a_repeated_one_once() -> None:
    item = json.loads(emulator_json())["policyViolations"][1]
    worse = item | {"message": item["message"].replace("(high)", "(critical)")}
    found = read(json.dumps({"policyViolations": [item, worse, item]}))

    assert [violation.severity for violation in found] == ["critical", "high"]


def test_a_document_that_may_have_left_policies_out_is_not_called_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "preview.json"
    file.write_text('{"config": {}, "steps": []}')

    assert main([str(file)]) == 0
    said = capsys.readouterr().out
    assert "says nothing of them" in said
    assert "PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true" in said


@pytest.mark.parametrize("content", ["", "{}", "Resources:\n    1 unchanged\n", "{\nno\n"])
def test_what_no_preview_printed_is_refused(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "preview.txt"
    file.write_text(content)

    with pytest.raises(UnreadableError):
        read(content)
    assert main([str(file)]) == 2
    assert f"{file} cannot be read as a preview" in capsys.readouterr().err


def test_a_clean_text_says_that_nothing_is_violated() -> None:
    text = "Policies:\n    ✅ development-stages@v0.1.0 (local: policies)\n\nResources:\n"

    assert table(read(text)) == "### Policies: nothing is violated\n"
