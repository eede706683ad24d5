# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Systems Manager's parameters and documents."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import error_code, is_gone
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import to_aws
from emulator.providers.aws.tags import tag_changes, tag_list, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties


def _tags(account: Account, kind: str, id_: str) -> dict[str, str]:
    answer = account.client("ssm").list_tags_for_resource(ResourceType=kind, ResourceId=id_)
    return tag_map(answer["TagList"])


def _update_tags(account: Account, kind: str, id_: str, olds: Properties, news: Properties) -> None:
    client, where = account.client("ssm"), {"ResourceType": kind, "ResourceId": id_}
    to_set, to_remove = tag_changes(olds, news)
    if to_remove:
        client.remove_tags_from_resource(TagKeys=to_remove, **where)
    if to_set:
        client.add_tags_to_resource(Tags=tag_list(to_set), **where)


class Parameter(Handler):
    """A parameter."""

    label = "SSM Parameter"
    computed = frozenset({"arn", "dataType", "insecureValue", "keyId", "tier", "value"})
    NAMES: ClassVar = {
        "allowedPattern": "AllowedPattern",
        "dataType": "DataType",
        "description": "Description",
        "keyId": "KeyId",
        "tier": "Tier",
        "type": "Type",
    }

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        kind = inputs.get("type")
        allowed = ("String", "StringList", "SecureString")
        if isinstance(kind, str) and kind not in allowed:
            return [failure("type", f'"{kind}"; allowed: {", ".join(allowed)}')]
        if not any(name in inputs for name in ("value", "insecureValue", "valueWo")):
            return [failure("value", "one of value, insecureValue and valueWo is needed")]
        return []

    def replaces(self, path: str, old: Any, new: Any, news: Properties) -> bool | None:
        """An advanced parameter cannot become a standard one.

        https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ssm/parameter.go
        """
        return old == "Advanced" and new == "Standard" if path == "tier" else None

    def create(self, account: Account, inputs: Properties) -> str:
        client = account.client("ssm")
        overwrite = {"Overwrite": True} if inputs.get("overwrite") else {}
        client.put_parameter(
            Name=inputs["name"],
            Value=self._value(inputs),
            **overwrite,
            **to_aws(inputs, self.NAMES),
        )
        tags = tag_list(wanted_tags(inputs))
        if tags:
            client.add_tags_to_resource(
                ResourceType="Parameter", ResourceId=inputs["name"], Tags=tags
            )
        return str(inputs["name"])

    def _value(self, inputs: Properties) -> str:
        names = ("value", "insecureValue", "valueWo")
        return str(next(inputs[name] for name in names if name in inputs))

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        client = account.client("ssm")
        try:
            item = client.get_parameter(Name=id_, WithDecryption=True)["Parameter"]
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        described = client.describe_parameters(
            ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [id_]}]
        )["Parameters"][0]
        found: Properties = {
            "arn": item.get("ARN") or account.arn("ssm", f"parameter/{id_.lstrip('/')}"),
            "name": id_,
            "type": item["Type"],
            "version": item["Version"],
            "description": described.get("Description") or "",
            "allowedPattern": described.get("AllowedPattern") or "",
            "dataType": item.get("DataType", "text"),
            "keyId": described.get("KeyId") or "",
            "tier": described.get("Tier") or known.get("tier") or "Standard",
            "hasValueWo": "valueWoVersion" in known,
            "tagsAll": _tags(account, "Parameter", id_),
        }
        if "insecureValue" in known:
            found["insecureValue"] = item["Value"]
        if "valueWoVersion" not in known:
            found["value"] = item["Value"]
        return found

    def unknown_after_update(self, changed: set[str]) -> list[str]:
        return ["version"] if changed - {"tags", "tagsAll"} else []

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        values = ("value", "insecureValue", "valueWoVersion")
        if any(olds.get(name) != news.get(name) for name in (*values, *self.NAMES) if name in news):
            account.client("ssm").put_parameter(
                Name=id_, Value=self._value(news), Overwrite=True, **to_aws(news, self.NAMES)
            )
        _update_tags(account, "Parameter", id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        account.client("ssm").delete_parameter(Name=id_)


class Document(Handler):
    """A document: what a session or an automation does."""

    label = "SSM Document"
    defaults: ClassVar = {"documentFormat": "JSON"}

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        content = inputs.get("content")
        if isinstance(content, str) and inputs.get("documentFormat", "JSON") == "JSON":
            try:
                document = json.loads(content)
            except ValueError as error:
                return [failure("content", f"contains an invalid JSON: {error}")]
            if not isinstance(document, dict) or "schemaVersion" not in document:
                return [failure("content", "the document needs schemaVersion")]
        return []

    def create(self, account: Account, inputs: Properties) -> str:
        names = {"documentType": "DocumentType", "documentFormat": "DocumentFormat"}
        names |= {"targetType": "TargetType", "versionName": "VersionName"}
        account.client("ssm").create_document(
            Name=inputs["name"],
            Content=inputs["content"],
            Tags=tag_list(wanted_tags(inputs)),
            **to_aws(self.defaults | inputs, names),
        )
        return str(inputs["name"])

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        client = account.client("ssm")
        try:
            item = client.describe_document(Name=id_)["Document"]
            content = client.get_document(
                Name=id_, DocumentVersion="$LATEST", DocumentFormat=item["DocumentFormat"]
            )["Content"]
        except ClientError as error:
            if is_gone(error) or error_code(error) == "InvalidDocument":
                return None
            raise
        return {
            "arn": account.arn("ssm", f"document/{id_}"),
            "name": id_,
            "content": content,
            "createdDate": f"{item['CreatedDate']:%Y-%m-%dT%H:%M:%SZ}",
            "defaultVersion": item.get("DefaultVersion"),
            "description": item.get("Description") or "",
            "documentFormat": item["DocumentFormat"],
            "documentType": item["DocumentType"],
            "documentVersion": item.get("DocumentVersion"),
            "hash": item.get("Hash"),
            "hashType": item.get("HashType"),
            "latestVersion": item.get("LatestVersion"),
            "owner": item.get("Owner", account.account_id),
            "platformTypes": item.get("PlatformTypes") or [],
            "schemaVersion": item.get("SchemaVersion"),
            "status": item.get("Status", "Active"),
            "targetType": item.get("TargetType") or "",
            "tagsAll": _tags(account, "Document", id_),
        }

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("ssm")
        if news["content"] != olds.get("content"):
            answer = client.update_document(
                Name=id_,
                Content=news["content"],
                DocumentVersion="$LATEST",
                DocumentFormat=news.get("documentFormat", "JSON"),
            )["DocumentDescription"]
            client.update_document_default_version(
                Name=id_, DocumentVersion=answer["DocumentVersion"]
            )
        _update_tags(account, "Document", id_, olds, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        try:
            account.client("ssm").delete_document(Name=id_)
        except ClientError as error:
            if error_code(error) != "InvalidDocument":
                raise


HANDLERS: dict[str, Handler] = {
    "aws:ssm/parameter:Parameter": Parameter(),
    "aws:ssm/document:Document": Document(),
}
