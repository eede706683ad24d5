"""Who may log in to a server: the rules of RDS, on top of what PostgreSQL itself judges.

A role that is a direct or indirect member of `rds_iam` logs in with an IAM authentication token and
nothing else; any other role with its password. Limits of a role or database, NOLOGIN and the right
to connect are PostgreSQL's, which the front then enters as that role. Source:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import unicodedata
from collections.abc import Callable
from typing import Final

import psycopg

from emulator.cloud.front.messages import (
    CANNOT_CONNECT_NOW,
    INVALID_AUTHORIZATION,
    INVALID_PASSWORD,
    Startup,
)
from emulator.cloud.postgres.server import PostgresServer
from emulator.cloud.postgres.template import IAM_ROLE, SUPERUSER

log = logging.getLogger(__name__)

MAX_NAME_BYTES: Final = 63
"""NAMEDATALEN - 1: the server would cut a longer name, and so look at another role."""

ROLE_QUERY: Final = """
WITH RECURSIVE member_of(oid) AS (
    SELECT role.oid FROM pg_roles AS role WHERE role.rolname = %(user)s
    UNION
    SELECT membership.roleid
    FROM member_of JOIN pg_auth_members AS membership ON membership.member = member_of.oid
    -- the right to hand rds_iam on, which rds_superuser was born with, is no membership
    WHERE NOT (membership.roleid = %(iam_role)s::regrole
               AND membership.member = 'rds_superuser'::regrole AND membership.grantor = 10)
)
SELECT auth.rolpassword, auth.rolvaliduntil < now(),
       EXISTS (SELECT FROM member_of WHERE oid = %(iam_role)s::regrole)
FROM pg_authid AS auth WHERE auth.rolname = %(user)s
"""
"""Any kind of membership counts, also one that neither inherits nor can be set."""


class LoginRefusedError(Exception):
    """The text and SQLSTATE that the client gets; why is only for the log."""

    def __init__(self, message: str, code: str, reason: str) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason


class LoginRules:
    """Judges logins to one server."""

    def __init__(
        self, server: PostgresServer, check_token: Callable[[str, str, str], str | None]
    ) -> None:
        """`check_token(user, token, client_address)` gives the reason to refuse, None for none."""
        self._server = server
        self._check_token = check_token

    def check_place(self, startup: Startup, host: str, *, encrypted: bool, force_ssl: bool) -> None:
        """Refuse what RDS's pg_hba.conf refuses. Raises LoginRefusedError."""
        place = f'host "{host}", user "{startup.user}", database "{startup.database}"'
        if force_ssl and not encrypted:
            text = f"no pg_hba.conf entry for {place}, no encryption"
            raise LoginRefusedError(text, INVALID_AUTHORIZATION, "rds.force_ssl is on")
        if SUPERUSER in (startup.user, startup.database):
            encryption = "SSL encryption" if encrypted else "no encryption"
            text = f"pg_hba.conf rejects connection for {place}, {encryption}"
            raise LoginRefusedError(text, INVALID_AUTHORIZATION, f"{SUPERUSER} is internal")

    def check_password(self, user: str, password: str, client_address: str) -> None:
        """Refuse a wrong password or token. Raises LoginRefusedError."""
        verifier, is_expired, by_token = self._role(user)
        if by_token:
            reason = self._check_token(user, password, client_address)
            if reason is not None:
                text = f'PAM authentication failed for user "{user}"'
                raise LoginRefusedError(text, INVALID_AUTHORIZATION, reason)
            return
        text = f'password authentication failed for user "{user}"'
        if verifier is None:
            raise LoginRefusedError(text, INVALID_PASSWORD, "no such role, or it has no password")
        if is_expired:
            raise LoginRefusedError(text, INVALID_PASSWORD, "the password's validity has ended")
        if not password_matches(verifier, password, user):
            raise LoginRefusedError(text, INVALID_PASSWORD, "wrong password")

    def _role(self, user: str) -> tuple[str | None, bool, bool]:
        """Password verifier, whether it is past its time, whether only a token counts."""
        if len(user.encode()) > MAX_NAME_BYTES:
            return None, False, False
        try:
            row = self._server.query(ROLE_QUERY, {"user": user, "iam_role": IAM_ROLE})
        except psycopg.OperationalError as error:
            text = "the database system is shut down"
            raise LoginRefusedError(text, CANNOT_CONNECT_NOW, "its server is not up") from error
        return (row[0], bool(row[1]), row[2]) if row else (None, False, False)


def password_matches(verifier: str, password: str, user: str) -> bool:
    """Whether a password is the one that a stored verifier (pg_authid.rolpassword) was made of."""
    if verifier.startswith("md5"):
        digest = hashlib.md5((password + user).encode(), usedforsecurity=False).hexdigest()
        return hmac.compare_digest(verifier, f"md5{digest}")
    try:
        method, parameters, keys = verifier.split("$")
        iterations, salt = parameters.split(":")
        stored_key = base64.b64decode(keys.split(":")[0])
        rounds, salt_bytes = int(iterations), base64.b64decode(salt)
    except ValueError:
        return False
    if method != "SCRAM-SHA-256":
        return False
    prepared = password if password.isascii() else unicodedata.normalize("NFKC", password)
    salted = hashlib.pbkdf2_hmac("sha256", prepared.encode(), salt_bytes, rounds)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return hmac.compare_digest(hashlib.sha256(client_key).digest(), stored_key)
