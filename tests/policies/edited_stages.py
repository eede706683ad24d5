"""The project's stages with a few settings changed, as an edit of their stack files would."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from policies.stage_map import Stage, Stages
from stages.names import Names
from tests.policies.cases import stages


def edited(current: str, changes: Mapping[str, Any]) -> Stages:
    """Stages seen from `current`; `changes` has values by path, such as `prod.tenant.reads`."""
    found = dict(stages(current).all)
    for path, value in changes.items():
        name, *keys = path.split(".")
        stage = found[name]
        settings = _changed(stage.settings, keys, value)
        names = dataclasses.replace(
            stage.names,
            prefix=settings.stage.prefix,
            account_id=settings.aws.account_id,
            region=settings.aws.region,
        )
        found[name] = Stage(name=name, settings=settings, names=names)
    return Stages(current=found[current], all=found)


def renamed(current: str, names: type[Names]) -> Stages:
    """Stages seen from `current`, whose names another class makes."""
    found = {
        name: dataclasses.replace(stage, names=names(**dataclasses.asdict(stage.names)))
        for name, stage in stages(current).all.items()
    }
    return Stages(current=found[current], all=found)


def without(current: str, removed: str) -> Stages:
    """Stages seen from `current`, where another one has no stack file."""
    found = {name: stage for name, stage in stages(current).all.items() if name != removed}
    return Stages(current=found[current], all=found)


def _changed(value: Any, keys: list[str], new: Any) -> Any:
    if not keys:
        return new
    inner = value.get(keys[0]) if isinstance(value, Mapping) else getattr(value, keys[0])
    changed = {keys[0]: _changed(inner, keys[1:], new)}
    if isinstance(value, BaseModel):
        return value.model_copy(update=changed)
    return {**value, **changed}
