"""How everything outside the cloud process finds it, starts it and asks it for a session.

The cloud process answers at a control address on loopback. A *session* is one principal that runs
programs against the emulated accounts: its credentials, the environment that a program needs to act
as it, and provider ports that act as it. `python -m emulator up` opens one for the account that the
stack's `aws:allowedAccountIds` names; credentials in the caller's own environment take precedence
where the emulated accounts know them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulator.home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A principal, and what acts as it."""

    account_id: str
    principal_arn: str
    region: str
    provider_ports: Mapping[str, int]
    """Package name (`aws`, `postgresql`) to loopback port; the providers act as this principal."""
    provider_versions: Mapping[str, str]
    """Package name to the version of the real provider whose behaviour is emulated."""
    environment: Mapping[str, str]
    """AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN (where there is one), AWS_REGION,
    AWS_DEFAULT_REGION, AWS_ENDPOINT_URL, PGSSLROOTCERT, and what keeps SDKs off the real network
    (AWS_EC2_METADATA_DISABLED). Nothing in it tells a program that this is an emulator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """A running cloud process."""

    id: str
    """New for every process: state that was made against another id points at nothing any more."""
    pid: int
    control_url: str
    endpoint_url: str
    """Where boto3 and the aws CLI find the emulated AWS."""
    ca_file: str
    log_file: str

    def session(
        self, account_id: str, region: str, credentials: Mapping[str, str] | None = None
    ) -> Session:
        """Open a session as the account's administrator, or as `credentials` where given.

        `credentials` holds AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and perhaps AWS_SESSION_TOKEN.
        Raises UserError for credentials that no emulated account knows.
        """
        raise NotImplementedError


def running(home: Home) -> Cloud | None:
    """The cloud process of this home, None where none answers (a stale record is no process)."""
    raise NotImplementedError


def start(home: Home, progress: Callable[[str], None] | None = None) -> Cloud:
    """The running cloud process, started where there is none. Raises UserError where it cannot."""
    raise NotImplementedError


def stop(home: Home) -> bool:
    """Stop the cloud process and everything it started; False where none ran."""
    raise NotImplementedError
