"""Keeps secret what was secret on the way in, and out of every line that is shown."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from emulator.values import Properties, Secret, Value, secret

MINIMUM_MASKED_LENGTH: Final = 4
"""Shorter secrets are not masked in messages: masking "a" would only garble the text."""


def annotate(outputs: Value, inputs: Value) -> Value:
    """Outputs in which everything is secret that is secret at the same place of the inputs.

    Providers that take no secrets get plain values; this marks their answers.
    """
    if isinstance(outputs, Secret):
        return outputs
    if isinstance(inputs, Secret):
        return Secret(outputs)
    if isinstance(outputs, dict) and isinstance(inputs, dict):
        return {
            key: annotate(value, inputs[key]) if key in inputs else value
            for key, value in outputs.items()
        }
    if isinstance(outputs, list) and isinstance(inputs, list) and len(outputs) == len(inputs):
        return [annotate(mine, theirs) for mine, theirs in zip(outputs, inputs, strict=True)]
    return outputs


def mark(outputs: Properties, names: Iterable[str]) -> Properties:
    """Outputs with the named ones secret."""
    wanted = set(names)
    return {
        key: secret(value) if key in wanted and value is not None else value
        for key, value in outputs.items()
    }


class Masker:
    """Replaces every secret text it has met by `[secret]`."""

    def __init__(self) -> None:
        self._texts: set[str] = set()

    def learn(self, value: Value, *, inside_secret: bool = False) -> None:
        """Remember the secret texts in a value."""
        if isinstance(value, Secret):
            self.learn(value.value, inside_secret=True)
        elif isinstance(value, dict):
            for item in value.values():
                self.learn(item, inside_secret=inside_secret)
        elif isinstance(value, list):
            for item in value:
                self.learn(item, inside_secret=inside_secret)
        elif inside_secret and isinstance(value, str) and len(value) >= MINIMUM_MASKED_LENGTH:
            # Errors often quote a value, which escapes its quotes and line ends.
            self._texts.update((value, json.dumps(value)[1:-1], repr(value)[1:-1]))

    def mask(self, text: str) -> str:
        """The text with secrets replaced, longest first."""
        for hidden in sorted(self._texts, key=len, reverse=True):
            if hidden in text:
                text = text.replace(hidden, "[secret]")
        return text
