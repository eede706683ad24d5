# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Instance profiles, and that a role has these policies and no others."""

from __future__ import annotations

from typing import ClassVar

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler
from emulator.providers.aws.mapping import to_aws
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.resources.iam import created, find, update_tags
from emulator.providers.aws.resources.iam_roles import attached_policies
from emulator.providers.aws.tags import tag_list, tag_map, wanted_tags
from emulator.values import Properties


class Exclusive(Handler):
    """That a role has these policies and no others."""

    def __init__(self, label: str, property_: str) -> None:
        self.label = label  # type: ignore[misc]
        self.property = property_

    def _standing(self, account: Account, role: str) -> list[str] | None:
        if find(account, "get_role", RoleName=role) is None:
            return None
        if self.property == "policyArns":
            return attached_policies(account, role)
        names = account.client("iam").list_role_policies(RoleName=role)["PolicyNames"]
        return [str(name) for name in names]

    def _enforce(self, account: Account, inputs: Properties) -> None:
        client, role = account.client("iam"), inputs["roleName"]
        standing = self._standing(account, role)
        if standing is None:
            message = f"Role {role} not found"
            raise RefusalError("IAM", "GetRole", "NoSuchEntity", message)
        for item in set(standing) - set(inputs[self.property]):
            if self.property == "policyArns":
                client.detach_role_policy(RoleName=role, PolicyArn=item)
            else:
                client.delete_role_policy(RoleName=role, PolicyName=item)
        missing = set(inputs[self.property]) - set(standing)
        if missing and self.property == "policyArns":
            for item in missing:
                client.attach_role_policy(RoleName=role, PolicyArn=item)

    def create(self, account: Account, inputs: Properties) -> str:
        self._enforce(account, inputs)
        return str(inputs["roleName"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        standing = self._standing(account, id_)
        return None if standing is None else {"roleName": id_, self.property: sorted(standing)}

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        self._enforce(account, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        """Nothing is taken away: only the exclusiveness ends."""


class InstanceProfile(Handler):
    """A role for EC2 instances."""

    label = "IAM Instance Profile"
    defaults: ClassVar = {"path": "/"}

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("iam")
        name = str(inputs.get("name") or prefixed_name(inputs.get("namePrefix", "terraform-")))
        client.create_instance_profile(
            InstanceProfileName=name,
            Tags=tag_list(wanted_tags(inputs)),
            **to_aws(inputs, {"path": "Path"}),
        )
        if inputs.get("role"):
            client.add_role_to_instance_profile(InstanceProfileName=name, RoleName=inputs["role"])
        return name

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        profile = find(account, "get_instance_profile", "InstanceProfile", InstanceProfileName=id_)
        if profile is None:
            return None
        roles = profile.get("Roles") or [{}]
        return {
            "arn": profile["Arn"],
            "createDate": created(profile),
            "name": profile["InstanceProfileName"],
            "namePrefix": known.get("namePrefix") or "",
            "path": profile["Path"],
            "role": roles[0].get("RoleName"),
            "uniqueId": profile["InstanceProfileId"],
            "tagsAll": tag_map(profile.get("Tags")),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("iam")
        if olds.get("role") != news.get("role"):
            if olds.get("role"):
                client.remove_role_from_instance_profile(
                    InstanceProfileName=id_, RoleName=olds["role"]
                )
            if news.get("role"):
                client.add_role_to_instance_profile(InstanceProfileName=id_, RoleName=news["role"])
        update_tags(account, "instance_profile", olds, news, InstanceProfileName=id_)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("iam")
        live = self.read(account, id_, known) or {}
        if live.get("role"):
            client.remove_role_from_instance_profile(InstanceProfileName=id_, RoleName=live["role"])
        client.delete_instance_profile(InstanceProfileName=id_)


HANDLERS: dict[str, Handler] = {
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive": Exclusive(
        "IAM Role Policies Exclusive", "policyNames"
    ),
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": Exclusive(
        "IAM Role Policy Attachments Exclusive", "policyArns"
    ),
    "aws:iam/instanceProfile:InstanceProfile": InstanceProfile(),
}
