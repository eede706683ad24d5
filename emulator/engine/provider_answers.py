"""What providers answer: resources, verdicts and failures, decoded from the protocol's messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import grpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from emulator.engine.events import DifferenceKind, PropertyDifference
from emulator.engine.secrecy import annotate
from emulator.values import Properties, from_struct

KINDS: Final = {
    provider_pb2.PropertyDiff.ADD: DifferenceKind.ADD,
    provider_pb2.PropertyDiff.ADD_REPLACE: DifferenceKind.ADD_REPLACE,
    provider_pb2.PropertyDiff.DELETE: DifferenceKind.DELETE,
    provider_pb2.PropertyDiff.DELETE_REPLACE: DifferenceKind.DELETE_REPLACE,
    provider_pb2.PropertyDiff.UPDATE: DifferenceKind.UPDATE,
    provider_pb2.PropertyDiff.UPDATE_REPLACE: DifferenceKind.UPDATE_REPLACE,
}


GONE: Final = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
"""How a call ends whose server goes away."""


class OperationFailedError(Exception):
    """What a provider refused; `partial` holds what stands all the same."""

    def __init__(
        self,
        message: str,
        partial: Created | None = None,
        *,
        unimplemented: bool = False,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(message)
        self.partial = partial
        self.unimplemented = unimplemented
        """The provider does not know the method."""
        self.outcome_unknown = outcome_unknown
        """The provider went away: what was asked of it may have been done."""


@dataclass(slots=True, kw_only=True)
class Created:
    """A resource as a provider answers it."""

    id: str
    outputs: Properties
    inputs: Properties | None = None
    reasons: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Differs:
    """A provider's verdict on old and new inputs."""

    some: bool
    replaces: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    delete_before_replace: bool = False
    detailed: dict[str, PropertyDifference] = field(default_factory=dict)
    unavailable: str = ""
    """Why the provider could not be asked, empty where it was."""


def failed(error: Any, inputs: Properties | None = None) -> OperationFailedError:
    """Exception for a failed call, with what stands where the provider created half of it."""
    message = error.details() or error.code().name
    outcome_unknown = error.code() in GONE
    if outcome_unknown:
        message = f"the provider is gone ({message}); `python -m emulator status` says what runs"
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        status = status_pb2.Status.FromString(value)
        for any_message in status.details:
            detail = provider_pb2.ErrorResourceInitFailed()
            if any_message.Unpack(detail):
                outputs = annotate(from_struct(detail.properties), inputs or {})
                reasons = list(detail.reasons)
                partial = Created(id=detail.id, outputs=outputs, reasons=reasons)
                return OperationFailedError("\n".join(reasons) or message, partial)
    return OperationFailedError(
        message,
        unimplemented=error.code() == grpc.StatusCode.UNIMPLEMENTED,
        outcome_unknown=outcome_unknown,
    )


def failure_text(item: Any) -> str:
    """A CheckFailure as a line."""
    return f"{item.property}: {item.reason}" if item.property else str(item.reason)


def decode_differs(response: Any, olds: Properties, news: Properties) -> Differs:
    """Verdict of a DiffResponse about these inputs."""
    unknown = response.changes == provider_pb2.DiffResponse.DIFF_UNKNOWN
    changed = list(response.diffs)
    detailed = {
        path: PropertyDifference(kind=KINDS[item.kind], input_difference=item.inputDiff)
        for path, item in response.detailedDiff.items()
    }
    some = response.changes == provider_pb2.DiffResponse.DIFF_SOME
    if unknown or (some and not changed and not detailed):
        changed = sorted(key for key in olds | news if olds.get(key) != news.get(key))
        some = some or bool(changed)
    return Differs(
        some=some or bool(response.replaces),
        replaces=list(response.replaces),
        changed=changed,
        delete_before_replace=response.deleteBeforeReplace,
        detailed=detailed,
    )
