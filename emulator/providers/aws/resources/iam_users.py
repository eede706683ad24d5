# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Users, groups, access keys, managed policies, identity providers."""

from __future__ import annotations

from typing import Any, ClassVar

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import to_aws
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.resources.documents import document_failures
from emulator.providers.aws.resources.iam import created, find, update_tags
from emulator.providers.aws.resources.iam_roles import document_text
from emulator.providers.aws.tags import tag_list, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


class User(Handler):
    """A user."""

    label = "IAM User"
    defaults: ClassVar = {"path": "/"}

    def create(self, account: Account, inputs: Properties) -> str:
        names = {"path": "Path", "permissionsBoundary": "PermissionsBoundary"}
        account.client("iam").create_user(
            UserName=inputs["name"],
            Tags=tag_list(wanted_tags(inputs)),
            **to_aws(inputs, names),
        )
        return str(inputs["name"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        user = find(account, "get_user", "User", UserName=id_)
        if user is None:
            return None
        tags = account.client("iam").list_user_tags(UserName=id_)["Tags"]
        return {
            "arn": user["Arn"],
            "name": user["UserName"],
            "path": user["Path"],
            "permissionsBoundary": (user.get("PermissionsBoundary") or {}).get(
                "PermissionsBoundaryArn", ""
            ),
            "uniqueId": user["UserId"],
            "tagsAll": tag_map(tags),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        update_tags(account, "user", olds, news, UserName=id_)

    def replaces(self, path: str, old: Any, new: Any, news: Properties) -> bool | None:
        """The real provider renames in place; an id that changes is more than this one does."""
        return True if path in ("name", "path") else None

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("iam")
        keys = client.list_access_keys(UserName=id_)["AccessKeyMetadata"]
        if keys and not known.get("forceDestroy"):
            message = "Cannot delete entity, must delete access keys first."
            raise RefusalError("IAM", "DeleteUser", "DeleteConflict", message)
        for key in keys:
            client.delete_access_key(UserName=id_, AccessKeyId=key["AccessKeyId"])
        client.delete_user(UserName=id_)


class Group(Handler):
    """A group of users."""

    label = "IAM Group"
    defaults: ClassVar = {"path": "/"}

    def create(self, account: Account, inputs: Properties) -> str:
        path = to_aws(inputs, {"path": "Path"})
        account.client("iam").create_group(GroupName=inputs["name"], **path)
        return str(inputs["name"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        group = find(account, "get_group", "Group", GroupName=id_)
        if group is None:
            return None
        return {
            "arn": group["Arn"],
            "name": group["GroupName"],
            "path": group["Path"],
            "uniqueId": group["GroupId"],
        }

    def replaces(self, path: str, old: Any, new: Any, news: Properties) -> bool | None:
        """The real provider renames in place; an id that changes is more than this one does."""
        return True if path in ("name", "path") else None

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("iam").delete_group(GroupName=id_)


class InlinePolicy(Handler):
    """An inline policy of a user or a group."""

    def __init__(self, owner: str) -> None:
        self.label = f"IAM {owner.capitalize()} Policy"  # type: ignore[misc]
        self._owner = owner
        self._parameter = f"{owner.capitalize()}Name"

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        return document_failures(inputs, "policy", principal=False, most=5120)

    def create(self, account: Account, inputs: Properties) -> str:
        name = inputs.get("name") or prefixed_name(inputs.get("namePrefix", "terraform-"))
        id_ = f"{inputs[self._owner]}:{name}"
        self.update(account, id_, {}, inputs)
        return id_

    def _who(self, id_: str) -> dict[str, str]:
        owner, _, name = id_.partition(":")
        return {self._parameter: owner, "PolicyName": name}

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        found = find(account, f"get_{self._owner}_policy", **self._who(id_))
        if found is None:
            return None
        owner, _, name = id_.partition(":")
        return {self._owner: owner, "name": name, "policy": document_text(found["PolicyDocument"])}

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        call = getattr(account.client("iam"), f"put_{self._owner}_policy")
        call(PolicyDocument=news["policy"], **self._who(id_))

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        getattr(account.client("iam"), f"delete_{self._owner}_policy")(**self._who(id_))


class UserPolicyAttachment(Handler):
    """A managed policy on a user."""

    label = "IAM User Policy Attachment"

    def create(self, account: Account, inputs: Properties) -> str:
        account.client("iam").attach_user_policy(
            UserName=inputs["user"], PolicyArn=inputs["policyArn"]
        )
        return f"{inputs['user']}/{inputs['policyArn']}"

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        user, _, arn = id_.partition("/")
        if find(account, "get_user", "User", UserName=user) is None:
            return None
        attached = account.client("iam").list_attached_user_policies(UserName=user)
        if arn not in [policy["PolicyArn"] for policy in attached["AttachedPolicies"]]:
            return None
        return {"user": user, "policyArn": arn}

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        user, _, arn = id_.partition("/")
        account.client("iam").detach_user_policy(UserName=user, PolicyArn=arn)


class AccessKey(Handler):
    """A user's key; AWS shows the secret half once."""

    label = "IAM Access Key"
    defaults: ClassVar = {"status": "Active"}
    KEPT = "secret access key"

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        return [failure("pgpKey", "not run by the emulator")] if inputs.get("pgpKey") else []

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("iam")
        key = client.create_access_key(UserName=inputs["user"])["AccessKey"]
        id_ = str(key["AccessKeyId"])
        where = (account.account_id, "", self.KEPT, id_)
        account.kept.put(*where, {"secret": key["SecretAccessKey"]})
        if inputs.get("status") == "Inactive":
            self.update(account, id_, {}, inputs)
        return id_

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        client, user = account.client("iam"), known.get("user")
        if not user or find(account, "get_user", "User", UserName=user) is None:
            return None
        keys = client.list_access_keys(UserName=user)["AccessKeyMetadata"]
        key = next((item for item in keys if item["AccessKeyId"] == id_), None)
        if key is None:
            return None
        where = (account.account_id, "", self.KEPT, id_)
        found: Properties = {
            "user": user,
            "status": key["Status"],
            "createDate": created(key),
            "secret": known.get("secret"),
        }
        if found["secret"] is None:  # only the read that follows the creation
            found["secret"] = (account.kept.get(*where) or {}).get("secret")
        account.kept.delete(*where)
        return found

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        account.client("iam").update_access_key(
            UserName=news["user"], AccessKeyId=id_, Status=news.get("status") or "Active"
        )

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("iam").delete_access_key(UserName=known["user"], AccessKeyId=id_)


HANDLERS: dict[str, Handler] = {
    "aws:iam/user:User": User(),
    "aws:iam/userPolicy:UserPolicy": InlinePolicy("user"),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": UserPolicyAttachment(),
    "aws:iam/group:Group": Group(),
    "aws:iam/groupPolicy:GroupPolicy": InlinePolicy("group"),
    "aws:iam/accessKey:AccessKey": AccessKey(),
}
