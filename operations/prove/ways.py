"""How the proof comes to be each principal: by credentials that a command gives, or not at all.

AWS gives a task role's credentials to Airflow alone. Where a command can give them (on an account
made for trials, such as the emulator's), every call is made for real; where none does, IAM's policy
simulator is asked what the principal would be answered.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ARN: Final = "{arn}"
_QUICK: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "read_timeout": 30,
    "retries": {"total_max_attempts": 2, "mode": "standard"},
    "s3": {"addressing_style": "path"},
}


class NoWayError(Exception):
    """The proof cannot be made: what was tried, what failed, what to do next."""


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Credentials."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


class Clients:
    """AWS clients of one principal, made when they are first used."""

    def __init__(self, session: botocore.session.Session, keys: Keys | None, region: str) -> None:
        """Without keys nothing is signed: the principal is anonymous."""
        self.keys, self.region = keys, region
        self._session = session
        self._made: dict[str, Any] = {}
        self._lock = _MAKING

    def __call__(self, service: str) -> Any:
        """The client for a service."""
        with self._lock:
            if service not in self._made:
                self._made[service] = self._make(service)
            return self._made[service]

    def _make(self, service: str) -> Any:
        if self.keys is None:
            config = Config(signature_version=UNSIGNED, **_QUICK)
            return self._session.create_client(service, region_name=self.region, config=config)
        return self._session.create_client(
            service,
            region_name=self.region,
            aws_access_key_id=self.keys.access_key_id,
            aws_secret_access_key=self.keys.secret_access_key,
            aws_session_token=self.keys.session_token,
            config=Config(**_QUICK),
        )


_MAKING: Final = threading.Lock()
"""Making clients is not thread-safe: they share the session's loader of service models."""


def own_clients(profile: str | None, region: str) -> tuple[str, Clients]:
    """Whoever calls, or a profile of AWS's configuration: the account, and clients.

    Raises NoWayError.
    """
    named = f"profile {profile}" if profile else "the environment"
    try:
        session = botocore.session.Session(profile=profile)
        found = session.get_credentials()
        if found is None:
            msg = f"There are no credentials in {named}: sign in to each stage's account."
            raise NoWayError(msg)
        frozen: Any = found.get_frozen_credentials()
        keys = Keys(
            access_key_id=frozen.access_key,
            secret_access_key=frozen.secret_key,
            session_token=frozen.token,
        )
        clients = Clients(session, keys, region)
        return clients("sts").get_caller_identity()["Account"], clients
    except (BotoCoreError, ClientError) as error:
        raise NoWayError(f"The credentials of {named} are not accepted: {error}") from None


def nobody(region: str) -> Clients:
    """Clients that sign nothing."""
    return Clients(botocore.session.get_session(), None, region)


class Credentials:
    """Gives the keys of any principal, by a command in the form of a `credential_process`."""

    def __init__(self, command: str) -> None:
        """`command` holds `{arn}`; `…:root` asks for whoever administers the account.

        Raises NoWayError where it does not.
        """
        if ARN not in command:
            msg = f"--credentials-command is {command!r}: {ARN} is missing, for whose to give."
            raise NoWayError(msg)
        self._command = shlex.split(command)
        self._session = botocore.session.get_session()

    def administrator(self, account_id: str, region: str) -> Clients:
        """Clients of whoever administers the account. Raises NoWayError."""
        return self.clients(f"arn:aws:iam::{account_id}:root", region)

    def clients(self, arn: str, region: str) -> Clients:
        """Clients of a role. Raises NoWayError."""
        return Clients(self._session, self._ask(arn), region)

    def with_keys(self, keys: Mapping[str, str], region: str) -> Clients:
        """Clients of whom an access key belongs to."""
        return Clients(self._session, _read(keys), region)

    def _ask(self, arn: str) -> Keys:
        command = [part.replace(ARN, arn) for part in self._command]
        try:
            answer = subprocess.run(command, capture_output=True, text=True, check=False)
            if answer.returncode == 0:
                return _read(json.loads(answer.stdout))
            reason = answer.stderr.strip() or f"exit code {answer.returncode}"
        except (OSError, ValueError, KeyError, BotoCoreError) as error:
            reason = f"{type(error).__name__}: its answer is no credentials, or it cannot be run"
        msg = f"{shlex.join(command)}: {reason}\n  next: run it yourself; are all stages up?"
        raise NoWayError(msg)


def _read(found: Mapping[str, str]) -> Keys:
    return Keys(
        access_key_id=found["AccessKeyId"],
        secret_access_key=found["SecretAccessKey"],
        session_token=found.get("SessionToken"),
    )
