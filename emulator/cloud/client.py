"""How everything outside the cloud process finds it, starts it and asks it for a session.

The cloud process answers at a control address on loopback. A *session* is one principal that runs
programs against the emulated accounts: its credentials, the environment that a program needs to act
as it, and provider ports that act as it. `python -m emulator up` opens one for the account that the
stack's `aws:allowedAccountIds` names; credentials in the caller's own environment take precedence
where the emulated accounts know them.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from emulator.cloud import record
from emulator.cloud.leftovers import remove_leftovers
from emulator.errors import UserError
from emulator.home import Home

PACKAGE_ROOT: Final = Path(__file__).parents[2]
ANSWER_SECONDS: Final = 5
"""A living process that is busy may take a while; a dead one is recognised at once."""
SESSION_SECONDS: Final = 120
STOP_SECONDS: Final = 30
STARTING_SECONDS: Final = 60
"""For a process whose starter was killed to get ready or to end, on a busy machine, too."""
CREDENTIALS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


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
    _token: str = field(default="", repr=False)

    def session(
        self,
        account_id: str,
        region: str,
        credentials: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> Session:
        """Open a session as the account's administrator, or as `credentials` where given.

        `folder` is where a program's relative paths begin (default: the working directory).
        `credentials` holds AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and perhaps AWS_SESSION_TOKEN.
        Raises UserError for credentials that no emulated account knows.
        """
        request: dict[str, Any] = {
            "account_id": account_id,
            "region": region,
            "folder": str(folder or Path.cwd()),
        }
        if credentials:
            request["credentials"] = {
                name: credentials[name] for name in CREDENTIALS if credentials.get(name)
            }
        answer = self._ask("session", request, SESSION_SECONDS)
        answer["environment"] |= _overrides(answer["environment"])
        return Session(**answer)

    def credentials(self, arn: str) -> dict[str, str]:
        """Keys of a role of an emulated account, as a `credential_process` gives them.

        `arn:aws:iam::ACCOUNT:root` gives those of its administrator. Raises UserError.
        """
        answer: dict[str, str] = self._ask("credentials", {"arn": arn}, ANSWER_SECONDS)
        return answer

    def _ask(self, operation: str, request: Mapping[str, Any], seconds: float) -> Any:
        """Ask the control address. Raises UserError with its reason, or where none answers."""
        address = urlsplit(self.control_url)
        connection = http.client.HTTPConnection(
            str(address.hostname), address.port or 0, timeout=seconds
        )
        try:
            headers = {"Authorization": f"Bearer {self._token}"}
            connection.request("POST", f"/{operation}", json.dumps(request), headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            msg = (
                f"The emulator's cloud process (pid {self.pid}) does not answer at"
                f" {self.control_url} ({error or type(error).__name__}). Its log: {self.log_file}"
            )
            raise UserError(msg) from error
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise UserError(answer["error"])
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseStatus:
    """A database instance and where it answers."""

    identifier: str
    account_id: str
    region: str
    address: str
    port: int
    engine_version: str
    state: str
    replica_of: str
    """Identifier of the instance that it follows, empty where it follows none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStatus:
    """An open session."""

    account_id: str
    principal_arn: str
    region: str
    provider_ports: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudStatus:
    """What a running cloud process holds."""

    cloud: Cloud
    started_at: str
    """ISO 8601, UTC."""
    accounts: tuple[str, ...]
    databases: tuple[DatabaseStatus, ...]
    sessions: tuple[SessionStatus, ...]


def running(home: Home) -> Cloud | None:
    """The cloud process of this home, None where none answers (a stale record is no process)."""
    if not record.is_process_alive(home):
        return None
    cloud = _recorded(home)
    if cloud is None:
        return None
    try:
        answer = cloud._ask("id", {}, ANSWER_SECONDS)
    except UserError:
        return None
    return cloud if answer["id"] == cloud.id else None


def status(home: Home) -> CloudStatus | None:
    """What the running cloud process holds, None where none runs."""
    cloud, recorded = running(home), record.read(home)
    if cloud is None or recorded is None:
        return None
    answer = cloud._ask("status", {}, ANSWER_SECONDS)
    return CloudStatus(
        cloud=cloud,
        started_at=recorded.started_at,
        accounts=tuple(answer["accounts"]),
        databases=tuple(DatabaseStatus(**item) for item in answer["databases"]),
        sessions=tuple(SessionStatus(**item) for item in answer["sessions"]),
    )


def start(home: Home, progress: Callable[[str], None] | None = None) -> Cloud:
    """The running cloud process, started where there is none. Raises UserError where it cannot."""
    with record.starting(home):
        cloud = _answering_or_ended(home, progress)
        if cloud is not None:
            return cloud
        if progress is not None:
            progress("starting the emulated AWS")
        log_file = home.cloud / "cloud.log"
        reading, writing = os.pipe()
        with os.fdopen(reading) as said, log_file.open("w") as log:
            log_file.chmod(0o600)
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "emulator.cloud", str(home.root), str(writing)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                cwd="/",
                pass_fds=(writing,),
                start_new_session=True,
            )
            os.close(writing)
            answer = said.read()  # ends when the process has said it, or is gone
            process.wait()  # it went on as a child of its own
        cloud = _recorded(home)
        if answer == "ready" and cloud is not None:
            return cloud
        reason = answer or "".join(log_file.read_text().splitlines(keepends=True)[-8:])
        msg = f"The emulator's cloud process did not start: {reason}\nIts log: {log_file}"
        raise UserError(msg)


def stop(home: Home) -> bool:
    """Stop the cloud process and everything it started; False where none ran."""
    if not home.cloud.is_dir():
        return False
    with record.starting(home):
        if not record.is_process_alive(home):
            remove_leftovers(home)
            return False
        cloud = _recorded(home)
        if cloud is None:
            return False
        try:
            cloud._ask("stop", {}, ANSWER_SECONDS)
        except UserError:
            os.kill(cloud.pid, signal.SIGTERM)
        if not _has_ended(home, STOP_SECONDS):
            os.kill(cloud.pid, signal.SIGKILL)
            _has_ended(home, STOP_SECONDS)
        return True


def _answering_or_ended(home: Home, progress: Callable[[str], None] | None) -> Cloud | None:
    """The cloud process of this home, waiting for one that still starts; None where there is none.

    Who starts one may be killed before it is ready: it goes on, alive and not yet recorded.
    """
    deadline = time.monotonic() + STARTING_SECONDS
    while (cloud := running(home)) is None and record.is_process_alive(home):
        if time.monotonic() > deadline:
            msg = (
                f"A cloud process of {home.root} lives but does not answer. Its number is in"
                f" {home.cloud / 'process.lock'}; end it with `kill -9`, then run this again."
            )
            raise UserError(msg)
        if progress is not None:
            progress("waiting for the emulated AWS, which starts or ends")
            progress = None
        time.sleep(0.01)
    return cloud


def _has_ended(home: Home, seconds: float) -> bool:
    """Whether the cloud process of this home is gone, waiting for its end."""
    deadline = time.monotonic() + seconds
    while record.is_process_alive(home):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _recorded(home: Home) -> Cloud | None:
    recorded = record.read(home)
    if recorded is None:
        return None
    return Cloud(
        id=recorded.id,
        pid=recorded.pid,
        control_url=recorded.control_url,
        endpoint_url=recorded.endpoint_url,
        ca_file=recorded.ca_file,
        log_file=recorded.log_file,
        _token=recorded.token,
    )


def _overrides(environment: Mapping[str, str]) -> dict[str, str]:
    """What a session has to override in the caller's own environment, which programs inherit."""
    overrides = {}
    if "AWS_SESSION_TOKEN" not in environment and os.environ.get("AWS_SESSION_TOKEN"):
        overrides["AWS_SESSION_TOKEN"] = ""  # it goes with other keys
    if any(name.lower() in ("http_proxy", "https_proxy", "all_proxy") for name in os.environ):
        current = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
        loopback = ",".join(filter(None, [current, "127.0.0.1,localhost"]))
        overrides |= {"no_proxy": loopback, "NO_PROXY": loopback}
    return overrides


def _environment() -> dict[str, str]:
    """The caller's environment without what would reach into the emulated AWS."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "PG", "MOTO_")) and not name.lower().endswith("_proxy")
    }
    path = os.pathsep.join(filter(None, [str(PACKAGE_ROOT), os.environ.get("PYTHONPATH")]))
    nothing = os.devnull
    return kept | {
        "PYTHONPATH": path,
        "AWS_CONFIG_FILE": nothing,
        "AWS_SHARED_CREDENTIALS_FILE": nothing,
        "AWS_EC2_METADATA_DISABLED": "true",
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",  # a quarter of a second per account and region
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",  # stacks attach AWS's own policies
    }
