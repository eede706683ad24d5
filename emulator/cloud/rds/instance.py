"""The real server behind one database instance: PostgreSQL, its front, its address."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator.cloud.authorization.principals import find_principal
from emulator.cloud.front.certificates import CertificateAuthority
from emulator.cloud.front.front import Front, FrontLoop
from emulator.cloud.front.login import LoginRules
from emulator.cloud.front.token import Token, TokenRefusedError
from emulator.cloud.postgres import managed
from emulator.cloud.postgres.server import PostgresServer
from emulator.cloud.rds import addresses


@dataclass(frozen=True, slots=True)
class Shared:
    """What all instances use."""

    fronts: FrontLoop
    authority: CertificateAuthority


class ServedInstance:
    """A running server for a `DBInstance` of moto, which stays the one place for its settings."""

    def __init__(self, model: Any, server: PostgresServer, shared: Shared) -> None:
        self.model = model
        self.server = server
        self.lock = threading.RLock()
        """Held by whoever changes the instance."""
        self.address = ""
        self.port = 0
        self.master = str(model.master_username)
        self._shared = shared
        self._rules = LoginRules(server, self._check_token)
        self._front: Front | None = None

    @property
    def folder(self) -> Path:
        """Folder that holds everything of the server."""
        return self.server.folder

    def open(self, port: int) -> None:
        """Begin to answer at the port, at the address of before where it is free there.

        Raises AddressTakenError.
        """
        listener = addresses.claim(port, preferred=self.address or None)
        self.address, self.port = listener.getsockname()
        certificate = self.folder / "server.pem"
        self._shared.authority.issue(self.address, certificate)
        front = Front(
            self._shared.fronts, certificate, self.server.socket_path, self._rules, self._force_ssl
        )
        front.listen(listener)
        old, self._front = self._front, front
        if old is not None:
            old.close()

    def close(self) -> None:
        """Stop to answer, and end every connection."""
        if self._front is not None:
            self._front.close()
        self._front = None

    def remove(self) -> None:
        """End the server and delete its data."""
        self.close()
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def parameters(self) -> dict[str, str]:
        """Values that the instance's parameter group sets."""
        (group,) = self.model.db_parameter_groups()
        return {
            name: str(parameter["ParameterValue"])
            for name, parameter in group.parameters.items()
            if parameter.get("ParameterValue") is not None
        }

    def apply_parameters(self, *, restart: bool) -> None:
        """Apply the parameter group; static parameters wait for a restart, done where allowed."""
        if managed.apply_parameters(self.server, self.parameters()) and restart:
            self.server.restart()

    def _force_ssl(self) -> bool:
        """`rds.force_ssl`, which is on unless the parameter group says otherwise (from 15 on)."""
        return self.parameters().get("rds.force_ssl", "1").lower() not in ("0", "off", "false")

    def _check_token(self, user: str, token_text: str, client_address: str) -> str | None:
        """Reason to refuse an IAM authentication token, None for none."""
        if not self.model.enable_iam_database_authentication:
            return "IAM database authentication is not enabled on the instance"
        region, account_id = self.model.region, self.model.account_id
        now = datetime.now(UTC)
        try:
            token = Token.parse(
                token_text, user=user, host=self.address, port=self.port, region=region, now=now
            )
        except TokenRefusedError as refused:
            return str(refused)
        principal = find_principal(token.access_key_id)
        if isinstance(principal, str):
            return principal
        if not principal.has_token(token.session_token):
            return "its session token is not the one that goes with its access key"
        if not token.is_signed_with(principal.secret_access_key):
            return "its signature does not match"
        if principal.account_id != account_id:
            return f"{principal.arn} is of another account than the instance ({account_id})"
        resource_id = self.model.dbi_resource_id
        resource = f"arn:aws:rds-db:{region}:{account_id}:dbuser:{resource_id}/{user}"
        decision = principal.may(
            "rds-db:connect", resource, _context(client_address, region, account_id, now)
        )
        if decision.allowed:
            return None
        return f"{principal.arn} may not rds-db:connect on {resource} {decision.reason}"


def _context(address: str, region: str, account_id: str, now: datetime) -> Mapping[str, str]:
    """Condition keys that describe a connection."""
    return {
        "aws:sourceip": address,
        "aws:securetransport": "true",
        "aws:requestedregion": region,
        "aws:resourceaccount": account_id,
        "aws:currenttime": now.isoformat(),
        "aws:epochtime": str(int(now.timestamp())),
    }
