# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Managed policies and identity providers."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import to_aws
from emulator.providers.aws.naming import prefixed_name
from emulator.providers.aws.resources.documents import document_failures
from emulator.providers.aws.resources.iam import find, update_tags
from emulator.providers.aws.resources.iam_roles import document_text
from emulator.providers.aws.tags import tag_list, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


class Policy(Handler):
    """A managed policy of the account."""

    label = "IAM Policy"
    defaults: ClassVar = {"path": "/"}

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        return document_failures(inputs, "policy", principal=False, most=6144)

    def create(self, account: Account, inputs: Properties) -> str:
        name = inputs.get("name") or prefixed_name(inputs.get("namePrefix", "terraform-"))
        answer = account.client("iam").create_policy(
            PolicyName=name,
            PolicyDocument=inputs["policy"],
            Tags=tag_list(wanted_tags(inputs)),
            **to_aws(inputs, {"path": "Path", "description": "Description"}),
        )
        return str(answer["Policy"]["Arn"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        policy = find(account, "get_policy", "Policy", PolicyArn=id_)
        if policy is None:
            return None
        version = find(
            account,
            "get_policy_version",
            "PolicyVersion",
            PolicyArn=id_,
            VersionId=policy["DefaultVersionId"],
        )
        return {
            "arn": id_,
            "attachmentCount": policy.get("AttachmentCount", 0),
            "description": policy.get("Description") or "",
            "name": policy["PolicyName"],
            "namePrefix": known.get("namePrefix") or "",
            "path": policy["Path"],
            "policy": document_text(version["Document"]) if version else "",
            "policyId": policy["PolicyId"],
            "tagsAll": tag_map(policy.get("Tags")),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("iam")
        if news["policy"] != olds.get("policy"):
            versions = client.list_policy_versions(PolicyArn=id_)["Versions"]
            idle = [item for item in versions if not item["IsDefaultVersion"]]
            if len(versions) >= 5 and idle:  # the most that IAM keeps
                oldest = min(idle, key=lambda item: item["CreateDate"])
                client.delete_policy_version(PolicyArn=id_, VersionId=oldest["VersionId"])
            client.create_policy_version(
                PolicyArn=id_, PolicyDocument=news["policy"], SetAsDefault=True
            )
        update_tags(account, "policy", olds, news, PolicyArn=id_)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        client = account.client("iam")
        users = client.list_entities_for_policy(PolicyArn=id_)
        attached = users["PolicyRoles"] + users["PolicyUsers"] + users["PolicyGroups"]
        if attached:
            message = "Cannot delete a policy attached to entities."
            raise RefusalError("IAM", "DeletePolicy", "DeleteConflict", message)
        for version in client.list_policy_versions(PolicyArn=id_)["Versions"]:
            if not version["IsDefaultVersion"]:
                client.delete_policy_version(PolicyArn=id_, VersionId=version["VersionId"])
        client.delete_policy(PolicyArn=id_)


class OpenIdConnectProvider(Handler):
    """An identity provider, such as a forge's CI."""

    label = "IAM OIDC Provider"
    computed = frozenset({"thumbprintLists"})

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        url = inputs.get("url")
        if isinstance(url, str) and not re.match(r"(https://)?[\w.-]+", url):
            return [failure("url", f'"{url}"; want https://host/path')]
        return []

    def create(self, account: Account, inputs: Properties) -> str:
        url = inputs["url"]
        answer = account.client("iam").create_open_id_connect_provider(
            Url=url if url.startswith("https://") else f"https://{url}",
            ClientIDList=inputs["clientIdLists"],
            ThumbprintList=inputs.get("thumbprintLists") or ["0" * 40],
            Tags=tag_list(wanted_tags(inputs)),
        )
        return str(answer["OpenIDConnectProviderArn"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        found = find(account, "get_open_id_connect_provider", OpenIDConnectProviderArn=id_)
        if found is None:
            return None
        return {
            "arn": id_,
            "clientIdLists": found["ClientIDList"],
            "thumbprintLists": found["ThumbprintList"],
            "url": found["Url"],
            "tagsAll": tag_map(found.get("Tags")),
        }

    def same(self, path: str, old: Any, new: Any) -> bool:
        """With and without the scheme."""
        stems = [str(item).removeprefix("https://") for item in (old, new)]
        return path == "url" and stems[0] == stems[1]

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client, who = account.client("iam"), {"OpenIDConnectProviderArn": id_}
        if set(olds.get("clientIdLists") or ()) != set(news["clientIdLists"]):
            message = "the emulated AWS cannot change client ids in place; replace the provider"
            operation = "AddClientIDToOpenIDConnectProvider"
            raise RefusalError("IAM", operation, "NotImplemented", message)
        if news.get("thumbprintLists"):
            client.update_open_id_connect_provider_thumbprint(
                ThumbprintList=news["thumbprintLists"], **who
            )
        update_tags(account, "open_id_connect_provider", olds, news, **who)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=id_)


HANDLERS: dict[str, Handler] = {
    "aws:iam/policy:Policy": Policy(),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": OpenIdConnectProvider(),
}
