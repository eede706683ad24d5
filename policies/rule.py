"""What a rule is: one condition, why it holds, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from policies.stage_map import Stages
from policies.subjects import Resource, Stack

ANY_TYPE = "*"
"""Among a rule's types: it looks at every resource."""


class Group(StrEnum):
    """What people switch as one: each is a policy to Pulumi, with a level of its own."""

    ISOLATION = "isolation"
    ACCESS = "access"
    DATA_SAFETY = "data-safety"
    GOOD_PRACTICE = "good-practice"


DESCRIPTIONS: Mapping[Group, str] = {
    Group.ISOLATION: "Stages stay apart, but for the read-only doors.",
    Group.ACCESS: "Nobody gets more than the work needs, and nothing is open to the world.",
    Group.DATA_SAFETY: "Nothing that holds data is lost or readable by others, and it runs 24/7.",
    Group.GOOD_PRACTICE: "AWS services are set up as their own guides say.",
}


class Severity(StrEnum):
    """How bad a violation is."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a rule may ask besides the resource."""

    stages: Stages
    parameters: Mapping[str, Any]
    """Values of policies/parameters.py, as configured."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One violation."""

    found: str
    """What stands there; never a secret."""

    allowed: str
    """What may stand there."""

    urn: str = ""
    """The resource, where a rule looks at a whole stack."""


ResourceCheck: TypeAlias = Callable[[Resource, Context], Iterable[Finding]]
StackCheck: TypeAlias = Callable[[Stack, Context], Iterable[Finding]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule.

    With `types`, `check` gets one resource of these types at a time, before it is touched. With
    none, `check_stack` gets the stack, once the program has registered everything.
    """

    id: str
    """Stable: `<subject>-<condition>` in kebab case."""

    group: Group
    severity: Severity
    what: str
    """The condition that holds, one sentence."""

    why: str
    """What happens where it does not hold, one sentence."""

    remedy: str
    """The next step for who broke it."""

    frameworks: tuple[str, ...] = ()
    """Ids of public rules that it answers: `CKV_AWS_16`, `FSBP RDS.3`, `cdk-nag RDS2`, ..."""

    types: tuple[str, ...] = ()
    check: ResourceCheck | None = None
    check_stack: StackCheck | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a rule that would never run."""
        if bool(self.types) != (self.check is not None) or bool(self.check) == bool(
            self.check_stack
        ):
            msg = f"rule {self.id}: give types and check, or check_stack"
            raise ValueError(msg)

    def message(self, finding: Finding) -> str:
        """The violation, for the person who reads it."""
        return (
            f"[{self.id}] {self.what} ({self.severity})\n"
            f"  found:   {finding.found}\n"
            f"  allowed: {finding.allowed}\n"
            f"  remedy:  {self.remedy}"
        )


def for_resource(
    *types: str,
    id: str,  # noqa: A002  (what it is called everywhere)
    group: Group,
    severity: Severity,
    what: str,
    why: str,
    remedy: str,
    frameworks: tuple[str, ...] = (),
) -> Callable[[ResourceCheck], Rule]:
    """Make a function that looks at one resource a rule."""

    def make(check: ResourceCheck) -> Rule:
        return Rule(
            id=id,
            group=group,
            severity=severity,
            what=what,
            why=why,
            remedy=remedy,
            frameworks=frameworks,
            types=types,
            check=check,
        )

    return make


def for_stack(
    *,
    id: str,  # noqa: A002  (as above)
    group: Group,
    severity: Severity,
    what: str,
    why: str,
    remedy: str,
    frameworks: tuple[str, ...] = (),
) -> Callable[[StackCheck], Rule]:
    """Make a function that looks at the whole stack a rule."""

    def make(check: StackCheck) -> Rule:
        return Rule(
            id=id,
            group=group,
            severity=severity,
            what=what,
            why=why,
            remedy=remedy,
            frameworks=frameworks,
            check_stack=check,
        )

    return make
