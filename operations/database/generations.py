"""The generation of a database in its stage's stack file: raised, it has the database made anew."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from operations.database.errors import FailedError

TENANT: Final = ":tenant"


def raise_generation(file: Path, database: str, generation: int) -> str:
    """The stack file's text with another generation of `database`; all else stays, comments too.

    Raises FailedError where the text would change elsewhere: it is for people, and reviewed.
    """
    text = file.read_text(encoding="utf-8")
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    document: dict[str, Any] = yaml.load(text)
    if _written(yaml, document) != text:
        msg = (
            f"{file} cannot be edited and stay as it is (two spaces a level, four before a list's "
            f"dash).\n  next: set generation: {generation} of {database} there by hand, and run "
            "this again."
        )
        raise FailedError(msg)
    config = document["config"]
    (tenant,) = (value for key, value in config.items() if key.endswith(TENANT))
    tenant["databases"][database]["generation"] = generation
    return _written(yaml, document)


def _written(yaml: YAML, document: dict[str, Any]) -> str:
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()
