"""A provider whose cloud is a dictionary: its inputs say how it behaves, its calls are recorded.

Inputs of every resource type:

- `value`, `tags` and any other: updated in place;
- `replace`: a change forces a replacement; `deletesFirst` makes it delete before it creates;
- `fail`: `check`, `create`, `update`, `delete` or `read` refuses; `half` creates or updates, then
  fails half way;
- `gate`: name of a gate that a create or delete waits at until the test opens it;
- `hidden`: kept in the cloud, not among the outputs' secrets.

Outputs are the inputs, `computed` (unknown in a preview of a create) and `shout` (a text made of
`value`, which holds a secret wherever the value does).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any, Final

from emulator.providers.provider import (
    Checked,
    CheckFailure,
    Difference,
    PartialError,
    Provider,
    ProviderError,
    Resource,
)
from emulator.values import UNKNOWN, Properties, has_unknown

PACKAGE: Final = "memory"
GATE_SECONDS: Final = 20.0
"""A gate that nobody opens fails the operation: a test must end."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call that the provider took."""

    method: str
    name: str
    detail: Any = None


@dataclass(slots=True)
class Gate:
    """A place where operations wait for the test."""

    opened: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    waiting: int = 0
    most_waiting: int = 0


@dataclass(slots=True)
class Memory:
    """What the provider's instances share: the cloud, the gates, and what was called."""

    resources: dict[str, tuple[str, Properties]] = field(default_factory=dict)
    """URN and outputs by id."""
    calls: list[Call] = field(default_factory=list)
    gates: dict[str, Gate] = field(default_factory=dict)
    last_id: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, method: str, name: str, detail: Any = None) -> None:
        """Note a call."""
        with self.lock:
            self.calls.append(Call(method, name, detail))

    def called(self, *methods: str) -> list[tuple[str, str]]:
        """Methods and names of the calls to some methods, in order."""
        return [(call.method, call.name) for call in self.calls if call.method in methods]

    def pass_gate(self, name: str) -> None:
        """Wait until the test opens the gate."""
        gate = self.gates[name]
        with self.lock:
            gate.waiting += 1
            gate.most_waiting = max(gate.most_waiting, gate.waiting)
        gate.arrived.release()
        opened = gate.opened.wait(GATE_SECONDS)
        with self.lock:
            gate.waiting -= 1
        if not opened:
            msg = f"gate {name} stayed shut"
            raise ProviderError(msg)

    def named(self, name: str) -> Properties:
        """Outputs of the only resource with a name."""
        (found,) = [
            outputs for urn, outputs in self.resources.values() if urn.rsplit("::", 1)[1] == name
        ]
        return found


class MemoryProvider(Provider):
    """One configured instance."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._config: Properties = {}

    def check_config(self, urn: str, news: Properties) -> Checked:
        if news.get("fail") == "check":
            return Checked(inputs=news, failures=[CheckFailure(property="fail", reason="told to")])
        return Checked(inputs=news)

    def diff_config(self, urn: str, olds: Properties, news: Properties) -> Difference:
        difference = super().diff_config(urn, olds, news)
        difference.replaces = [key for key in difference.changed if key == "region"]
        return difference

    def configure(self, config: Properties) -> None:
        self._config = config
        self._memory.record("configure", str(config.get("region", "")), config)

    def check(self, urn: str, type_: str, olds: Properties, news: Properties) -> Checked:
        self._memory.record("check", _name(urn), (olds, news))
        if news.get("fail") == "check":
            reason = f"was told to ({news.get('value')})"
            return Checked(inputs=news, failures=[CheckFailure(property="fail", reason=reason)])
        return Checked(inputs=news)

    def diff(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
    ) -> Difference:
        self._memory.record("diff", _name(urn))
        changed = sorted(key for key in old_inputs | news if old_inputs.get(key) != news.get(key))
        return Difference(
            changed=changed,
            replaces=[key for key in changed if key == "replace"],
            delete_before_replace=bool(news.get("deletesFirst")),
        )

    def create(self, urn: str, type_: str, inputs: Properties, *, preview: bool) -> Resource:
        name = _name(urn)
        self._memory.record("preview create" if preview else "create", name, inputs)
        if preview:
            return Resource(id="", outputs=_outputs(inputs, UNKNOWN))
        assert not has_unknown(inputs), f"{name} is created with an unknown"
        if "gate" in inputs:
            self._memory.pass_gate(str(inputs["gate"]))
        self._refuse(inputs, "create", name)
        with self._memory.lock:
            self._memory.last_id += 1
            id_ = f"{name}-{self._memory.last_id}"
            resource = Resource(id=id_, outputs=_outputs(inputs, id_.upper()), inputs=inputs)
            self._memory.resources[id_] = (urn, resource.outputs)
        if inputs.get("fail") == "half":
            msg = f"{name} came about half ({inputs.get('value')})"
            raise PartialError(msg, resource)
        return resource

    def read(
        self, urn: str, type_: str, id_: str, inputs: Properties, outputs: Properties
    ) -> Resource | None:
        self._memory.record("read", _name(urn))
        self._refuse(inputs, "read", _name(urn))
        if id_ not in self._memory.resources:
            return None
        found = self._memory.resources[id_][1]
        standing = {key: value for key, value in found.items() if key not in ("computed", "shout")}
        return Resource(id=id_, outputs=found, inputs=standing)

    def update(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        *,
        preview: bool,
    ) -> Properties:
        name = _name(urn)
        self._memory.record("preview update" if preview else "update", name, (old_inputs, news))
        outputs = _outputs(news, old_outputs.get("computed"))
        if preview:
            return outputs
        self._refuse(news, "update", name)
        self._memory.resources[id_] = (urn, outputs)
        if news.get("fail") == "half":
            msg = f"{name} was updated half"
            raise PartialError(msg, Resource(id=id_, outputs=outputs))
        return outputs

    def delete(
        self, urn: str, type_: str, id_: str, inputs: Properties, outputs: Properties
    ) -> None:
        self._memory.record("delete", _name(urn), id_)
        if "deleteGate" in inputs:
            self._memory.pass_gate(str(inputs["deleteGate"]))
        self._refuse(inputs, "delete", _name(urn))
        assert id_ in self._memory.resources, f"{id_} is deleted twice"
        del self._memory.resources[id_]

    def invoke(self, token: str, arguments: Properties) -> Properties:
        self._memory.record("invoke", token, arguments)
        if token == "memory:index:echo":
            return {**arguments, "region": self._config.get("region", "")}
        return super().invoke(token, arguments)

    def cancel(self) -> None:
        self._memory.record("cancel", "")

    def _refuse(self, inputs: Properties, operation: str, name: str) -> None:
        if inputs.get("fail") == operation:
            msg = f"{operation} of {name} was told to fail ({inputs.get('value')})"
            raise ProviderError(msg)


def _outputs(inputs: Properties, computed: Any) -> Properties:
    value = inputs.get("value")
    shout = UNKNOWN if value is UNKNOWN else f"{value}!"
    return {**inputs, "computed": computed, "shout": shout}


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[1]
