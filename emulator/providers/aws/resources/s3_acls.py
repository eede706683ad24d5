# ruff: noqa: D102 - the methods are those of Handler, documented there
"""Access control lists of buckets, where a bucket's ownership leaves any to it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from emulator.providers.aws.account import Account
from emulator.providers.aws.errors import RefusalError, error_code
from emulator.providers.aws.handler import Handler, failure
from emulator.providers.aws.mapping import from_aws, to_aws
from emulator.providers.provider import CheckFailure
from emulator.values import Properties

CANNED = (
    "private",
    "public-read",
    "public-read-write",
    "aws-exec-read",
    "authenticated-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
    "log-delivery-write",
)
PUBLIC = ("public-read", "public-read-write", "authenticated-read")
GROUPS = "http://acs.amazonaws.com/groups/global/"
GRANTEE = {
    "type": "Type",
    "id": "ID",
    "uri": "URI",
    "emailAddress": "EmailAddress",
    "displayName": "DisplayName",
}
OWNER = {"id": "ID", "displayName": "DisplayName"}


class BucketAcl(Handler):
    """The list of one bucket; deleting it only lets go of it, as with Terraform."""

    label = "S3 Bucket ACL"
    computed = frozenset({"accessControlPolicy"})

    def check(self, inputs: Properties, account_id: str, region: str) -> list[CheckFailure]:
        given = [name for name in ("acl", "accessControlPolicy") if name in inputs]
        if len(given) != 1:
            return [failure("acl", "one of acl and accessControlPolicy is needed, and not both")]
        acl = inputs.get("acl")
        if isinstance(acl, str) and acl not in CANNED:
            return [failure("acl", f'"{acl}"; allowed: {", ".join(CANNED)}')]
        return []

    def create(self, account: Account, inputs: Properties) -> str:
        self.update(account, inputs["bucket"], {}, inputs)
        return str(inputs["bucket"])

    def update(self, account: Account, id_: str, olds: Properties, news: Properties) -> None:
        client = account.client("s3")
        _refuse_enforced(client, id_)
        if _is_public(news):
            _refuse_public(client, id_)
        if news.get("acl"):
            client.put_bucket_acl(Bucket=id_, ACL=news["acl"])
            return
        policy = news["accessControlPolicy"]
        grants = [
            {"Grantee": to_aws(grant["grantee"], GRANTEE), "Permission": grant["permission"]}
            for grant in policy.get("grants") or ()
        ]
        owner = to_aws(policy["owner"], OWNER)
        client.put_bucket_acl(Bucket=id_, AccessControlPolicy={"Grants": grants, "Owner": owner})

    def read(self, account: Account, id_: str, known: Properties) -> Properties | None:
        try:
            answer = account.client("s3").get_bucket_acl(Bucket=id_)
        except ClientError as error:
            if error_code(error) == "NoSuchBucket":
                return None
            raise
        grants = [
            {
                "grantee": from_aws(grant["Grantee"], GRANTEE),
                "permission": grant["Permission"],
            }
            for grant in answer["Grants"]
        ]
        owner = from_aws(answer["Owner"], OWNER)
        found: Properties = {
            "bucket": id_,
            "accessControlPolicy": {"grants": grants, "owner": owner},
        }
        # AWS tells grants and never the name under which they were given.
        return found | ({"acl": known["acl"]} if known.get("acl") else {})

    def delete(self, account: Account, id_: str, known: Properties) -> None:
        """Leave the list, which goes with its bucket."""


def _refuse_enforced(client: Any, bucket: str) -> None:
    try:
        controls = client.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
        owned = controls["Rules"][0]["ObjectOwnership"]
    except ClientError as error:
        if error_code(error) != "OwnershipControlsNotFoundError":
            raise
        owned = "BucketOwnerEnforced"  # that of a new bucket
    if owned == "BucketOwnerEnforced":
        message = "The bucket does not allow ACLs"
        raise RefusalError("S3", "PutBucketAcl", "AccessControlListNotSupported", message)


def _is_public(inputs: Properties) -> bool:
    policy = inputs.get("accessControlPolicy") or {}
    uris = [str(grant["grantee"].get("uri") or "") for grant in policy.get("grants") or ()]
    return inputs.get("acl") in PUBLIC or any(uri.startswith(GROUPS) for uri in uris)


def _refuse_public(client: Any, bucket: str) -> None:
    try:
        block = client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    except ClientError:
        return
    if block.get("BlockPublicAcls"):
        message = "public ACLs are prevented by the BlockPublicAcls block public access setting."
        raise RefusalError("S3", "PutBucketAcl", "AccessDenied", message)


HANDLERS: dict[str, Handler] = {"aws:s3/bucketAcl:BucketAcl": BucketAcl()}
