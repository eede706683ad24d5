"""Credentials of anybody in an emulated account: the emulator owns it, so nobody has to be asked.

On AWS a trust policy decides who takes on a role. Whoever tries what a role may and may not has to
be the role, also one that only a service takes on.
"""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any, Final

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from emulator.cloud.authorization.principals import PARTITION, Accounts
from emulator.errors import UserError

ARN: Final = re.compile(r"arn:aws:iam::(?P<account>\d{12}):(?P<kind>root|role)(?P<path>/.+)?")
SESSION_SECONDS: Final = 3600
SESSION_NAME: Final = "emulator"
REGION: Final = "us-east-1"


def credentials_of(accounts: Accounts, arn: str) -> dict[str, str]:
    """Keys of a role, or of the administrator of an account whose `root` is named.

    They are as a `credential_process` gives them. Raises UserError.
    """
    found = ARN.fullmatch(arn)
    if found is None:
        msg = (
            f"{arn!r} names nobody whose credentials could be given: allowed are "
            "arn:aws:iam::ACCOUNT:role/NAME and arn:aws:iam::ACCOUNT:root, its administrator"
        )
        raise UserError(msg)
    if found["kind"] == "root":
        administrator = accounts.administrator(found["account"])
        return {
            "AccessKeyId": administrator.access_key_id,
            "SecretAccessKey": administrator.secret_access_key,
        }
    return _session_of(found["account"], arn)


def _session_of(account_id: str, arn: str) -> dict[str, str]:
    roles = iam_backends[account_id][PARTITION].roles.values()
    if not any(role.arn == arn for role in roles):
        msg = f"There is no role {arn} in the emulated account {account_id}"
        raise UserError(msg)
    session: Any = sts_backends[account_id][PARTITION].assume_role(
        region_name=REGION,
        role_session_name=SESSION_NAME,
        role_arn=arn,
        policy="",
        duration=SESSION_SECONDS,
        external_id="",
    )
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "Expiration": session.expiration.replace(tzinfo=UTC).isoformat(),
    }
