"""Where a live schema differs from the declared one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from operations.database.declared import Schema, Snapshot
from operations.database.objects import STAGE, Described, Objects

ABSENT: Final = "nothing"


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One difference, for the person who has to put it right."""

    kind: str
    """`migration-pending`, `migration-unknown`, `missing`, `extra` or `different`."""

    what: str
    """The object, or the migration."""

    where: str
    """The database."""

    expected: str
    found: str
    next_step: str


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The database that is looked at."""

    stage: str
    database: str
    """Its full name."""

    disposable: bool

    def told(self, text: str) -> str:
        """Text about any stage, said of this one."""
        return text.replace(STAGE, self.stage)

    @property
    def migrating(self) -> str:
        """The command that applies what is pending."""
        return f"`python -m operations database migrate --stage {self.stage}`"

    @property
    def advice(self) -> str:
        """How somebody's change by hand is put right here."""
        if self.disposable:
            again = f"`python -m operations database recreate --stage {self.stage}`"
            return f"declare it in a new migration, or begin anew with {again}"
        return "declare it in a new migration, or let the stage's admin take it back by hand"


def compare(
    compared: Compared,
    schema: Schema,
    snapshot: Snapshot,
    live: Objects,
    applied: Sequence[str] | None,
) -> list[Violation]:
    """Every difference, migrations first; of what is missing or extra only the whole is named."""
    migrations = list(_migrations(compared, schema, applied))
    pending = any(violation.kind == "migration-pending" for violation in migrations)
    comes = f"{compared.migrating} may bring it" if pending else compared.advice
    return [
        *migrations,
        *_one_sided(compared, "missing", comes, snapshot.objects, live),
        *_one_sided(compared, "extra", compared.advice, live, snapshot.objects),
        *_different(compared, snapshot.objects, live),
    ]


def _migrations(
    compared: Compared, schema: Schema, applied: Sequence[str] | None
) -> Iterator[Violation]:
    files = schema.files
    for number, file in files.items():
        if number not in (applied or ()):
            yield Violation(
                kind="migration-pending",
                what=file.name,
                where=compared.database,
                expected="applied",
                found="pending",
                next_step=compared.migrating,
            )
    for number in applied or ():
        if number not in files:
            yield Violation(
                kind="migration-unknown",
                what=number,
                where=compared.database,
                expected=f"one of the files in {schema.folder}",
                found="applied",
                next_step="take the branch that has the file, or " + compared.advice,
            )


def _one_sided(
    compared: Compared, kind: str, next_step: str, ours: Objects, theirs: Objects
) -> Iterator[Violation]:
    for name, described in ours.items():
        if name in theirs or (described.of in ours and described.of not in theirs):
            continue
        shown = compared.told(_shown(described))
        yield Violation(
            kind=kind,
            what=compared.told(name),
            where=compared.database,
            expected=shown if kind == "missing" else ABSENT,
            found=ABSENT if kind == "missing" else shown,
            next_step=next_step,
        )


def _different(compared: Compared, declared: Objects, live: Objects) -> Iterator[Violation]:
    for name, described in declared.items():
        if name not in live:
            continue
        expected, found = described.properties, live[name].properties
        for key in sorted(expected.keys() | found.keys()):
            if expected.get(key) != found.get(key):
                yield Violation(
                    kind="different",
                    what=compared.told(f"{name}: {key}"),
                    where=compared.database,
                    expected=compared.told(expected.get(key, ABSENT)),
                    found=compared.told(found.get(key, ABSENT)),
                    next_step=compared.advice,
                )


def _shown(described: Described) -> str:
    """An object in a few words: who owns it, or what it is."""
    properties = described.properties
    for key in ("definition", "type", "owner"):
        if key in properties:
            return f"{key} {' '.join(properties[key].split())}"
    return ", ".join(f"{key} {value}" for key, value in properties.items())
