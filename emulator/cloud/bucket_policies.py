"""Keeps moto from judging bucket policies a second time, without their conditions.

`authorization` judges them before a request gets to moto.
"""

from __future__ import annotations

from typing import Any


def install() -> None:
    """Replace moto's judgement of bucket policies; once per process is enough."""
    from moto.s3.models import FakeBucket  # imports much

    setattr(FakeBucket, "get_permission", _neutral)  # noqa: B010 - a method of moto's


def _neutral(*_: Any) -> Any:
    from moto.iam.access_control import PermissionResult

    return PermissionResult.NEUTRAL
