"""Policy violations of a preview as a Markdown table, for a pull request.

    python -m operations.violations FILE       (- for standard input)

FILE is what a preview with `--policy-pack` printed, of the CLI or of the emulator: its text, the
emulator's `--json`, or the CLI's `--json` with PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true. Without
that variable the CLI's document leaves policies out, which is said instead.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

BLOCKING: Final = "mandatory"
SEVERITIES: Final = ("critical", "high", "medium", "low")
HEAD: Final = re.compile(r"^\[(?P<rule>[a-z0-9-]+)\] (?P<what>.*) \((?P<severity>[a-z]+)\)$")
MEMBER: Final = re.compile(r"^\s*(?P<key>found|allowed|remedy):\s*(?P<value>.*)$")
SECTION: Final = "Policies:"
PACK: Final = re.compile(r"^\s{4}\S+\s+\S+@v")
ENTRY: Final = re.compile(r"^\s{8}- \[(?P<level>\w+)\]  (?P<policy>\S+)(?:  \((?P<whom>.+)\))?\s*$")
TEXT_INDENT: Final = " " * 10
SILENT: Final = """### Policies: the document says nothing of them

None was violated, or no pack was loaded, or it is the CLI's own document, which carries violations
with `PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true` alone.
"""


class UnreadableError(Exception):
    """Nothing that a preview prints."""


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One violation, or a note where a rule could not decide."""

    level: str
    rule: str
    """The rule's id, or the policy where the message names no rule."""

    severity: str
    resource: str
    what: str
    found: str
    allowed: str
    remedy: str

    @property
    def blocks(self) -> bool:
        """Whether it stops the deployment."""
        return self.level == BLOCKING

    @property
    def order(self) -> tuple[Any, ...]:
        """What blocks comes first, the worst of it at the top."""
        known = self.severity in SEVERITIES
        rank = SEVERITIES.index(self.severity) if known else len(SEVERITIES)
        return not self.blocks, rank, self.rule, self.resource


def read(text: str) -> list[Violation]:
    """What a preview's output holds, the worst first.

    Raises UnreadableError with the reason for anything else.
    """
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if isinstance(document, dict) and "policyEvent" not in document:
        if "policyViolations" not in document and not document.keys() & {"steps", "changeSummary"}:
            msg = "the JSON document is no preview: it has neither steps nor policyViolations"
            raise UnreadableError(msg)
        found = [_of_emulator(item) for item in document.get("policyViolations", [])]
    elif text.lstrip().startswith("{"):
        found = list(_of_events(text))
    else:
        found = list(_of_text(text))
    return sorted(set(found), key=lambda violation: violation.order)


def says_nothing_of_policies(text: str) -> bool:
    """Whether the text is a JSON document in which violations might have been left out."""
    try:
        document = json.loads(text)
    except ValueError:
        return False
    return isinstance(document, dict) and not {"policyViolations", "policyEvent"} & document.keys()


def _of_emulator(item: dict[str, str]) -> Violation:
    return _violation(
        item.get("enforcementLevel", ""),
        item.get("policyName", ""),
        _resource(item.get("urn", "")),
        item.get("message", ""),
    )


def _of_events(text: str) -> Iterator[Violation]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line).get("policyEvent")
        except (ValueError, AttributeError):
            msg = f"line {number} is no JSON object, though the first one is"
            raise UnreadableError(msg) from None
        if event:
            yield _violation(
                event.get("enforcementLevel", ""),
                event.get("policyName", ""),
                _resource(event.get("resourceUrn", "")),
                event.get("message", ""),
            )


def _of_text(text: str) -> Iterator[Violation]:
    if not text.strip():
        msg = "it is empty"
        raise UnreadableError(msg)
    lines = iter(text.splitlines())
    for line in lines:
        if line.strip() == SECTION:
            break
    else:
        msg = f"it has no section {SECTION!r}: was the preview run with --policy-pack?"
        raise UnreadableError(msg)
    entry: re.Match[str] | None = None
    message: list[str] = []
    for line in lines:
        ends = not line.startswith(TEXT_INDENT)
        if entry and ends:
            yield _of_entry(entry, message)
            entry, message = None, []
        if found := ENTRY.match(line):
            entry = found
        elif entry:
            message.append(line[len(TEXT_INDENT) :])
        elif line.strip() and not PACK.match(line):
            return
    if entry:
        yield _of_entry(entry, message)


def _of_entry(entry: re.Match[str], message: Sequence[str]) -> Violation:
    resource = (entry["whom"] or "").replace(": ", "::", 1)
    return _violation(entry["level"], entry["policy"], resource, "\n".join(message))


def _resource(urn: str) -> str:
    """`type::name` of a URN."""
    if urn.count("::") < 3:
        return urn
    *_, kind, name = urn.split("::", 3)
    return f"{kind.rsplit('$', 1)[-1]}::{name}"


def _violation(level: str, policy: str, resource: str, message: str) -> Violation:
    """The parts of a rule's message (see policies.rule); any other message is what was found."""
    lines = message.strip().splitlines()
    heads = [(index, head) for index, line in enumerate(lines) if (head := HEAD.match(line))]
    if not heads:
        return Violation(
            level=level,
            rule=policy,
            severity="",
            resource=resource,
            what="",
            found="\n".join(lines),
            allowed="",
            remedy="",
        )
    index, head = heads[0]
    members: dict[str, list[str]] = {"found": [], "allowed": [], "remedy": []}
    current = "found"
    for line in lines[index + 1 :]:
        if member := MEMBER.match(line):
            current = member["key"]
            members[current].append(member["value"])
        else:
            members[current].append(line.strip())
    return Violation(
        level=level,
        rule=head["rule"],
        severity=head["severity"],
        resource=resource,
        what=head["what"],
        **{key: "\n".join(texts) for key, texts in members.items()},
    )


def table(violations: Sequence[Violation]) -> str:
    """Markdown: a heading that counts, and a row for each."""
    blocking = sum(violation.blocks for violation in violations)
    others = len(violations) - blocking
    if not violations:
        return "### Policies: nothing is violated\n"
    heading = f"### Policies: {blocking} violation{'' if blocking == 1 else 's'} to mend"
    heading += f", {others} to know of" if others else ""
    rows = [
        "| | Resource | Rule | Found | Allowed | Remedy |",
        "|---|---|---|---|---|---|",
        *(_row(violation) for violation in violations),
    ]
    return "\n".join([heading, "", *rows, ""])


def _row(violation: Violation) -> str:
    weight = violation.severity or ("blocks" if violation.blocks else "note")
    mark = f"**{weight}**" if violation.blocks else f"{violation.level}: {weight}"
    rule = f"{_code(violation.rule)}<br>{_plain(violation.what)}" if violation.what else ""
    cells = (
        mark,
        _code(violation.resource),
        rule or _code(violation.rule),
        _code(violation.found),
        _code(violation.allowed),
        _plain(violation.remedy),
    )
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """A code span for each line: nothing in it is markup, not even to a table."""
    lines = [line.replace("|", "\\|").replace("`", "'") for line in text.splitlines()]
    return "<br>".join(f"`{line}`" for line in lines if line.strip())


def _plain(text: str) -> str:
    escaped = re.sub(r"([\\`*_\[\]|])", r"\\\1", text).replace("<", "&lt;")
    return "<br>".join(escaped.splitlines())


def main(arguments: Sequence[str]) -> int:
    """Exit code 2 where the file cannot be read; what it holds changes no exit code."""
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print(__doc__, file=sys.stderr)  # noqa: T201  (this is a command)
        return 2
    name = arguments[0]
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        violations = read(text)
    except (OSError, UnicodeDecodeError, UnreadableError) as error:
        print(f"{name} cannot be read as a preview: {error}", file=sys.stderr)  # noqa: T201
        return 2
    print(SILENT if says_nothing_of_policies(text) else table(violations), end="")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
