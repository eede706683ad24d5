"""`--json`: one document at the end, of the shape of `pulumi preview --json`.

Sources: https://github.com/pulumi/pulumi/blob/master/pkg/display/json.go (PreviewDigest) and
https://github.com/pulumi/pulumi/blob/master/pkg/backend/display/json.go.
`policyViolations` is ours, present wherever a pack was loaded: the CLI leaves policies out.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Final, TextIO

from emulator.display.record import Heading, Outcome
from emulator.display.wording import (
    PARTS_OF_REPLACEMENT,
    ROOT_TYPE,
    UNCOUNTED,
    is_worth_a_line,
)
from emulator.engine.events import (
    Diagnostic,
    Event,
    PolicyPackLoaded,
    PolicyViolation,
    Severity,
    Step,
    StepKind,
    StepOutputs,
    StepStarted,
)
from emulator.engine.resource_state import ResourceState
from emulator.state.property_json import masked
from emulator.state.resource_json import encode_resource

NANOSECONDS: Final = 1_000_000_000


class JsonDigest:
    """Gathers what happens, and writes it as one document."""

    def __init__(self, heading: Heading, stream: TextIO) -> None:
        self._heading = heading
        self._stream = stream
        self._steps: dict[tuple[str, StepKind], dict[str, Any]] = {}
        self._diagnostics: list[dict[str, str]] = []
        self._violations: list[dict[str, str]] = []
        self._judged = False

    def start(self) -> None:
        """Show nothing: the document comes at the end."""

    def emit(self, event: Event) -> None:
        """Take an event into the document."""
        if isinstance(event, StepStarted):
            if self._is_shown(event.step):
                self._steps[event.step.urn, event.step.kind] = _step(event.step)
        elif isinstance(event, StepOutputs):
            self._found(event.step)
        elif isinstance(event, Diagnostic):
            if not event.ephemeral and event.severity is not Severity.DEBUG:
                self._diagnostics.append(_diagnostic(event))
        elif isinstance(event, PolicyPackLoaded):
            self._judged = True
        elif isinstance(event, PolicyViolation):
            self._violations.append(_violation(event))

    def finish(self, outcome: Outcome | None) -> None:
        """Write the document."""
        if outcome is None:
            return
        digest: dict[str, Any] = {
            "config": dict(self._heading.config),
            "steps": list(self._steps.values()),
            "diagnostics": self._diagnostics,
            "policyViolations": self._violations,
            "duration": round(outcome.seconds * NANOSECONDS),
            "changeSummary": {
                kind.value: count
                for kind, count in sorted(outcome.result.changes.items())
                if count and kind not in UNCOUNTED
            },
        }
        kept = {"policyViolations"} if self._judged else set()
        present = {key: value for key, value in digest.items() if value or key in kept}
        self._stream.write(json.dumps(present, indent=4, ensure_ascii=False) + "\n")
        self._stream.flush()

    def _is_shown(self, step: Step) -> bool:
        if step.kind in PARTS_OF_REPLACEMENT:
            return self._heading.show_replacement_steps
        return is_worth_a_line(step) or step.type == ROOT_TYPE or self._heading.show_sames

    def _found(self, step: Step) -> None:
        """A refresh that found drift is the update or deletion that it found."""
        key = (step.urn, StepKind.REFRESH)
        if key in self._steps and step.kind in (StepKind.UPDATE, StepKind.DELETE):
            self._steps[key] = _step(step)


def _step(step: Step) -> dict[str, Any]:
    optional: dict[str, Any] = {
        "provider": step.provider,
        "oldState": _state(step.old),
        "newState": _state(step.new),
    }
    if step.new is not None:  # a deletion has no reasons, also where it makes room
        optional |= {
            "diffReasons": step.changed_properties,
            "replaceReasons": step.replace_reasons,
        }
    detailed = {
        path: {"kind": item.kind.value, "inputDiff": item.input_difference}
        for path, item in sorted(step.differences.items())
    }
    return {
        "op": step.kind.value,
        "urn": step.urn,
        **{key: value for key, value in optional.items() if value},
        "detailedDiff": detailed or None,
    }


def _state(state: ResourceState | None) -> dict[str, Any] | None:
    if state is None:
        return None
    shown = dataclasses.replace(
        state,
        inputs=masked(state.inputs),
        outputs=masked(state.outputs),
        replacement_trigger=masked(state.replacement_trigger),
    )
    return encode_resource(shown, _never)


def _never(_text: str, _place: object) -> str:
    msg = "a masked state holds no secret"
    raise AssertionError(msg)


def _diagnostic(event: Diagnostic) -> dict[str, str]:
    prefixed = event.severity in (Severity.ERROR, Severity.WARNING)
    message = f"{event.severity.value}: {event.message}" if prefixed else event.message
    return ({"urn": event.urn} if event.urn else {}) | {
        "message": message,
        "severity": event.severity.value,
    }


def _violation(event: PolicyViolation) -> dict[str, str]:
    members = {
        "policyPack": event.policy_pack,
        "policyPackVersion": event.policy_pack_version,
        "policyName": event.policy_name,
        "enforcementLevel": event.enforcement_level,
        "severity": event.severity,
        "message": event.message,
        "urn": event.urn,
    }
    return {key: value for key, value in members.items() if value}
