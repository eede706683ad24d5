# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Roles, their policies and attachments, instance profiles."""

from __future__ import annotations

import json
from typing import Any, ClassVar
from urllib.parse import unquote

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import to_aws
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.resources.documents import document_failures
from emulator.providers.aws.resources.iam import created, find, update_tags
from emulator.providers.aws.tags import tag_list, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


class Role(Handler):
    """A role."""

    label = "IAM Role"
    defaults: ClassVar = {"path": "/", "maxSessionDuration": 3600}
    computed = frozenset({"inlinePolicies", "managedPolicyArns"})

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        found = document_failures(inputs, "assumeRolePolicy", principal=True, most=8192)
        seconds = inputs.get("maxSessionDuration")
        if isinstance(seconds, int) and not 3600 <= seconds <= 43200:
            found.append(failure("maxSessionDuration", f"got {seconds}, allowed: 3600 to 43200 s"))
        name = inputs.get("name")
        if isinstance(name, str) and len(name) > 64:
            found.append(failure("name", f"{len(name)} characters, at most 64 are allowed"))
        for index, policy in enumerate(inputs.get("inlinePolicies") or ()):
            if isinstance(policy, dict):
                wrong = document_failures(policy, "policy", principal=False)
                found += [failure(f"inlinePolicies[{index}].policy", w.reason) for w in wrong]
        return found

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("iam")
        name = str(inputs.get("name") or prefixed_name(inputs.get("namePrefix", "terraform-")))
        names = {
            "assumeRolePolicy": "AssumeRolePolicyDocument",
            "path": "Path",
            "description": "Description",
            "maxSessionDuration": "MaxSessionDuration",
            "permissionsBoundary": "PermissionsBoundary",
        }
        tags = tag_list(wanted_tags(inputs))
        client.create_role(RoleName=name, Tags=tags, **to_aws(inputs, names))
        self._set_policies(account, name, {}, inputs)
        return name

    def _set_policies(
        self, account: Account, name: str, olds: Properties, news: Properties
    ) -> None:
        client = account.client("iam")
        if "inlinePolicies" in news:
            wanted = {p["name"]: p["policy"] for p in news["inlinePolicies"] if p.get("name")}
            standing = client.list_role_policies(RoleName=name)["PolicyNames"]
            for policy in set(standing) - wanted.keys():
                client.delete_role_policy(RoleName=name, PolicyName=policy)
            for policy, document in wanted.items():
                client.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document)
        if "managedPolicyArns" in news:
            wanted_arns = set(news["managedPolicyArns"])
            standing_arns = set(attached_policies(account, name))
            for arn in standing_arns - wanted_arns:
                client.detach_role_policy(RoleName=name, PolicyArn=arn)
            for arn in wanted_arns - standing_arns:
                client.attach_role_policy(RoleName=name, PolicyArn=arn)

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        role = find(account, "get_role", "Role", RoleName=id_)
        if role is None:
            return None
        found: Properties = {
            "arn": role["Arn"],
            "assumeRolePolicy": json.dumps(role["AssumeRolePolicyDocument"], separators=(",", ":")),
            "createDate": created(role),
            "description": role.get("Description") or "",
            "maxSessionDuration": role.get("MaxSessionDuration", 3600),
            "name": role["RoleName"],
            "namePrefix": known.get("namePrefix") or "",
            "path": role["Path"],
            "permissionsBoundary": (role.get("PermissionsBoundary") or {}).get(
                "PermissionsBoundaryArn", ""
            ),
            "uniqueId": role["RoleId"],
            "managedPolicyArns": sorted(attached_policies(account, id_)),
            "tagsAll": tag_map(role.get("Tags")),
        }
        if "inlinePolicies" in known:  # else they belong to resources of their own
            client = account.client("iam")
            names = client.list_role_policies(RoleName=id_)["PolicyNames"]
            found["inlinePolicies"] = [
                {"name": name, "policy": _inline_policy(account, id_, name)} for name in names
            ]
        return found

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("iam")
        if news["assumeRolePolicy"] != olds.get("assumeRolePolicy"):
            client.update_assume_role_policy(RoleName=id_, PolicyDocument=news["assumeRolePolicy"])
        client.update_role(
            RoleName=id_,
            Description=news.get("description") or "",
            MaxSessionDuration=news.get("maxSessionDuration") or 3600,
        )
        boundary = news.get("permissionsBoundary")
        if boundary and boundary != olds.get("permissionsBoundary"):
            client.put_role_permissions_boundary(RoleName=id_, PermissionsBoundary=boundary)
        elif olds.get("permissionsBoundary") and not boundary:
            client.delete_role_permissions_boundary(RoleName=id_)
        self._set_policies(account, id_, olds, news)
        update_tags(account, "role", olds, news, RoleName=id_)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("iam")
        if known.get("forceDetachPolicies") or "managedPolicyArns" in known:
            for arn in attached_policies(account, id_):
                if known.get("forceDetachPolicies") or arn in known["managedPolicyArns"]:
                    client.detach_role_policy(RoleName=id_, PolicyArn=arn)
        inline = {policy.get("name") for policy in known.get("inlinePolicies") or ()}
        for name in client.list_role_policies(RoleName=id_)["PolicyNames"]:
            if known.get("forceDetachPolicies") or name in inline:
                client.delete_role_policy(RoleName=id_, PolicyName=name)
        profiles = client.list_instance_profiles_for_role(RoleName=id_)["InstanceProfiles"]
        if profiles:
            message = "Cannot delete entity, must remove roles from instance profile first."
            raise RefusalError("IAM", "DeleteRole", "DeleteConflict", message)
        client.delete_role(RoleName=id_)


def attached_policies(account: Account, role: str) -> list[str]:
    """ARNs of the managed policies on a role."""
    answer = account.client("iam").list_attached_role_policies(RoleName=role)
    return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]


def _inline_policy(account: Account, role: str, name: str) -> str | None:
    found = find(account, "get_role_policy", RoleName=role, PolicyName=name)
    return document_text(found["PolicyDocument"]) if found else None


def document_text(document: Any) -> str:
    """A document as text, whether boto3 brought it as a value or quoted."""
    if isinstance(document, str):
        return unquote(document)
    return json.dumps(document, separators=(",", ":"))


class RolePolicy(Handler):
    """An inline policy of a role."""

    label = "IAM Role Policy"

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        return document_failures(inputs, "policy", principal=False, most=10240)

    def create(self, account: Account, inputs: Properties) -> str:
        name = inputs.get("name") or prefixed_name(inputs.get("namePrefix", "terraform-"))
        account.client("iam").put_role_policy(
            RoleName=inputs["role"], PolicyName=name, PolicyDocument=inputs["policy"]
        )
        return f"{inputs['role']}:{name}"

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        role, _, name = id_.partition(":")
        policy = _inline_policy(account, role, name)
        return None if policy is None else {"role": role, "name": name, "policy": policy}

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        role, _, name = id_.partition(":")
        account.client("iam").put_role_policy(
            RoleName=role, PolicyName=name, PolicyDocument=news["policy"]
        )

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        role, _, name = id_.partition(":")
        account.client("iam").delete_role_policy(RoleName=role, PolicyName=name)


class RolePolicyAttachment(Handler):
    """A managed policy on a role."""

    label = "IAM Role Policy Attachment"

    def create(self, account: Account, inputs: Properties) -> str:
        account.client("iam").attach_role_policy(
            RoleName=inputs["role"], PolicyArn=inputs["policyArn"]
        )
        return f"{inputs['role']}/{inputs['policyArn']}"

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        role, _, arn = id_.partition("/")
        role, arn = known.get("role", role), known.get("policyArn", arn)
        if find(account, "get_role", RoleName=role) is None or arn not in attached_policies(
            account, role
        ):
            return None
        return {"role": role, "policyArn": arn}

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("iam").detach_role_policy(
            RoleName=known["role"], PolicyArn=known["policyArn"]
        )


HANDLERS: dict[str, Handler] = {
    "aws:iam/role:Role": Role(),
    "aws:iam/rolePolicy:RolePolicy": RolePolicy(),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": RolePolicyAttachment(),
}
