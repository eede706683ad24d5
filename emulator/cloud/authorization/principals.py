"""Principals of the emulated accounts: users and assumed roles, as moto's IAM and STS hold them."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from moto.iam.models import IAMBackend, iam_backends
from moto.sts.models import sts_backends

from emulator.cloud.authorization.conditions import Context
from emulator.cloud.authorization.evaluation import Decision, Grants, ResourcePolicy, decide
from emulator.cloud.authorization.session_facts import facts_of
from emulator.cloud.authorization.statements import Identity, Policy, Request, read
from emulator.cloud.provider_context import Credentials

PARTITION: Final = "aws"
ADMINISTRATOR: Final = "administrator"
EXPIRED: Final = "the session"
"""How the reason begins for a session that is past its time."""
ADMINISTRATOR_POLICY: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who signs with an access key, and what it may do at this moment."""

    account_id: str
    arn: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    grants: Grants
    context: Context = field(default_factory=dict)
    """Condition keys that describe the principal, in lower case."""

    def has_token(self, session_token: str | None) -> bool:
        """Whether the session token is the one that goes with the key; users have none."""
        given, wanted = session_token or "", self.session_token or ""
        return hmac.compare_digest(given.encode(), wanted.encode())

    def may(
        self,
        action: str,
        resource: str,
        context: Context,
        resource_policy: ResourcePolicy | None = None,
    ) -> Decision:
        """Whether all policies together allow an action, and why not."""
        request = Request(action, resource, {**self.context, **context})
        return decide(request, self.grants, resource_policy)


class Accounts:
    """The accounts, with an administrator in each that something was opened for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._administrators: dict[str, Credentials] = {}

    @property
    def ids(self) -> list[str]:
        """Accounts that an administrator was made in."""
        with self._lock:
            return sorted(self._administrators)

    def administrator(self, account_id: str) -> Credentials:
        """Keys of the account's administrator, a user that is made at the first call."""
        with self._lock:
            if account_id not in self._administrators:
                backend: IAMBackend = iam_backends[account_id][PARTITION]
                backend.create_user(region_name="us-east-1", user_name=ADMINISTRATOR)
                backend.put_user_policy(ADMINISTRATOR, "administrator", ADMINISTRATOR_POLICY)
                key = backend.create_access_key(ADMINISTRATOR)
                self._administrators[account_id] = Credentials(
                    access_key_id=key.access_key_id, secret_access_key=key.secret_access_key
                )
            return self._administrators[account_id]


def is_known(access_key_id: str) -> bool:
    """Whether any account has this access key."""
    return any(
        access_key_id in account[PARTITION].access_keys for account in list(iam_backends.values())
    )


def find_principal(access_key_id: str) -> Principal | str:
    """Who signs with an access key, or why nobody does (a text without secrets)."""
    for account_id, account in list(iam_backends.items()):
        backend: IAMBackend = account[PARTITION]
        key = backend.access_keys.get(access_key_id)
        if key is None:
            continue
        if key.user_name is not None:
            if key.status != "Active":
                return f"the access key {access_key_id} is {key.status.lower()}"
            return _user(backend, account_id, key)
        return _assumed_role(backend, account_id, access_key_id)
    return f"no account knows the access key {access_key_id}"


def _user(backend: IAMBackend, account_id: str, key: Any) -> Principal | str:
    user = backend.users.get(key.user_name)
    if user is None or key not in user.access_keys:
        return f"the user of the access key {key.access_key_id} is gone"
    groups = [group for group in list(backend.groups.values()) if user in group.users]
    boundary_arn = getattr(user, "permissions_boundary_arn", None)
    return Principal(
        account_id=account_id,
        arn=user.arn,
        secret_access_key=key.secret_access_key,
        grants=Grants(
            identity=Identity(
                account_id=account_id, arn=user.arn, has_boundary=boundary_arn is not None
            ),
            policies=tuple(document for owner in (user, *groups) for document in _documents(owner)),
            boundary=_boundary(backend, boundary_arn),
        ),
        context={
            **_common(account_id, user.arn, "User"),
            "aws:username": user.name,
            "aws:userid": user.id,
            **_tags(backend.tagger.list_tags_for_resource(user.arn).get("Tags", [])),
        },
    )


def _assumed_role(backend: IAMBackend, account_id: str, access_key_id: str) -> Principal | str:
    sessions = sts_backends[account_id][PARTITION].assumed_roles
    session = next((item for item in sessions if item.access_key_id == access_key_id), None)
    if session is None:
        return f"the access key {access_key_id} belongs to no assumed role"
    if datetime.now(UTC) > session.expiration.replace(tzinfo=UTC):
        return f"{EXPIRED} of the access key {access_key_id} expired"
    role = next(
        (item for item in list(backend.roles.values()) if item.arn == session.role_arn), None
    )
    if role is None:
        return f"the role {session.role_arn} is gone"
    facts = facts_of(session)
    managed = [_managed(backend, arn) for arn in facts.policy_arns]
    inline = [read(session.policy)] if session.policy else []
    return Principal(
        account_id=account_id,
        arn=session.arn,
        secret_access_key=session.secret_access_key,
        session_token=session.session_token,
        grants=Grants(
            identity=Identity(
                account_id=account_id,
                arn=session.arn,
                role_arn=role.arn,
                has_boundary=role.permissions_boundary_arn is not None,
            ),
            policies=tuple(_documents(role)),
            boundary=_boundary(backend, role.permissions_boundary_arn),
            session_policies=inline + managed if inline or managed else None,
        ),
        context={
            **_common(account_id, role.arn, "AssumedRole"),
            "aws:userid": session.user_id,
            **_tags(role.tags.values() if isinstance(role.tags, dict) else role.tags or []),
            **_tags({"Key": key, "Value": value} for key, value in facts.tags.items()),
            **facts.context_at(datetime.now(UTC)),
        },
    )


def _common(account_id: str, arn: str, type_: str) -> dict[str, str]:
    return {
        "aws:principalarn": arn,
        "aws:principalaccount": account_id,
        "aws:principaltype": type_,
        "aws:principalisawsservice": "false",
    }


def _tags(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {f"aws:principaltag/{tag['Key'].lower()}": tag["Value"] for tag in tags}


def _documents(owner: Any) -> list[Policy]:
    """Inline and attached policies of a user, group or role."""
    inline = [_read(document) for document in owner.policies.values()]
    attached = [_default_version(policy) for policy in owner.managed_policies.values()]
    return inline + attached


def _boundary(backend: IAMBackend, arn: str | None) -> Policy | None:
    return _managed(backend, arn) if arn else None


def _managed(backend: IAMBackend, arn: str) -> Policy:
    """Document of a managed policy that limits; one that is gone allows nothing."""
    policy = backend.managed_policies.get(arn)
    return _default_version(policy) if policy else {"Statement": []}


def _default_version(policy: Any) -> Policy:
    (version,) = (item for item in policy.versions if item.is_default)
    return _read(version.document)


def _read(document: Any) -> Policy:
    return read(document) if isinstance(document, str) else document
