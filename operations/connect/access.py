"""Who connects, and the door's role taken on: the two sets of credentials of a session.

With their own, people need `sts:AssumeRole` on the door's role, `ec2:DescribeInstances` and
`rds:DescribeDBInstances`; everything else is the role's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import boto3
import botocore.session
from botocore.credentials import CredentialProvider, CredentialResolver, RefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError

from operations.connect.door import Door
from operations.connect.errors import ConnectError

SESSION_NAME: Final = re.compile(r"[^\w+=,.@-]")
"""What a name of a role's session may not have: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
SIGN_IN: Final = (
    "sign in (aws sso login, or AWS_PROFILE with keys); on the emulator "
    'eval "$(python -m emulator env --stack STAGE)" does.'
)
EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})


@dataclass(frozen=True, kw_only=True)
class Access:
    """Credentials, each for what it is needed for."""

    caller_arn: str
    own: boto3.Session
    role: boto3.Session
    """As the door's role; takes it on anew before it expires."""


class _Provider(CredentialProvider):
    """Gives an SDK's session these credentials and no others."""

    METHOD = "door"

    def __init__(self, credentials: RefreshableCredentials) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> RefreshableCredentials:
        """The credentials."""
        return self._credentials


def take_on(door: Door) -> Access:
    """The caller, and the door's role in the caller's name. Raises ConnectError."""
    own = _own_session(door.region)
    caller = _identify(own)
    if caller["Account"] != door.stage.names.account_id:
        raise ConnectError(
            f"The credentials are of account {caller['Account']} ({caller['Arn']}); stage "
            f"{door.stage.stage} is in {door.stage.names.account_id}.",
            f"take credentials of {door.stage.names.account_id}, such as with AWS_PROFILE.",
        )
    sts: Any = own.client("sts")
    name = SESSION_NAME.sub("-", caller["Arn"].rpartition("/")[2])[:64]

    def assume() -> dict[str, str]:
        try:
            keys = sts.assume_role(RoleArn=door.role_arn, RoleSessionName=name)["Credentials"]
        except (ClientError, BotoCoreError) as error:
            _say_refused(error, door, caller["Arn"])
        return {
            "access_key": keys["AccessKeyId"],
            "secret_key": keys["SecretAccessKey"],
            "token": keys["SessionToken"],
            "expiry_time": keys["Expiration"].isoformat(),
        }

    credentials = RefreshableCredentials.create_from_metadata(
        metadata=assume(), refresh_using=assume, method="sts-assume-role"
    )
    inner = botocore.session.get_session()
    resolver = CredentialResolver([_Provider(credentials)])
    inner.register_component("credential_provider", resolver)
    role = boto3.Session(botocore_session=inner, region_name=door.region)
    return Access(caller_arn=caller["Arn"], own=own, role=role)


def _own_session(region: str) -> boto3.Session:
    try:
        return boto3.Session(region_name=region)
    except BotoCoreError as error:  # a profile that is not there
        raise ConnectError(f"There are no credentials: {error}", SIGN_IN) from None


def _identify(own: boto3.Session) -> Any:
    try:
        return own.client("sts").get_caller_identity()
    except ClientError as error:
        code, text = error.response["Error"]["Code"], error.response["Error"]["Message"]
        kind = "are expired" if code in EXPIRED else "are not accepted"
        raise ConnectError(f"The credentials {kind}: {text}", SIGN_IN) from None
    except BotoCoreError as error:
        raise ConnectError(f"There are no credentials that work: {error}", SIGN_IN) from None


def _say_refused(error: Exception, door: Door, caller_arn: str) -> NoReturn:
    if isinstance(error, ClientError) and error.response["Error"]["Code"] in EXPIRED:
        raise ConnectError(f"The credentials of {caller_arn} are expired.", SIGN_IN) from None
    if not isinstance(error, ClientError):
        raise ConnectError(f"{door.role_arn} cannot be taken on: {error}", SIGN_IN) from None
    tenant = door.stage.settings.tenant
    readers = ", ".join(tenant.reader_arns)
    asked = tenant.reader_conditions
    conditions = [f"the tag {key}={value}" for key, value in sorted(asked.principal_tags.items())]
    if asked.mfa_max_age_minutes is not None:
        conditions.append(f"a second factor of the last {asked.mfa_max_age_minutes} minutes")
    also = f" It also asks for {', '.join(conditions)}." if conditions else ""
    raise ConnectError(
        f"{caller_arn} may not take on {door.role_arn}: {error.response['Error']['Message']}\n"
        f"  {door.stage.file.name} lets in: {readers}.{also}",
        "sign in as one of these, or have yourself added there; who is listed also needs "
        f"sts:AssumeRole on the role in its own account. Is stage {door.stage.stage} up?",
    ) from None
