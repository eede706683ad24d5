"""A stage's door as its settings describe it: names are known before AWS is asked anything."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from operations.connect.errors import ConnectError
from operations.server_sessions import BUNDLE
from operations.stage_files import StageFile, read_stage

LIBPQ_DEFAULT: Final = ".postgresql/root.crt"
"""Where libpq looks in the home folder when nobody says where."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """What a session takes, and where it leads."""

    stage: StageFile
    database: str
    """Full name, with the stage."""

    certificates: Path
    """The authorities that the server's certificate is checked against."""

    @property
    def role_arn(self) -> str:
        """The role to take on."""
        return self.stage.names.role_arn("readonly")

    @property
    def document(self) -> str:
        """The session document that says where a session leads."""
        return self.stage.names.session_document

    @property
    def gateway(self) -> str:
        """The gateway's tag `Name`."""
        return self.stage.host.gateway

    @property
    def user(self) -> str:
        """The database user."""
        return self.stage.names.readonly

    @property
    def region(self) -> str:
        """Where all of it is."""
        return self.stage.names.region


def find_door(stage: StageFile, database: str | None, environment: Mapping[str, str]) -> Door:
    """The door to one of the stage's databases. Raises ConnectError."""
    if not stage.settings.tenant.reader_arns:
        raise ConnectError(
            f"Stage {stage.stage} has no door: {stage.file.name} names no reader.",
            "its owner lists who may read under tenant.reader_arns there; "
            "on a stage without a door, use its DAGs.",
        )
    host = read_stage(stage.host.stage, stage.file.parent)
    if host.settings.host is None or host.settings.host.gateway is None:
        raise ConnectError(
            f"Stage {stage.stage} has no gateway: {host.file.name} sets none.",
            "the host's owner sets host.gateway there, and ups.",
        )
    return Door(
        stage=stage,
        database=stage.names.database(_database(stage, database)),
        certificates=_certificates(environment),
    )


def _database(stage: StageFile, name: str | None) -> str:
    known = sorted(stage.settings.tenant.databases)
    if name is None and len(known) == 1:
        return known[0]
    if name not in known:
        said = "several databases" if name is None else f"no database {name!r}"
        raise ConnectError(
            f"{stage.file.name} has {said}.", f"name one with --database: {', '.join(known)}."
        )
    return name


def _certificates(environment: Mapping[str, str]) -> Path:
    named = environment.get("PGSSLROOTCERT")
    file = Path(named) if named else Path(environment.get("HOME", "/"), LIBPQ_DEFAULT)
    if not file.is_file() or not os.access(file, os.R_OK):
        source = "PGSSLROOTCERT names" if named else "PGSSLROOTCERT is not set, and libpq looks for"
        raise ConnectError(
            f"There are no certificates to check the server's against: {source} {file}, "
            "which is no file that can be read.",
            f"save {BUNDLE} to a file and have PGSSLROOTCERT name it; on the emulator "
            'eval "$(python -m emulator env --stack STAGE)" does.',
        )
    return file
