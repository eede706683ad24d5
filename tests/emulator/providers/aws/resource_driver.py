"""Drives a provider as an engine does: check, preview, create, diff, read, update, delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.cloud.provider_context import ProviderContext
from emulator.providers.aws import AwsProvider
from emulator.providers.provider import Difference
from emulator.values import Properties, without_secrets


@dataclass(kw_only=True)
class Made:
    """A resource that stands, as a checkpoint would have it."""

    type: str
    urn: str
    id: str
    inputs: Properties
    outputs: Properties

    def __getitem__(self, name: str) -> Any:
        return self.outputs[name]


class Driver:
    """One program's view of the provider."""

    def __init__(self, provider: AwsProvider, context: ProviderContext) -> None:
        self.provider = provider
        self.context = context
        self.made: list[Made] = []
        self._count = 0

    def urn(self, type_: str) -> str:
        self._count += 1
        return f"urn:pulumi:test::project::{type_}::thing-{self._count}"

    def failures(self, type_: str, **inputs: Any) -> dict[str, str]:
        """What check says about inputs: reason by property."""
        checked = self.provider.check(self.urn(type_), type_, {}, inputs)
        return {failure.property: failure.reason for failure in checked.failures}

    def create(self, type_: str, **inputs: Any) -> Made:
        """Check, preview and create."""
        urn = self.urn(type_)
        checked = self.provider.check(urn, type_, {}, inputs)
        assert checked.failures == []
        preview = self.provider.create(urn, type_, checked.inputs, preview=True)
        assert preview.id == ""
        resource = self.provider.create(urn, type_, checked.inputs, preview=False)
        made = Made(
            type=type_,
            urn=urn,
            id=resource.id,
            inputs=checked.inputs,
            outputs=without_secrets(resource.outputs),
        )
        self.made.append(made)
        return made

    def diff(self, made: Made, **inputs: Any) -> Difference:
        """Check new inputs and compare them with what stands."""
        checked = self.provider.check(made.urn, made.type, made.inputs, inputs)
        assert checked.failures == []
        return self.provider.diff(
            made.urn, made.type, made.id, made.inputs, made.outputs, checked.inputs
        )

    def drift(self, made: Made) -> Difference:
        """What a refresh and then a preview of the same program find."""
        read = self.provider.read(made.urn, made.type, made.id, made.inputs, made.outputs)
        assert read is not None
        return self.provider.diff(
            made.urn, made.type, made.id, read.inputs, without_secrets(read.outputs), made.inputs
        )

    def update(self, made: Made, **inputs: Any) -> None:
        """Check and update in place."""
        checked = self.provider.check(made.urn, made.type, made.inputs, inputs)
        assert checked.failures == []
        arguments = (made.urn, made.type, made.id, made.inputs, made.outputs, checked.inputs)
        self.provider.update(*arguments, preview=True)
        outputs = self.provider.update(*arguments, preview=False)
        made.inputs, made.outputs = checked.inputs, without_secrets(outputs)

    def delete(self, made: Made) -> None:
        """Delete."""
        self.provider.delete(made.urn, made.type, made.id, made.inputs, made.outputs)
        self.made.remove(made)

    def is_gone(self, made: Made) -> bool:
        """Whether a refresh finds nothing."""
        read = self.provider.read(made.urn, made.type, made.id, made.inputs, made.outputs)
        return read is None

    def delete_all(self) -> None:
        """Delete what stands, last first."""
        for made in reversed(list(self.made)):
            self.delete(made)
