"""What is wrong in a stack file, said for the person who has to put it right."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

GOT_MAX = 120
"""Characters of a wrong value that are shown."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong: at which key, what stands there, and what may."""

    key: str
    got: str
    allowed: str

    def __str__(self) -> str:
        return f"  {self.key}\n      got:     {self.got}\n      allowed: {self.allowed}"


class SettingsError(Exception):
    """Everything wrong in one stack file."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = sorted(set(problems))
        count = len(self.problems)
        head = f"{file}: {count} problem{'s' if count > 1 else ''}; nothing was changed."
        super().__init__("\n".join([head, *map(str, self.problems)]))


def from_error(error: ErrorDetails, root: type[BaseModel], key: str, *, secret: bool) -> Problem:
    """The problem behind one of pydantic's errors; a secret's value is never shown."""
    location = tuple(part for part in error["loc"] if part != "[key]")
    kind = error["type"]
    if kind == "missing":
        return Problem(key, "nothing", _described(root, location, "a value"))
    got = "[secret]" if secret else _shown(error["input"])
    if kind == "extra_forbidden":
        return Problem(key, got, unknown_key(str(location[-1]), keys_at(root, location[:-1])))
    message = error["msg"].removeprefix("Value error, ")
    if kind == "string_pattern_mismatch":
        message = f"Text should match {error['ctx']['pattern']}"
    return Problem(key, got, _described(root, location, message))


def unknown_key(name: str, known: Iterable[str]) -> str:
    """What to write instead of the key `name`, which nothing reads."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"no key {name} here{hint}; the keys are {', '.join(known)}"


def _shown(value: Any) -> str:
    text = repr(value) if not isinstance(value, dict) else "{" + ", ".join(map(str, value)) + "}"
    return text if len(text) <= GOT_MAX else text[:GOT_MAX] + "…"


def _described(root: type[BaseModel], location: tuple[int | str, ...], message: str) -> str:
    description = _describe(root, location)
    if message and description:
        return f"{message}: {description}"
    return message or description


def _describe(root: type[BaseModel], location: tuple[int | str, ...]) -> str:
    """The description of the innermost documented field on the way to `location`."""
    description = ""
    annotation: Any = root
    for part in location:
        model = _model(annotation)
        if model is not None:
            name = _field_name(model, str(part))
            if name is None:
                break
            field = model.model_fields[name]
            description = field.description or description
            annotation = field.annotation
        else:
            annotation = _element(annotation)
    return description


def keys_at(root: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Keys that may stand at `location`."""
    annotation: Any = root
    for part in location:
        model = _model(annotation)
        if model is None:
            annotation = _element(annotation)
        else:
            name = _field_name(model, str(part))
            annotation = model.model_fields[name].annotation if name else None
    model = _model(annotation)
    if model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _field_name(model: type[BaseModel], key: str) -> str | None:
    for name, field in model.model_fields.items():
        if key in (name, field.alias):
            return name
    return None


def _model(annotation: Any) -> type[BaseModel] | None:
    """The settings model that `annotation` is, or is one of the alternatives of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, types.UnionType):
        for alternative in get_args(annotation):
            model = _model(alternative)
            if model is not None:
                return model
    return None


def _element(annotation: Any) -> Any:
    """What a mapping or tuple holds."""
    arguments = get_args(annotation)
    if not arguments:
        return None
    return arguments[1] if get_origin(annotation) is dict else arguments[0]
