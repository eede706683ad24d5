"""What a plan must not do without a waiver.

Policies see none of it: they see what is wanted, not what stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from operations.plan import PROVIDER_PREFIX, Plan, Step, name_of, title_of, type_of
from operations.stateful import STATEFUL, document_properties

UNKNOWN: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""How a value that is not known yet is written (sdk/go/common/resource/plugin/rpc.go of Pulumi)."""

HIDDEN: Final = "[secret]"
REPLACING: Final = frozenset({"replace", "create-replacement", "delete-replaced"})
IN_PLACE: Final = frozenset({"same", "update"})
EMPTIED_SHARE: Final = 0.75
"""Of what a stack holds; providers and the like may be left."""

PLACE_PROPERTIES: Final = ("accountId", "allowedAccountIds", "host", "port", "profile", "region")
"""Where a provider works: with another one its resources are looked for elsewhere."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that the plan would do and must not."""

    kind: str
    """The check, by which a waiver names it."""

    urn: str
    found: str
    """Never a value out of the state: it may be a secret."""

    remedy: str


Check = Callable[[Plan], Iterator[Finding]]


def stateful_replaced(plan: Plan) -> Iterator[Finding]:
    """Something that holds data is deleted and made anew, empty."""
    for step in _losing(plan, REPLACING | {"import-replacement", "read-replacement"}):
        because = ", ".join(step.replace_reasons) or "its options or its provider"
        yield Finding(
            kind="stateful-replaced",
            urn=step.urn,
            found=f"replaced because of {because}: {STATEFUL[step.type]} would be lost",
            remedy="Leave what forces the replacement as it is, or move the data first.",
        )


def stateful_deleted(plan: Plan) -> Iterator[Finding]:
    """Something that holds data is deleted, or let go of."""
    created = [step for step in plan.steps if step.operation in ("create", "import")]
    for step in _losing(plan, frozenset({"delete"})):
        loss = f"deleted: {STATEFUL[step.type]} would be lost"
        if step.old.get("retainOnDelete"):
            loss = f"let go of (retainOnDelete): nobody would manage {STATEFUL[step.type]}"
        namesakes = [name_of(new.urn) for new in created if type_of(new.urn) == step.type]
        remedy = "Keep it in the program."
        if namesakes:
            loss += f"; of the same type, {', '.join(namesakes)} would be created"
            remedy = "If it was renamed or got another parent, give the new one an alias."
        yield Finding(kind="stateful-deleted", urn=step.urn, found=loss, remedy=remedy)


def protection_removed(plan: Plan) -> Iterator[Finding]:
    """`protect`, or AWS's own deletion protection, is on and would be off."""
    for step in plan.steps:
        if not step.stands or not step.new:
            continue
        levels = [
            ("protect", step.old, step.new),
            ("deletionProtection", _inputs(step.old), _inputs(step.new)),
        ]
        for name, old, new in levels:
            if old.get(name) is True and new.get(name) is not True:
                yield Finding(
                    kind="protection-removed",
                    urn=step.urn,
                    found=f"{name} is true and would be {_told(new, name)}",
                    remedy="Leave it on: the next change could delete the resource.",
                )


def document_unknown(plan: Plan) -> Iterator[Finding]:
    """A document on who may do what cannot be read in the preview."""
    for step in plan.steps:
        inputs = _inputs(step.new)
        for name in document_properties(str(step.new.get("type", ""))):
            reason = _unreadable(inputs.get(name))
            if reason:
                yield Finding(
                    kind="document-unknown",
                    urn=step.urn,
                    found=f"{name} is {reason}",
                    remedy="Write the document from names (stages/names.py), not from Outputs.",
                )


def provider_replaced(plan: Plan) -> Iterator[Finding]:
    """A provider is replaced, and with it everything it manages, or works elsewhere from now on."""
    for step in plan.steps:
        if not step.stands or not step.type.startswith(PROVIDER_PREFIX):
            continue
        found = ""
        if step.operation in REPLACING:
            found = f"replaced because of {', '.join(step.replace_reasons) or 'its options'}"
        elif moved := _moved(step):
            found = f"works elsewhere: {', '.join(moved)} would change"
        if found:
            yield Finding(
                kind="provider-replaced",
                urn=step.urn,
                found=f"{found}; all that it manages would be made anew or not be found",
                remedy="Add another provider beside it, and move resources one by one.",
            )


def stack_emptied(plan: Plan) -> Iterator[Finding]:
    """Hardly anything of what the stack holds would be left, whatever it is."""
    deleted = sum(step.operation == "delete" and step.stands for step in plan.steps)
    kept = sum(plan.summary.get(kind, 0) for kind in ("replace", "same", "update"))
    stood = kept - 1 + deleted  # the stack itself always stays
    if deleted and deleted > EMPTIED_SHARE * stood:
        yield Finding(
            kind="stack-emptied",
            urn=plan.root.urn,
            found=f"{deleted} of the {stood} resources that the stack holds would be deleted",
            remedy="Look whether the program and the stack are the right ones.",
        )


CHECKS: Final[tuple[Check, ...]] = (
    stateful_replaced,
    stateful_deleted,
    protection_removed,
    document_unknown,
    provider_replaced,
    stack_emptied,
)
KINDS: Final = tuple(check.__name__.replace("_", "-") for check in CHECKS)


def findings(plan: Plan) -> list[Finding]:
    """What every check finds, each thing once."""
    return list(dict.fromkeys(finding for check in CHECKS for finding in check(plan)))


def title(finding: Finding) -> str:
    """The resource, as people and waivers name it."""
    return title_of(finding.urn) if finding.urn else "policies/waivers.yaml"


def _losing(plan: Plan, operations: frozenset[str]) -> Iterator[Step]:
    """Steps that lose data, once for each resource: a replacement may be shown in its parts."""
    seen = set()
    disposable = _is_disposable(plan)
    for step in plan.steps:
        loses = step.operation in operations and step.stands and step.type in STATEFUL
        if loses and step.urn not in seen and not disposable:
            seen.add(step.urn)
            yield step


def _is_disposable(plan: Plan) -> bool:
    """Whether the stage says so of itself, and nothing of what it holds is protected.

    A host holds what belongs to its tenants, whatever it says of itself.
    """
    stage = plan.setting("stage")
    unprotected = isinstance(stage, dict) and stage.get("protected") is False
    was_protected = any(other.old.get("protect") is True for other in plan.steps)
    return unprotected and plan.setting("host") is None and not was_protected


def _inputs(state: Any) -> dict[str, Any]:
    return state.get("inputs") or {}


def _told(state: Any, name: str) -> str:
    value = state.get(name)
    if value is None:
        return "absent"
    return "false" if value is False else "unknown"


def _unreadable(value: Any) -> str:
    """Why a value cannot be read, empty where it can; also deep inside of lists and objects."""
    if isinstance(value, str):
        if value in UNKNOWN:
            return "not known yet, so that no policy can judge it"
        return "hidden as a secret, so that no reviewer can read it" if value == HIDDEN else ""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return next(filter(None, map(_unreadable, value)), "")
    return ""


def _moved(step: Step) -> list[str]:
    old, new = _inputs(step.old), _inputs(step.new)
    return [
        name
        for name in PLACE_PROPERTIES
        if step.operation in IN_PLACE
        and old.get(name) != new.get(name)
        and not _unreadable(new.get(name))
    ]
