# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Objects in buckets, from files, archives or text."""

from __future__ import annotations

import base64
from typing import Any, ClassVar
from urllib.parse import urlencode

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.archives import content_of
from emulator.providers.aws.errors import RefusalError, is_gone
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import from_aws, to_aws
from emulator.providers.aws.tags import tag_list, tag_map, wanted_tags
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

CONTENT: tuple[str, ...] = ("source", "content", "contentBase64", "etag", "sourceHash", "kmsKeyId")
CONTENT += ("serverSideEncryption",)


class BucketObject(Handler):
    """An object; a change of its content writes a new version of it."""

    label = "S3 Object"
    defaults: ClassVar = {"storageClass": "STANDARD"}
    computed = frozenset(
        {
            "acl",
            "bucketKeyEnabled",
            "contentType",
            "etag",
            "kmsKeyId",
            "serverSideEncryption",
            "key",
        }
    )
    NAMES: ClassVar = {
        "cacheControl": "CacheControl",
        "contentDisposition": "ContentDisposition",
        "contentEncoding": "ContentEncoding",
        "contentLanguage": "ContentLanguage",
        "contentType": "ContentType",
        "metadata": "Metadata",
        "storageClass": "StorageClass",
        "serverSideEncryption": "ServerSideEncryption",
        "websiteRedirect": "WebsiteRedirectLocation",
        "bucketKeyEnabled": "BucketKeyEnabled",
    }

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        given = [name for name in ("source", "content", "contentBase64") if name in inputs]
        if len(given) > 1:
            return [failure(given[1], f"excludes {given[0]}; give one of them")]
        return []

    def unknown_after_update(self, changed: set[str]) -> list[str]:
        if not changed & (set(CONTENT) | set(self.NAMES)):
            return []
        return ["versionId"] + (["etag"] if changed & set(CONTENT) else [])

    def create(self, account: Account, inputs: Properties) -> str:
        self._put(account, inputs)
        return f"{inputs['bucket']}/{self._key(inputs)}"

    def _key(self, properties: Properties) -> str:
        return str(properties["key"])

    def _put(self, account: Account, inputs: Properties) -> None:
        if "contentBase64" in inputs:
            body = base64.b64decode(inputs["contentBase64"])
        elif "source" in inputs:
            body = content_of(inputs["source"], account.context.folder)
        else:
            body = str(inputs.get("content", "")).encode()
        key = {"SSEKMSKeyId": inputs["kmsKeyId"]} if inputs.get("kmsKeyId") else {}
        if key and "serverSideEncryption" not in inputs:
            key["ServerSideEncryption"] = "aws:kms"
        parameters = {"ContentType": "application/octet-stream"} | to_aws(inputs, self.NAMES) | key
        if tags := self._tags(inputs, "PutObject"):
            # With the content, as pulumi-aws does: no failure leaves an object without its tags.
            parameters["Tagging"] = urlencode(tags)
        account.client("s3").put_object(
            Bucket=inputs["bucket"], Key=self._key(inputs), Body=body, **parameters
        )

    def _tag(self, account: Account, inputs: Properties) -> None:
        place = {"Bucket": inputs["bucket"], "Key": self._key(inputs)}
        if tags := self._tags(inputs, "PutObjectTagging"):
            account.client("s3").put_object_tagging(**place, Tagging={"TagSet": tag_list(tags)})
        else:
            account.client("s3").delete_object_tagging(**place)

    def _tags(self, inputs: Properties, operation: str) -> dict[str, str]:
        tags = wanted_tags(inputs)
        if len(tags) > 10:
            message = "Object tags cannot be greater than 10 (default tags count)"
            raise RefusalError("S3", operation, "BadRequest", message)
        return tags

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        client = account.client("s3")
        bucket, _, key = id_.removeprefix("s3://").partition("/")
        bucket, key = known.get("bucket", bucket), known.get("key", key)
        try:
            head = client.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if is_gone(error):
                return None
            raise
        tags = client.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
        etag = head["ETag"].strip('"')
        found: Properties = from_aws(head, self.NAMES) | {
            "arn": f"arn:{account.partition}:s3:::{bucket}/{key}",
            "bucket": bucket,
            "key": key,
            "etag": etag,
            "kmsKeyId": head.get("SSEKMSKeyId"),
            "storageClass": head.get("StorageClass", "STANDARD"),
            "versionId": head.get("VersionId") or "",
            "forceDestroy": known.get("forceDestroy", False),
            "tagsAll": tag_map(tags),
        }
        found.update(_drifted(known, etag, self._checksum(client, bucket, key)))
        return found

    def _checksum(self, client: Any, bucket: str, key: str) -> bytes:
        return bytes(client.get_object(Bucket=bucket, Key=key)["Body"].read())

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        rewritten = set(CONTENT) | set(self.NAMES)
        if any(olds.get(name) != news.get(name) for name in rewritten if name in news):
            self._put(account, news)
        elif wanted_tags(olds) != wanted_tags(news):
            self._tag(account, news)

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        """Every version of it, as pulumi-aws does."""
        client = account.client("s3")
        pages = client.get_paginator("list_object_versions").paginate(
            Bucket=known["bucket"], Prefix=known["key"]
        )
        for page in pages:
            for member in ("Versions", "DeleteMarkers"):
                for item in page.get(member) or ():
                    if item["Key"] == known["key"]:
                        client.delete_object(
                            Bucket=known["bucket"], Key=item["Key"], VersionId=item["VersionId"]
                        )


def _drifted(known: Properties, etag: str, body: bytes) -> Properties:
    """Content that another hand changed; a changed asset shows as one that is gone."""
    if "content" in known and known["content"].encode() != body:
        return {"content": body.decode(errors="replace")}
    if "source" in known and known.get("etag") not in (None, etag):
        return {"source": None}
    return {}


HANDLERS: dict[str, Handler] = {
    "aws:s3/bucketObject:BucketObject": BucketObject(),
    "aws:s3/bucketObjectv2:BucketObjectv2": BucketObject(),
}
