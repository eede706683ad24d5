"""What a preview says that an `up` would do: `preview --json` of the CLI and of the emulator.

Source: https://github.com/pulumi/pulumi/blob/master/pkg/display/json.go (PreviewDigest). Nothing
is guessed: what is cut, of another shape or of a preview that failed is never a plan.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

ROOT_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER_PREFIX: Final = "pulumi:providers:"
OPERATIONS: Final = frozenset(
    {
        "same",
        "create",
        "update",
        "delete",
        "replace",
        "create-replacement",
        "delete-replaced",
        "read",
        "read-replacement",
        "refresh",
        "discard",
        "discard-replaced",
        "remove-pending-replace",
        "import",
        "import-replacement",
        "diff",
    }
)
"""https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step.go"""

NEED_OLD: Final = frozenset({"same", "update", "delete", "replace", "delete-replaced"})
NEED_NEW: Final = frozenset({"same", "create", "update", "replace", "create-replacement"})
"""The CLI leaves a state out, silently, where it cannot write it down."""

COUNTED_AND_SHOWN: Final = ("create", "delete", "import", "replace", "update")
"""Operations of which the summary counts as many as there are steps."""


class UnreadablePlanError(Exception):
    """The input is no whole plan: what was found, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step."""

    operation: str
    urn: str
    old: Mapping[str, Any]
    """State before, empty where there was none."""

    new: Mapping[str, Any]
    """State after, empty where there is none."""

    replace_reasons: tuple[str, ...]
    """Properties that force the replacement."""

    @property
    def type(self) -> str:
        """Pulumi's type: of what stands, where something does."""
        return str((self.old or self.new).get("type") or type_of(self.urn))

    @property
    def stands(self) -> bool:
        """Whether the stack manages it before the step; what it only reads is another's."""
        return bool(self.old) and not self.old.get("external")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A preview."""

    steps: tuple[Step, ...]
    summary: Mapping[str, int]
    config: Mapping[str, str]
    failures: tuple[str, ...]
    """Why the preview failed; it then may lack steps."""

    @cached_property
    def root(self) -> Step:
        """The stack itself."""
        return next(step for step in self.steps if type_of(step.urn) == ROOT_TYPE)

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.root.urn.split(":")[2]

    def setting(self, key: str) -> Any:
        """What the stack file says under `<project>:<key>`, None where nothing readable stands."""
        project = self.root.urn.split("::")[1]
        try:
            return json.loads(self.config[f"{project}:{key}"])
        except (KeyError, ValueError, TypeError):
            return None


def type_of(urn: str) -> str:
    """The resource's own type in a URN, without its parents'."""
    return urn.split("::")[2].rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """The resource's name in a URN."""
    return urn.split("::", 3)[3]


def title_of(urn: str) -> str:
    """`type::name`, by which people and waivers name a resource."""
    return f"{type_of(urn)}::{name_of(urn)}"


def read_plan(text: str) -> Plan:
    """The plan in a preview's JSON.

    Raises UnreadablePlanError for what is no whole document of that shape.
    """
    if not text.strip():
        raise _unreadable("it is empty: the preview wrote nothing; look at what it said")
    try:
        document = json.loads(text)
    except ValueError as error:
        raise _unreadable(f"it is no JSON document, or one that was cut: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("steps", []), list):
        raise _unreadable("it is JSON of another shape than an object with `steps`")
    steps = tuple(_step(item, index) for index, item in enumerate(document.get("steps", [])))
    failures = _failures(document)
    if not any(type_of(step.urn) == ROOT_TYPE for step in steps):
        told = f"; it says: {'; '.join(failures)}" if failures else ""
        raise _unreadable(f"it has no step for the stack itself, so it is not a whole one{told}")
    summary = document.get("changeSummary")
    if not failures:
        failures = _missing_steps(steps, summary)
    return Plan(
        steps=steps,
        summary=summary if isinstance(summary, dict) else {},
        config=_object(document.get("config") or {}, "config"),
        failures=failures,
    )


def _unreadable(what: str) -> UnreadablePlanError:
    return UnreadablePlanError(f"This is no plan that can be judged: {what}.")


def _object(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _unreadable(f"{where} is no object")
    return value


def _step(item: Any, index: int) -> Step:
    where = f"steps[{index}]"
    step = _object(item, where)
    operation, urn = step.get("op"), step.get("urn")
    if operation not in OPERATIONS:
        raise _unreadable(f"{where}.op is {operation!r}, which no version known here writes")
    if not isinstance(urn, str) or not urn.startswith("urn:pulumi:") or urn.count("::") < 3:
        raise _unreadable(f"{where}.urn is no URN")
    for key, needed in (("oldState", NEED_OLD), ("newState", NEED_NEW)):
        if operation in needed and not step.get(key):
            raise _unreadable(f"{where} is {operation} of {title_of(urn)} and has no {key}")
    return Step(
        operation=operation,
        urn=urn,
        old=_object(step.get("oldState") or {}, f"{where}.oldState"),
        new=_object(step.get("newState") or {}, f"{where}.newState"),
        replace_reasons=tuple(step.get("replaceReasons") or ()),
    )


def _failures(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Errors among the diagnostics, and violations that the emulator writes beside them."""
    found = [
        f"{_about(item)}{_first_line(item)}"
        for item in document.get("diagnostics") or ()
        if isinstance(item, dict) and item.get("severity") == "error"
    ]
    found += [
        f"{_about(item)}policy {item.get('policyName')}: {_first_line(item)}"
        for item in document.get("policyViolations") or ()
        if isinstance(item, dict) and item.get("enforcementLevel") == "mandatory"
    ]
    if document.get("maybeCorrupt"):
        found.append("the engine says that the state may be corrupt")
    return tuple(found)


def _about(item: Mapping[str, Any]) -> str:
    urn = str(item.get("urn") or "")
    is_resource = urn.count("::") >= 3 and type_of(urn) != ROOT_TYPE
    return f"{title_of(urn)}: " if is_resource else ""


def _first_line(item: Mapping[str, Any]) -> str:
    lines = str(item.get("message") or "").strip().splitlines() or ["(no message)"]
    return lines[0].removeprefix("error: ")[:200]


def _missing_steps(steps: tuple[Step, ...], summary: Any) -> tuple[str, ...]:
    """Why this is not the whole of what the preview found."""
    if not isinstance(summary, dict) or not summary:
        return ("it ended before it could sum up what would change",)
    shown = Counter(step.operation for step in steps)
    return tuple(
        f"it counts {summary.get(operation, 0)} x {operation} and shows {shown[operation]}"
        for operation in COUNTED_AND_SHOWN
        if summary.get(operation, 0) != shown[operation]
    )
