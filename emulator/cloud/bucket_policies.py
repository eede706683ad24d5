"""Has moto judge bucket policies with their conditions, which it leaves out.

Without this a policy that denies all but TLS (`aws:SecureTransport` false) denies everything. The
endpoint is plain HTTP on loopback, which nobody else can listen to: requests count as secure.
"""

from __future__ import annotations

import json
from typing import Any, Final

from emulator.cloud.iam import Effect, Request, effect_of

SECURE: Final = {"aws:securetransport": "true", "s3:tlsversion": "1.3"}


def install() -> None:
    """Replace moto's judgement of bucket policies; once per process is enough."""
    from moto.s3.models import FakeBucket  # imports much

    setattr(FakeBucket, "get_permission", _permission)  # noqa: B010 - a method of moto's


def _permission(bucket: Any, action: str, resource: str) -> Any:
    """Moto's `PermissionResult` for anybody: an allowance for named principals decides nothing."""
    from moto.iam.access_control import PermissionResult

    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy)
    effect = effect_of(Request(action, resource, SECURE), [_for_everybody(policy)])
    return {
        Effect.DENIED: PermissionResult.DENIED,
        Effect.ALLOWED: PermissionResult.PERMITTED,
        Effect.SILENT: PermissionResult.NEUTRAL,
    }[effect]


def _for_everybody(policy: dict[str, Any]) -> dict[str, Any]:
    """The policy's statements whose principal is everybody."""
    statements = policy.get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]
    everybody = ("*", {"AWS": "*"}, {"AWS": ["*"]})
    return {"Statement": [s for s in statements if s.get("Principal") in everybody]}
