"""The cloud process: everything it holds, from start to end."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import signal
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from emulator.cloud import record
from emulator.cloud.authorization.principals import Accounts
from emulator.cloud.aws_endpoint import AwsEndpoint
from emulator.cloud.control import Control
from emulator.cloud.front.certificates import CertificateAuthority
from emulator.cloud.impersonation import credentials_of
from emulator.cloud.leftovers import remove_leftovers
from emulator.cloud.provider_context import read_descriptions_once
from emulator.cloud.rds.servers import DatabaseServers
from emulator.cloud.sessions import Sessions
from emulator.errors import UserError
from emulator.home import Home
from emulator.providers.aws_sdk_modules import import_types_alone

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 0.5
"""How often a cloud process looks whether its home still knows it."""


USUAL_TYPES: Final = (
    "aws:kms/key:Key",
    "aws:iam/role:Role",
    "aws:ec2/vpc:Vpc",
    "aws:s3/bucket:Bucket",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:rds/instance:Instance",
)
"""A type of each service that nearly every stack uses: checking the first one imports the SDK's
classes for the service, up to half a second each."""


class CloudProcess:
    """The emulated AWS, its databases and the provider servers, of one home."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._ended = threading.Event()
        remove_leftovers(home)
        read_descriptions_once()
        import_types_alone()
        folder = record.make_temporary_folder(home)
        authority = CertificateAuthority(home.cloud)
        self._servers = DatabaseServers(folder, authority)
        self._endpoint = AwsEndpoint(self._install_rds, self._install_sessions)
        self._end_sessions: Callable[[], None] = lambda: None
        self._accounts = Accounts()
        self._sessions = Sessions(
            self._accounts, self._endpoint.url, str(authority.file), self._servers
        )
        token = secrets.token_urlsafe(32)
        self._control = Control(
            token,
            {
                "id": lambda _: {"id": self.record.id},
                "session": self._session,
                "credentials": lambda request: credentials_of(self._accounts, request["arn"]),
                "status": lambda _: self._status(),
                "stop": lambda _: self._ended.set(),
            },
        )
        self.record = record.Record(
            id=str(uuid.uuid4()),
            pid=os.getpid(),
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            control_url=self._control.url,
            endpoint_url=self._endpoint.url,
            ca_file=str(authority.file),
            log_file=str(home.cloud / "cloud.log"),
            token=token,
        )

    def run(self, on_ready: Callable[[], None]) -> None:
        """Serve until asked to stop, or until SIGTERM or SIGINT; then leave nothing behind."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._ended.set())
        self._endpoint.start()
        self._control.start()
        record.write(self._home, self.record)
        on_ready()
        log.info("cloud %s is ready at %s", self.record.id, self.record.endpoint_url)
        threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()
        while not self._ended.wait(LOOK_SECONDS) and self._is_recorded():
            pass
        self._close()

    def _warm_up(self) -> None:
        """Do beforehand what the first resources would wait for, while the program is imported."""
        from emulator.providers.aws import sdk

        try:
            self._endpoint.install_rds()
            self._servers.prepare()
            for type_ in USUAL_TYPES:
                sdk.resource(type_)
        except (UserError, RuntimeError, OSError) as error:
            if not self._ended.is_set():
                log.warning("databases cannot be served: %s", error)

    def _install_rds(self) -> None:
        from emulator.cloud.rds import backend  # imports much of moto

        backend.install(self._servers)

    def _install_sessions(self) -> None:
        from emulator.cloud.session_manager import operations  # few stacks have doors
        from emulator.cloud.session_manager.sessions import SessionManager

        manager = SessionManager(lambda: self._servers.all)
        operations.install(manager)
        self._end_sessions = manager.close

    def _session(self, request: Mapping[str, Any]) -> Any:
        return self._sessions.open(
            request["account_id"],
            request["region"],
            request.get("credentials"),
            Path(request["folder"]),
        )

    def _status(self) -> dict[str, Any]:
        databases = [
            {
                "identifier": instance.model.db_instance_identifier,
                "account_id": instance.model.account_id,
                "region": instance.model.region,
                "address": instance.address,
                "port": instance.port,
                "engine_version": instance.model.engine_version,
                "state": instance.model.status,
                "replica_of": instance.model.source_db_instance_identifier or "",
            }
            for instance in self._servers.all
        ]
        return {
            "accounts": self._accounts.ids,
            "databases": databases,
            "sessions": self._sessions.all,
        }

    def _is_recorded(self) -> bool:
        """Whether the home still leads here; somebody may have deleted it."""
        return record.read(self._home) == self.record

    def _close(self) -> None:
        """End in the order in which things depend on each other."""
        is_deposed = record.is_taken_over(self._home)
        if not is_deposed:
            record.remove(self._home)
        self._sessions.close()
        self._endpoint.stop()
        self._end_sessions()
        self._servers.close()
        self._control.stop()
        if not is_deposed:
            shutil.rmtree(record.temporary_folder(self._home), ignore_errors=True)
        log.info("cloud %s ended", self.record.id)
