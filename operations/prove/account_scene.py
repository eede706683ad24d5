"""What the trials in an account need, made by its administrator and removed afterwards.

Outsiders, stand-ins for readers that are not there, objects to read, text to decrypt. All have a
name or a description that begins with `prove`, by which a run removes what a killed one left.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from operations.prove.accounts import Account, missing_people
from operations.prove.cells import Owned
from operations.prove.simulating import Policies, Simulator
from operations.prove.ways import Clients, Credentials

MARK: Final = "prove-"
DESCRIPTION: Final = "prove: for the time of one run"
OUTSIDER: Final = "prove-outsider"
TEXT: Final = b"prove"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Somebody who tries, and what it acts by."""

    principal: Owned
    clients: Clients
    simulator: Simulator | None = None
    """Who is asked what the principal would be answered, where it cannot be had itself."""

    is_operator: bool = False
    """Whether it administers its own account: nothing is tried there."""


@dataclass(frozen=True, kw_only=True)
class AccountScene:
    """An account, with what was made in it."""

    account: Account
    actors: tuple[Actor, ...]
    buckets: tuple[tuple[Owned, str, str], ...]
    """Target, bucket, prefix."""

    keys: tuple[tuple[Owned, str, bytes], ...]
    """Target, ARN, something encrypted by it."""

    gateways: tuple[tuple[Owned, str], ...]
    """Target, instance."""

    documents: tuple[Owned, ...]
    secrets: tuple[Owned, ...]
    topics: tuple[Owned, ...]


@contextlib.contextmanager
def scene_of(account: Account, credentials: Credentials) -> Iterator[AccountScene]:
    """The account, ready to be tried. Raises NoWayError."""
    with contextlib.ExitStack() as stack:
        _remove_ours(account)
        stack.callback(_remove_ours, account)
        _make_role(account, f"arn:aws:iam::{account.id}:role/{OUTSIDER}", policy=None)
        outsider = _make_user(account)
        for arn in missing_people(account, account.principals()):
            if ":role/" in arn:
                _make_role(account, arn, policy=_may_assume())
        _put_objects(account)
        actors = [
            Actor(principal=one, clients=credentials.clients(one.name, account.region))
            for one in account.principals()
            if ":role/" in one.name
        ]
        for one in account.principals():
            if ":user/" in one.name:
                keys = outsider if one.name.endswith(f"/{OUTSIDER}") else _lend(account, one, stack)
                clients = credentials.with_keys(keys, account.region)
                actors.append(Actor(principal=one, clients=clients))
        operator = Owned(
            kind="operator", stage=None, name=f"arn:aws:iam::{account.id}:root", place=account.id
        )
        actors.append(Actor(principal=operator, clients=account.operator, is_operator=True))
        yield _found_in(account, actors, _encrypted(account))


def scene_to_ask_about(account: Account, policies: Policies) -> AccountScene:
    """The account as it stands: nothing is made, and the policy simulator answers."""
    actors = [
        Actor(
            principal=one,
            clients=account.operator,
            simulator=Simulator(principal=one.name, iam=account.operator("iam"), policies=policies),
        )
        for one in account.principals()
    ]
    return _found_in(account, actors, ((t, arn, b"") for t, arn in account.encryption_keys()))


def _found_in(
    account: Account, actors: list[Actor], keys: Iterable[tuple[Owned, str, bytes]]
) -> AccountScene:
    return AccountScene(
        account=account,
        actors=tuple(actors),
        buckets=tuple(account.buckets()),
        keys=tuple(keys),
        gateways=tuple(account.gateways()),
        documents=tuple(account.documents()),
        secrets=tuple(account.secrets()),
        topics=tuple(account.topics()),
    )


def _lend(account: Account, user: Owned, stack: contextlib.ExitStack) -> Any:
    """An access key of a user who is there, as long as the trials last."""
    iam, name = account.operator("iam"), user.name.rpartition("/")[2]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    stack.callback(iam.delete_access_key, UserName=name, AccessKeyId=key["AccessKeyId"])
    return key


def _make_role(account: Account, arn: str, policy: str | None) -> None:
    """A role that nobody takes on: its credentials are given, or there are none."""
    path, _, name = arn.partition(":role/")[2].rpartition("/")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account.id}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:PrincipalArn": "nobody"}},
            }
        ],
    }
    iam = account.operator("iam")
    iam.create_role(
        Path=f"/{path}/" if path else "/",
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps(trust),
        Description=DESCRIPTION,
    )
    if policy is not None:
        iam.put_role_policy(RoleName=name, PolicyName=MARK, PolicyDocument=policy)


def _may_assume() -> str:
    """A reader's own side of the door: whatever lets it in."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _make_user(account: Account) -> Any:
    iam = account.operator("iam")
    iam.create_user(UserName=OUTSIDER)
    return iam.create_access_key(UserName=OUTSIDER)["AccessKey"]


def _put_objects(account: Account) -> None:
    """Something to read in every place, where its bucket takes it."""
    s3 = account.operator("s3")
    for _, bucket, prefix in account.buckets():
        with contextlib.suppress(ClientError):
            s3.put_object(Bucket=bucket, Key=f"{prefix}{MARK}object", Body=TEXT)


def _encrypted(account: Account) -> Iterator[tuple[Owned, str, bytes]]:
    kms = account.operator("kms")
    for target, arn in account.encryption_keys():
        yield target, arn, kms.encrypt(KeyId=arn, Plaintext=TEXT)["CiphertextBlob"]


def _remove_ours(account: Account) -> None:
    _remove_identities(account)
    _remove_objects(account)


def _remove_identities(account: Account) -> None:
    iam = account.operator("iam")
    for role in account.listed("iam", "list_roles", "Roles"):
        if role.get("Description") == DESCRIPTION:
            for policy in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
                iam.delete_role_policy(RoleName=role["RoleName"], PolicyName=policy)
            iam.delete_role(RoleName=role["RoleName"])
    for user in account.listed("iam", "list_users", "Users"):
        if user["UserName"] == OUTSIDER:
            for key in iam.list_access_keys(UserName=OUTSIDER)["AccessKeyMetadata"]:
                iam.delete_access_key(UserName=OUTSIDER, AccessKeyId=key["AccessKeyId"])
            iam.delete_user(UserName=OUTSIDER)


def _remove_objects(account: Account) -> None:
    s3 = account.operator("s3")
    for _, bucket, prefix in account.buckets():
        found = s3.list_object_versions(Bucket=bucket, Prefix=f"{prefix}{MARK}")
        for each in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])
