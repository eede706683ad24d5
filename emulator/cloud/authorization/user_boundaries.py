"""Permissions boundaries of users, which moto knows for roles only."""

from __future__ import annotations

from typing import Any, Final

from emulator.cloud.authorization.calls import CALL

BOUNDARY: Final = "permissions_boundary_arn"


def install() -> None:
    """Have moto's IAM keep, change and show the boundary of a user."""
    from flask import has_request_context, request
    from moto.core.responses import EmptyResult
    from moto.iam.models import IAMBackend, User
    from moto.iam.responses import IamResponse

    create_user = IAMBackend.create_user
    if hasattr(User, "permissions_boundary"):
        return

    def creating(backend: Any, *arguments: Any, **named: Any) -> Any:
        user = create_user(backend, *arguments, **named)
        call = request.environ.get(CALL) if has_request_context() else None
        boundary = call.text("PermissionsBoundary") if call is not None else ""
        setattr(user, BOUNDARY, boundary or None)
        return user

    def putting(response: Any) -> Any:
        user = response.backend.get_user(response._get_param("UserName"))
        setattr(user, BOUNDARY, response._get_param("PermissionsBoundary"))
        return EmptyResult()

    def deleting(response: Any) -> Any:
        setattr(response.backend.get_user(response._get_param("UserName")), BOUNDARY, None)
        return EmptyResult()

    for owner, name, function in (
        (IAMBackend, "create_user", creating),
        (IamResponse, "put_user_permissions_boundary", putting),
        (IamResponse, "delete_user_permissions_boundary", deleting),
        (User, "permissions_boundary", property(_shown)),
    ):
        setattr(owner, name, function)


def _shown(user: Any) -> dict[str, str] | None:
    arn = getattr(user, BOUNDARY, None)
    if not arn:
        return None
    return {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": arn,
    }
