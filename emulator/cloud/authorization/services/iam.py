"""IAM: users, roles, groups, policies, with their paths.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.iam.models import iam_backends

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.needs import ANYTHING, Need

LISTS: Final = {
    "ListRoles": "role/",
    "ListUsers": "user/",
    "ListGroups": "group/",
    "ListPolicies": "policy/",
    "ListInstanceProfiles": "instance-profile/",
    "ListVirtualMFADevices": "mfa/",
    "ListSAMLProviders": "saml-provider/",
    "ListOpenIDConnectProviders": "oidc-provider/",
}
CREATIONS: Final = {
    "CreateRole": "RoleName",
    "CreateUser": "UserName",
    "CreateGroup": "GroupName",
    "CreatePolicy": "PolicyName",
    "CreateInstanceProfile": "InstanceProfileName",
    "CreateVirtualMFADevice": "VirtualMFADeviceName",
}
MEMBERSHIPS: Final = {
    "AddUserToGroup": "GroupName",
    "RemoveUserFromGroup": "GroupName",
    "RemoveRoleFromInstanceProfile": "InstanceProfileName",
}
"""Operation on two things to the one that it changes."""
NAMES: Final = {
    "RoleName": "role",
    "UserName": "user",
    "GroupName": "group",
    "PolicyName": "policy",
    "InstanceProfileName": "instance-profile",
    "VirtualMFADeviceName": "mfa",
}
ARNS: Final = ("PolicyArn", "SAMLProviderArn", "OpenIDConnectProviderArn", "PolicySourceArn")
OF_OWN_USER: Final = frozenset(
    {
        "GetUser",
        "CreateAccessKey",
        "DeleteAccessKey",
        "ListAccessKeys",
        "UpdateAccessKey",
        "ChangePassword",
        "ListMFADevices",
        "EnableMFADevice",
    }
)
"""Operations that mean the caller where they name nobody."""
ATTACHMENTS: Final = ("Attach", "Detach")


def needs(call: Call) -> Iterable[Need]:
    """What a call of IAM needs; `needs_of` adds no iam:PassRole for IAM itself."""
    action = f"iam:{call.operation}"
    if call.operation == "AddRoleToInstanceProfile":
        role = _arn(call, "RoleName")
        yield Need(
            action="iam:PassRole",
            resource=role,
            context={"iam:passedtoservice": "ec2.amazonaws.com"},
        )
        yield Need(action=action, resource=_arn(call, "InstanceProfileName"))
        return
    yield Need(action=action, resource=_resource(call), context=_context(call))


def _resource(call: Call) -> str:
    if call.operation in LISTS:
        return _account_arn(call, LISTS[call.operation])
    if call.operation in MEMBERSHIPS:
        return _arn(call, MEMBERSHIPS[call.operation])
    made = _made(call)
    if made:
        return _account_arn(call, made)
    if call.operation in OF_OWN_USER and not call.text("UserName") and ":user/" in call.caller_arn:
        return call.caller_arn
    for parameter in ("UserName", "RoleName", "GroupName", "InstanceProfileName"):
        if call.text(parameter):
            return _arn(call, parameter)
    for parameter in ARNS:
        if call.text(parameter):
            return call.text(parameter)
    if call.text("SerialNumber").startswith("arn:"):
        return call.text("SerialNumber")
    return ANYTHING


def _made(call: Call) -> str:
    """What the call makes, which has a name and a path before it is there."""
    if call.operation in CREATIONS:
        parameter = CREATIONS[call.operation]
        return f"{NAMES[parameter]}{call.text('Path') or '/'}{call.text(parameter)}"
    if call.operation == "CreateServiceLinkedRole":
        return f"role/aws-service-role/{call.text('AWSServiceName')}/*"
    if call.operation == "CreateSAMLProvider":
        return f"saml-provider/{call.text('Name')}"
    if call.operation == "CreateOpenIDConnectProvider":
        return f"oidc-provider/{call.text('Url').removeprefix('https://')}"
    return ""


def _arn(call: Call, parameter: str) -> str:
    """ARN of a standing role, user, group or profile, whose path only IAM knows."""
    name = call.text(parameter)
    backend = iam_backends[call.account_id]["aws"]
    standing: Mapping[str, Any] = {}
    if parameter == "RoleName":
        return next(
            (role.arn for role in list(backend.roles.values()) if role.name == name),
            _account_arn(call, f"role/{name}"),
        )
    if parameter == "UserName":
        standing = backend.users
    elif parameter == "GroupName":
        standing = backend.groups
    else:
        standing = {item.name: item for item in list(backend.instance_profiles.values())}
    found = standing.get(name)
    return str(found.arn) if found is not None else _account_arn(call, f"{NAMES[parameter]}/{name}")


def _account_arn(call: Call, resource: str) -> str:
    return f"arn:aws:iam::{call.account_id}:{resource}"


def _context(call: Call) -> dict[str, str]:
    context = {}
    if call.operation.startswith(ATTACHMENTS) and call.text("PolicyArn"):
        context["iam:policyarn"] = call.text("PolicyArn")
    boundary = call.text("PermissionsBoundary") or _standing_boundary(call)
    if boundary:
        context["iam:permissionsboundary"] = boundary
    if call.text("AWSServiceName"):
        context["iam:awsservicename"] = call.text("AWSServiceName")
    return context | _resource_tags(call)


def _owner(call: Call) -> Any | None:
    backend = iam_backends[call.account_id]["aws"]
    if call.text("RoleName"):
        roles = list(backend.roles.values())
        return next((role for role in roles if role.name == call.text("RoleName")), None)
    return backend.users.get(call.text("UserName"))


def _standing_boundary(call: Call) -> str:
    """The boundary that a user or role has: changes of its policies are tied to it by condition."""
    arn = getattr(_owner(call), "permissions_boundary_arn", None)
    return str(arn) if arn else ""


def _resource_tags(call: Call) -> dict[str, str]:
    owner = _owner(call)
    tags = getattr(owner, "tags", None) if owner is not None else None
    items = tags.values() if isinstance(tags, dict) else tags or []
    return {
        f"{prefix}{tag['Key'].lower()}": tag["Value"]
        for prefix in ("aws:resourcetag/", "iam:resourcetag/")
        for tag in items
    }
