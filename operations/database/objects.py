"""What is in a database: its objects with their properties, read from PostgreSQL's catalogue.

Role names are written without the stage, as `<stage>_admin`: what is declared holds for all stages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from stages.names import Names

QUERY: Final = Path(__file__).with_name("catalogue.sql")
READING: Final = "-c search_path= -c default_transaction_read_only=on"
"""Options of a session that reads: an empty path makes PostgreSQL write every name in full."""

STAGE: Final = "<stage>"


@dataclass(frozen=True, kw_only=True)
class Described:
    """One object."""

    of: str | None
    """The table or view that it belongs to, None for one that stands alone."""

    properties: Mapping[str, str]


Objects = Mapping[str, Described]
"""By kind and name, such as `column public.prices.price`."""


def read_objects(connection: psycopg.Connection[Any], names: Names) -> dict[str, Described]:
    """All objects of the database that the session is at."""
    query = QUERY.read_text(encoding="utf-8")
    with connection.transaction():
        rows = connection.execute(query).fetchall()
    own = re.compile(rf"\b{names.stage}_(?={'|'.join(_roles(names))}\b)")

    def neutral(text: str) -> str:
        return own.sub(f"{STAGE}_", text)

    return {
        neutral(f"{kind} {name}"): Described(
            of=of, properties={neutral(key): neutral(text) for key, text in _texts(properties)}
        )
        for kind, name, of, properties in rows
    }


def _roles(names: Names) -> list[str]:
    return [
        role.removeprefix(f"{names.stage}_") for role in (names.admin, names.app, names.readonly)
    ]


def _texts(properties: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Properties as text, each grantee's privileges as a property of its own."""
    texts = []
    for key, value in properties.items():
        if key == "grants":
            texts += [(f"granted to {grantee}", held) for grantee, held in (value or {}).items()]
        else:
            texts.append((key, str(value)))
    return sorted(texts)
