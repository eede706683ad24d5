"""The declared schema of a database: `schemas/<database>/`.

Numbered SQL migrations say how it comes about, `declared.json` what then is there. That file is
made from the migrations on a real server (see declaring), so that a check has only to read.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from operations.database.errors import FailedError
from operations.database.objects import Described, Objects

SCHEMAS: Final = Path("schemas")
"""Relative to the project's folder."""

SNAPSHOT: Final = "declared.json"
FILE_NAME: Final = re.compile(r"^([0-9]{4})_[a-z0-9_]+\.sql$")
BEGINNING: Final = "-- migrate:up\n"
END: Final = "-- migrate:down\n-- Nothing: what was applied is mended by the next migration.\n"
"""What dbmate demands of a migration; nothing is ever taken back."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a database holds when all migrations were applied."""

    postgresql: int
    """Major version that wrote the definitions: another one may write them otherwise."""

    migrations: dict[str, str]
    """SHA-256 of each file that it was made from."""

    objects: Objects

    def as_json(self) -> str:
        """The text of the file, the same for the same content."""
        objects = {
            key: ({"of": found.of} if found.of else {}) | dict(sorted(found.properties.items()))
            for key, found in sorted(self.objects.items())
        }
        document = {
            "postgresql": self.postgresql,
            "migrations": self.migrations,
            "objects": objects,
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The folder of one database."""

    database: str
    """The database's name, without the stage."""

    folder: Path

    @property
    def files(self) -> dict[str, Path]:
        """Migrations by their number, in order. Raises FailedError."""
        files: dict[str, Path] = {}
        for file in sorted(self.folder.glob("*.sql")):
            found = FILE_NAME.match(file.name)
            if found is None:
                msg = f"{file}: a migration is named NNNN_<what>.sql, of a-z, 0-9 and _."
                raise FailedError(msg)
            if found[1] in files:
                msg = f"{file} and {files[found[1]].name} bear the same number: give one the next."
                raise FailedError(msg)
            text = file.read_text(encoding="utf-8")
            if not (text.startswith(BEGINNING) and text.endswith(END)):
                msg = f"{file}: a migration begins with\n{BEGINNING}and ends with\n{END}"
                raise FailedError(msg)
            files[found[1]] = file
        return files

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each migration, by file name."""
        return {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in self.files.values()
        }

    @property
    def snapshot_file(self) -> Path:
        """Where the snapshot lies."""
        return self.folder / SNAPSHOT

    def snapshot(self) -> Snapshot:
        """What is declared. Raises FailedError where it was made from other migrations."""
        made = f"python -m operations database declare makes {self.snapshot_file}"
        try:
            document: dict[str, Any] = json.loads(self.snapshot_file.read_text(encoding="utf-8"))
            found = Snapshot(
                postgresql=document["postgresql"],
                migrations=document["migrations"],
                objects={
                    key: Described(of=properties.pop("of", None), properties=properties)
                    for key, properties in document["objects"].items()
                },
            )
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise FailedError(f"{self.snapshot_file} cannot be read: {error!r}; {made}.") from None
        changed = sorted(
            name
            for name in self.digests.keys() | found.migrations.keys()
            if self.digests.get(name) != found.migrations.get(name)
        )
        if changed:
            msg = (
                f"{self.snapshot_file} was made from other migrations: {', '.join(changed)} "
                f"changed since; {made} anew."
            )
            raise FailedError(msg)
        return found


def find_schema(database: str, folder: Path = Path()) -> Schema:
    """The declared schema of a database in the project at `folder`. Raises FailedError."""
    found = folder / SCHEMAS / database
    if not found.is_dir():
        msg = f"Database {database} declares no schema: {found} is missing."
        raise FailedError(msg)
    return Schema(database=database, folder=found)
